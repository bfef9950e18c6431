"""Text from bytes, by the WHATWG encoding labels.

RFC 2045 names charsets as IANA does; what is sent under these names is what the Encoding Standard says (iso-8859-1 is
windows-1252, gb2312 is gb18030, shift_jis is windows-31J). Mail programs go by these, so that no letter is lost to a
label taken literally. One byte that cannot be read costs one U+FFFD.
"""

import codecs
import re

UNREADABLE = "\ufffd"
_NOT_FOR_TEXT = frozenset(
    {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "utf-7", "mbcs"}
    | {"base64", "bz2", "hex", "quopri", "rot13", "rot-13", "uu", "zlib"}
)
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_WESTERN = "cp1252"
_MULTIBYTE = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")
_PHONETIC = re.compile("[\u0180-\u02ff]")
"""Pairs of Western accented capitals, when read as UTF-8.

They are letters of no mail.
"""

_JIS = re.compile(rb"\x1b(\$[@B]|\(J|\(I|\(B)")
_EUC = re.compile(rb"[\xa1-\xfe]{2}|\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|[\x00-\x7f]+|.", re.DOTALL)


def decoded(raw: bytes, label: str = "") -> str:
    """Decode bytes by their label, or by a certain detection."""
    for mark, codec in _BOMS:
        if raw.startswith(mark):
            return raw[len(mark) :].decode(codec, "replace")
    codec = codec_of(label)
    if codec in ("", "utf-8", "ascii", _WESTERN):
        return _western_or_utf_8(raw, codec)
    if codec == "iso2022_jp":
        return _japanese(raw)
    if codec == "euc_jp":
        return "".join(_euc(match[0]) for match in _EUC.finditer(raw))
    try:
        return raw.decode(codec, "replace")
    except (LookupError, ValueError):
        return _western_or_utf_8(raw, "")


def codec_of(label: str) -> str:
    """Return the codec of a charset label, empty without one."""
    from webencodings import lookup  # imported with the first mail

    name = label.strip(" \t\r\n\"'").lower()
    encoding = lookup(name)
    if encoding and encoding.codec_info.name not in ("replacement", "x-user-defined"):
        codec = str(encoding.codec_info.name)
        return "gb18030" if codec == "gbk" else codec
    return next(filter(None, map(_python_codec, _spellings(name))), "")


def _spellings(name: str) -> tuple[str, ...]:
    """Return Python spellings of a label unknown to the standard."""
    page = re.fullmatch(r"(?:x-?)?(?:cp|ibm|dos|ms|windows|win)[-_ ]?(\d{3,5})", name)
    return (f"cp{page[1]}",) if page else (name, re.sub(r"[-_ ]", "", name))


def _python_codec(name: str) -> str:
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError, UnicodeError):
        return ""
    return "" if codec.name in _NOT_FOR_TEXT else codec.name


def _western_or_utf_8(raw: bytes, codec: str) -> str:
    """Decode text as UTF-8 or Western, whatever its label.

    The bytes tell the two apart. Escapes of ISO-2022-JP among nothing but ASCII are Japanese without a label.
    """
    if raw.isascii():
        return _japanese(raw) if not codec and _JIS.search(raw) else raw.decode("ascii")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        if not codec and not _is_western(raw):
            return raw.decode("ascii", "replace")
        is_utf_8 = codec != _WESTERN and _MULTIBYTE.search(raw)
        return raw.decode("utf-8" if is_utf_8 else _WESTERN, "replace")
    return raw.decode(_WESTERN, "replace") if codec == _WESTERN and _PHONETIC.search(text) else text


def _is_western(raw: bytes) -> bool:
    """Check whether bytes may be a Western text.

    Most of its letters are ASCII. No other guess is made.
    """
    letters = [byte for byte in raw[:2_000] if byte > 0x7F or chr(byte).isalpha()]
    return sum(byte > 0x7F for byte in letters) <= len(letters) / 2


def _japanese(raw: bytes) -> str:
    """Decode ISO-2022-JP with the characters that Windows added.

    Python's codec does not have them.
    """
    text, mode, start = [], b"(B", 0
    for escape in _JIS.finditer(raw):
        text.append(_of_mode(raw[start : escape.start()], mode))
        mode, start = escape[1], escape.end()
    text.append(_of_mode(raw[start:], mode))
    return "".join(text)


def _of_mode(raw: bytes, mode: bytes) -> str:
    if mode in (b"$@", b"$B"):
        lines = raw.split(b"\n")  # a line ends in ASCII, even without its escape
        return "\n".join("".join(_kanji(line[n : n + 2]) for n in range(0, len(line), 2)) for line in lines)
    if mode == b"(I":
        return bytes(byte | 0x80 for byte in raw).decode("cp932", "replace")
    return raw.decode("ascii", "replace")


def _euc(raw: bytes) -> str:
    if len(raw) == 2 and raw[0] >= 0xA1:
        return _kanji(bytes(byte & 0x7F for byte in raw))
    return raw.decode("euc_jp", "replace")


def _kanji(pair: bytes) -> str:
    """Return the character of a row and cell.

    The table is JIS X 0208 with NEC's and IBM's extensions.
    """
    if len(pair) < 2:
        return pair.decode("ascii", "replace").strip("\r")
    row, cell = pair[0] - 0x21, pair[1] - 0x21
    if not (0 <= row < 94 and 0 <= cell < 94):
        return UNREADABLE
    lead = row // 2 + (0x81 if row < 62 else 0xC1)
    trail = cell + 0x9F if row % 2 else cell + (0x40 if cell < 63 else 0x41)
    return bytes((lead, trail)).decode("cp932", "replace")
