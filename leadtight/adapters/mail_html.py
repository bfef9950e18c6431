"""The words of an HTML mail as plain text: nothing is loaded, run or kept but what a reader would see.

A scanner that looks at every character once: the standard library's parser takes quadratic time on what never closes.
"""

import re
from collections.abc import Iterator
from html import unescape

LONGEST_HTML = 300_000
_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_RAW = frozenset({"script", "style", "title"})
_LINES = frozenset(
    {"address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3"}
    | {"h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_NAME = re.compile(r"(/?)([a-z][a-z0-9]*)", re.IGNORECASE)


def text_of(html: str) -> str:
    """Return the text of HTML, what was quoted in it marked by `> ` as in a plain mail."""
    reader = _Reader()
    for tag, text in _tokens(html[:LONGEST_HTML]):
        reader.take(tag, text)
    lines = "".join(reader.said).split("\n")
    return re.sub(r"\n{3,}", "\n\n", "\n".join(" ".join(line.split()) for line in lines)).strip()


def _tokens(html: str) -> Iterator[tuple[str, str]]:
    """Yield tags as `p` or `/p` with no text, and text with no tag; comments and declarations are left out."""
    at = 0
    while at < len(html):
        begins = html.find("<", at)
        yield "", html[at : begins if begins >= 0 else len(html)]
        if begins < 0:
            return
        named = _NAME.match(html, begins + 1)
        if named is None and html[begins + 1 : begins + 2] not in ("!", "?", "/"):
            yield "", "<"  # a smaller-than, no tag
            at = begins + 1
            continue
        closing = "-->" if html.startswith("<!--", begins) else ">"
        ends = html.find(closing, begins)
        if ends < 0:
            return
        at = ends + len(closing)
        if named:
            yield named[1] + named[2].lower(), ""
            at = _after_raw(html, at, named)


def _after_raw(html: str, at: int, named: re.Match[str]) -> int:
    """Return where a tag's raw content ends: in a script, what looks like a tag is none."""
    name = named[2].lower()
    if named[1] or name not in _RAW:
        return at
    found = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
    return found.start() if found else len(html)


class _Reader:
    """Collects what a reader sees."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self._hidden = 0
        self._quoted = 0

    def take(self, tag: str, text: str) -> None:
        """Take the next tag or text; line breaks of the source are spaces."""
        if not tag:
            if not self._hidden:
                self.said.append(unescape(text.replace("\n", " ")))
            return
        name, way = tag.lstrip("/"), -1 if tag.startswith("/") else 1
        self._hidden = 0 if name == "body" else max(0, self._hidden + way * (name in _HIDDEN))
        self._quoted = max(0, self._quoted + way * (name == "blockquote"))
        self.said.append(self._space(name))
        if tag == "li":
            self.said.append("- ")

    def _space(self, name: str) -> str:
        if name in _LINES:
            return "\n" + "> " * min(self._quoted, 3)
        return " " if name in _CELLS else ""
