"""HTML mails as plain text, without loading or running anything.

Only what a reader would see is kept. The scanner looks at every character once: the standard library's parser takes
quadratic time on tags that never close.
"""

import re
from collections.abc import Iterator
from html import unescape

LONGEST_HTML = 300_000
LONGEST_TAG = 2_000
MOST_MARKS = 3
QUOTED_FROM_HERE = "\ufdd0"
"""A sign at the start of a line: quotation follows.

It is a character of no text.
"""

MAYBE_QUOTED = "\ufdd1"
"""A sign where a rule may separate answer and quotation."""

_HIDDEN = frozenset({"script", "style", "head", "title", "template", "noscript"})
_RAW = frozenset({"script", "style", "title"})
_SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl"})
_LINES = _SPACED | frozenset(
    {"address", "article", "aside", "blockquote", "dd", "div", "dt", "fieldset", "figure", "footer", "form", "header"}
    | {"hr", "li", "main", "nav", "pre", "section", "table", "tbody", "thead", "tr"}
)
_CELLS = frozenset({"td", "th"})
_NAME = re.compile(r"(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_CONTAINER = re.compile(
    r"gmail_quote|gmail_attr|yahoo_quoted|protonmail_quote|tutanota_quote|moz-cite-prefix|moz-forward-container"
    r"|divrplyfwdmsg|olk_src_body_section|appendonsend|mail-editor-reference-message|mail-quote-collapse|zmail_extra"
    r"|isreplycontent|messagereplysection|airmail_on|bloop_original|front-blockquote|stopspelling|zwchr|quotedtext"
    r"|replyforwardheader|wm_quote|jive-reply-quote|edo-message-quote|original-message|reply-quote|ydp[\w-]{0,20}yahoo-quoted"
    r"|\bname\s*=\s*[\"']?quote\b",
    re.IGNORECASE,
)
_BORDER = re.compile(r"border-top(?:-style)?\s*:[^;\"']{0,40}solid|border\s*:\s*none\s*;\s*border-top", re.IGNORECASE)
_NO_MARGIN = re.compile(r"mso(?:normal|listparagraph|plaintext)|margin(?:-top|-bottom)?\s*:\s*0", re.IGNORECASE)


def text_of(html: str) -> str:
    """Return the text of HTML; quotations begin with `> `."""
    return marked_text_of(html).replace(QUOTED_FROM_HERE, "").replace(MAYBE_QUOTED, "").strip()


def marked_text_of(html: str) -> str:
    """Return the text of HTML, with quotation containers marked.

    A sign stands at the start of each.
    """
    reader = _TextCollector()
    for tag, text in _tokens(html[:LONGEST_HTML]):
        reader.take(tag, text)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines())).strip()


def _tokens(html: str) -> Iterator[tuple[str, str]]:
    """Yield tags with their attributes, and text without a tag.

    Tags are `p` or `/p`; comments and declarations are left out.
    """
    at = 0
    while at < len(html):
        begins = html.find("<", at)
        yield "", html[at : begins if begins >= 0 else len(html)]
        if begins < 0:
            return
        match = _NAME.match(html, begins + 1)
        if match is None and html[begins + 1 : begins + 2] not in ("!", "?", "/"):
            yield "", "<"  # a less-than sign, not a tag
            at = begins + 1
            continue
        closing = "-->" if html.startswith("<!--", begins) else ">"
        ends = html.find(closing, begins)
        if ends < 0:
            return
        at = ends + len(closing)
        if match:
            yield match[1] + match[2].lower(), html[match.end() : min(ends, match.end() + LONGEST_TAG)]
            at = _after_raw(html, at, match)


def _after_raw(html: str, at: int, match: re.Match[str]) -> int:
    """Return the end of a tag's raw content.

    In a script, what looks like a tag is none.
    """
    name = match[2].lower()
    if match[1] or name not in _RAW:
        return at
    end = re.compile(f"</{name}", re.IGNORECASE).search(html, at)
    return end.start() if end else len(html)


class _TextCollector:
    """Collects visible text, line by line.

    A block begins a line; a blank line separates paragraphs.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._line: list[str] = []
        self._sign = ""
        self._is_apart = False
        self._hidden = self._quoted = self._verbatim = 0

    def lines(self) -> list[str]:
        """Return the lines."""
        self._break()
        return self._lines

    def take(self, tag: str, text: str) -> None:
        """Take the next tag with its attributes, or text.

        Line breaks of the source are spaces.
        """
        if not tag:
            if not self._hidden:
                self._write(text)
            return
        name, way = tag.lstrip("/"), -1 if tag.startswith("/") else 1
        self._hidden = 0 if name == "body" else max(0, self._hidden + way * (name in _HIDDEN))
        if name == "br":
            self._end_line()
        elif name in _LINES:
            self._begin_block(name, way, text)
        elif name in _CELLS:
            self._line.append(" ")
        elif way > 0 and _CONTAINER.search(text):
            self._mark(QUOTED_FROM_HERE)
        if tag == "li":
            self._line.append("- ")

    def _write(self, text: str) -> None:
        if self._verbatim:
            first, *others = unescape(text.replace("\r", "")).split("\n")
            self._line.append(first)
            for line in others:
                self._end_line()
                self._line.append(line)
        else:
            self._line.append(unescape(text.replace("\n", " ")))

    def _begin_block(self, name: str, way: int, attributes: str) -> None:
        self._break()
        self._quoted = max(0, self._quoted + way * (name == "blockquote"))
        self._verbatim = max(0, self._verbatim + way * (name == "pre"))
        self._is_apart |= name in _SPACED and not (way > 0 and _NO_MARGIN.search(attributes))
        if way > 0 and name in ("p", "div") and _NO_MARGIN.search(attributes):
            self._is_apart = False
        if way > 0 and name != "blockquote" and _CONTAINER.search(attributes):
            self._mark(QUOTED_FROM_HERE)
        elif name == "hr" or (name == "div" and way > 0 and _BORDER.search(attributes)):
            self._mark(MAYBE_QUOTED)

    def _mark(self, sign: str) -> None:
        self._break()
        if self._sign != QUOTED_FROM_HERE:
            self._sign = sign

    def _break(self) -> None:
        """End the current line unless it is empty."""
        text = "".join(self._line)
        if text.strip() or "\u00a0" in text:
            self._end_line()
        self._line = []

    def _end_line(self) -> None:
        text = "".join(self._line)
        shown = text.rstrip() if self._verbatim else " ".join(text.split())
        if self._is_apart and self._lines and self._lines[-1] and shown:
            self._lines.append("")
        self._is_apart = self._is_apart and not shown
        if self._sign:
            self._lines.append(self._sign)
            self._sign = ""
        self._lines.append("> " * min(self._quoted, MOST_MARKS) + shown if shown else "")
        self._line = []
