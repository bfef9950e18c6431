"""The lines of a vCard as properties.

Unfolded, decoded and unescaped (vCard 2.1, RFC 2426, RFC 6350).
"""

import quopri
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import webencodings

OLD = "2.1"
_LINE = re.compile(
    r"""(?:(?P<group>[\w.-]+)\.)?(?P<name>[\w-]+)(?P<parameters>(?:;(?:"[^"]*+"|[^":;])*+)*+)\s*+:(?P<value>.*)""",
    re.DOTALL,
)
_PARAMETER = re.compile(r""";((?:"[^"]*"|[^";])*)""")
_PARTS = re.compile(r"((?:\\.|[^;])*)(?:;|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_OLD_ESCAPE = re.compile(r"\\([;:,\\])")
_IN_QUOTES = re.compile(r'"[^"]*"')
_BINARY = re.compile(r"[;=](?:BASE64|B)(?:;|$)", re.IGNORECASE)
_QUOTED = re.compile(r"[;=]QUOTED-PRINTABLE\s*+(?:;|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VcardProperty:
    """One property of a card.

    `parts` are separated by semicolons; `types` and `preference` come from TYPE and PREF.
    """

    group: str
    name: str
    types: frozenset[str]
    preference: int
    is_binary: bool
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the value as a whole."""
        return ";".join(self.parts)


def properties(lines: Iterable[str], version: str) -> Iterator[VcardProperty]:
    """Yield the properties of a file.

    Its cards may change the version.
    """
    for line in _unfolded(lines, version):
        if (match := _LINE.fullmatch(line)) is None:
            continue
        item = _property(match, version)
        if item.name == "VERSION":
            version = item.text.strip()
        yield item


def _unfolded(lines: Iterable[str], version: str) -> Iterator[str]:
    """Yield unfolded lines.

    A leading space continues a line, and `=` at the end continues quoted text. vCard 2.1 keeps that space: it breaks
    lines only at spaces. A line that is not a property continues the value before it, as a line of its own.
    """
    pieces: list[str] = [""]
    for raw in lines:
        line, begun = raw.rstrip("\r\n"), pieces[0]
        if line[:8].upper() == "VERSION:":
            version = line[8:].strip()
        if begun and pieces[-1].endswith("=") and _is_quoted(begun):
            pieces += [pieces.pop()[:-1], line]
        elif begun and line[:1] in (" ", "\t"):
            pieces.append(line if version == OLD and not _is_binary(begun) else line[1:])
        elif _LINE.fullmatch(line) or not begun:
            yield "".join(pieces)
            pieces = [line]
        elif line.strip():
            pieces.append(f"\n{line}")
    yield "".join(pieces)


def _property(match: re.Match[str], version: str) -> VcardProperty:
    parameters: dict[str, list[str]] = {}
    for each in _PARAMETER.findall(match["parameters"]):
        key, is_named, value = each.partition("=")
        values = (value if is_named else key).replace('"', "").split(",")
        parameters.setdefault(key.strip().upper() if is_named else "", []).extend(v.strip().upper() for v in values)
    types = {*parameters.get("TYPE", ()), *parameters.get("", ())}
    value, is_old = match["value"], version == OLD
    if "QUOTED-PRINTABLE" in {*types, *parameters.get("ENCODING", ())}:
        value = _quoted_printable(value, next(iter(parameters.get("CHARSET", ())), "utf-8"))
    preferred = next((int(n) for n in parameters.get("PREF", ()) if n.isdigit()), 1 if "PREF" in types else 101)
    parts = _PARTS.findall(value)[: -1 if not value.endswith(";") else None]
    return VcardProperty(
        match["group"] or "",
        match["name"].upper(),
        frozenset(types),
        preferred,
        _is_binary(match[0]),
        tuple(_unescaped(part, is_old=is_old) for part in parts),
    )


def _quoted_printable(value: str, charset: str) -> str:
    """Decode quoted-printable text.

    Text that does not fit its charset is read as UTF-8 or Windows-1252.
    """
    raw = quopri.decodestring(value.encode("utf-8"))
    label = webencodings.lookup(charset)
    for name in (label.codec_info.name if label else "utf-8", "utf-8", "cp1252"):
        try:
            return raw.decode(name).replace("\r\n", "\n")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").replace("\r\n", "\n")


def _unescaped(text: str, *, is_old: bool) -> str:
    if is_old:
        return _OLD_ESCAPE.sub(r"\1", text)
    return _ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)


@lru_cache(maxsize=2)  # called again for each continued line, and a line may be a whole file
def _is_quoted(line: str) -> bool:
    """Return whether a property's value is quoted-printable.

    Then it continues after an `=`.
    """
    parameters, colon, _ = _IN_QUOTES.sub("", line).partition(":")
    return bool(colon) and _QUOTED.search(parameters) is not None


@lru_cache(maxsize=2)
def _is_binary(line: str) -> bool:
    """Return whether a property is binary.

    A picture, a sound or a key.
    """
    parameters, _, value = _IN_QUOTES.sub("", line).partition(":")
    return bool(_BINARY.search(parameters)) or value[:5].lower() == "data:"
