"""Answers as mail programs write them, byte by byte.

Built without the reader: the text written, and what each program adds.
"""

import base64
import html
import quopri
import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.unit.adapters.email.languages import FIRM, Language

QUOTED = (
    "Thank you for writing to us.",
    "Please stop sending me these emails, unsubscribe me.",
    "STOP",
    "This is about data protection and my lawyer.",
    "Which day suits you?",
)
"""Quoted text of another person: none of it may act."""

RULE = "_" * 32


@dataclass(frozen=True, slots=True)
class Written:
    """One program's rendering of an answer.

    Plain text, HTML or both.
    """

    plain: str = ""
    html: str = ""
    flowed: bool = False


Program = Callable[[str, Language], Written]


def marked(lines: tuple[str, ...] = QUOTED) -> str:
    return "\n".join(f"> {line}" for line in lines)


def block(language: Language, name: str = "{}") -> str:
    values = (FIRM, language.sent, "Ada <ada@example.com>", "Roof")
    return "\n".join(
        f"{name.format(f'{label}:')} {value}" for label, value in zip(language.labels, values, strict=True)
    )


def divs(text: str) -> str:
    return "".join(f"<div>{html.escape(line) or '<br>'}</div>" for line in text.split("\n"))


def mso(text: str) -> str:
    return "".join(
        f'<p class="MsoNormal"><span lang=X>{html.escape(line) or "&nbsp;"}<o:p></o:p></span></p>\r\n'
        for line in text.split("\n")
    )


def broken(text: str) -> str:
    return "<br>\r\n".join(html.escape(line) for line in text.split("\n"))


def gmail(text: str, language: Language) -> Written:
    return Written(plain=f"{text}\n\n{language.gmail}\n\n{marked()}\n", html=gmail_html(text, language).html)


def gmail_wrapped(text: str, language: Language) -> Written:
    head, bracket, rest = language.gmail.partition("<")
    return Written(plain=f"{text}\n\n{head.rstrip()}\n{bracket}{rest}\n\n{marked()}\n")


def gmail_html(text: str, language: Language) -> Written:
    quoted = broken("\n".join(QUOTED))
    return Written(
        html=f'<div dir="ltr">{divs(text)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">{html.escape(language.gmail)}<br></div><blockquote class="gmail_quote" '
        f'style="margin:0px 0px 0px 0.8ex">{quoted}<br></blockquote></div>\r\n'
    )


def apple(text: str, language: Language) -> Written:
    return Written(plain=f"{text}\n\n{language.footer}\n\n> {language.gmail}\n> \n{marked()}\n")


def apple_html(text: str, language: Language) -> Written:
    return Written(
        html=f"<html><body>{divs(text)}<div><br></div><div>{html.escape(language.footer)}</div><div><br><blockquote "
        f'type="cite"><div>{html.escape(language.gmail)}</div><br><div>{broken(chr(10).join(QUOTED))}</div></blockquote>'
        "</div></body></html>"
    )


def thunderbird(text: str, language: Language) -> Written:
    return Written(plain=f"{text}\n\n{language.thunderbird}\n{marked()}\n")


def thunderbird_html(text: str, language: Language) -> Written:
    return Written(
        html=f'<html><body text="#000000"><p>{broken(text)}</p><div class="moz-cite-prefix">'
        f'{html.escape(language.thunderbird)}<br></div><blockquote type="cite" cite="mid:1@x"><p>'
        f"{broken(chr(10).join(QUOTED))}</p></blockquote></body></html>"
    )


def thunderbird_below(text: str, language: Language) -> Written:
    return Written(plain=f"{language.thunderbird}\n{marked()}\n\n{text}\n")


def outlook(text: str, language: Language) -> Written:
    return Written(plain=f"{text}\n\n{block(language)}\n\n" + "\n".join(QUOTED))


def outlook_titled(text: str, language: Language) -> Written:
    return Written(plain=f"{text}\n\n-----{language.original}-----\n{block(language)}\n\n" + "\n".join(QUOTED))


def outlook_html(text: str, language: Language) -> Written:
    head = "<br>".join(
        f"<b>{html.escape(line.partition(': ')[0])}:</b> {html.escape(line.partition(': ')[2])}"
        for line in block(language).split("\n")
    )
    return Written(
        html=f'<html xmlns:o="x"><head><style><!-- p.MsoNormal {{margin:0cm;}} --></style></head><body lang=DE><div '
        f"class=WordSection1>{mso(text)}<p class=MsoNormal><o:p>&nbsp;</o:p></p><div style='border:none;border-top:"
        f"solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm'><p class=MsoNormal><span>{head}</span><o:p></o:p></p></div>"
        f"{mso(chr(10).join(QUOTED))}</div></body></html>"
    )


def outlook_web(text: str, language: Language) -> Written:
    head = "<br>".join(
        f"<b>{html.escape(line.partition(': ')[0])}:</b> {html.escape(line.partition(': ')[2])}"
        for line in block(language).split("\n")
    )
    return Written(
        plain=f"{text}\n\n{RULE}\n{block(language)}\n\n" + "\n".join(QUOTED),
        html=f'<html><body dir="ltr"><div class="elementToProof">{broken(text)}</div><div id="appendonsend"></div><hr '
        f'style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font>{head}</font>'
        f"<div>&nbsp;</div></div>{divs(chr(10).join(QUOTED))}</body></html>",
    )


def outlook_web_html(text: str, language: Language) -> Written:
    return Written(html=outlook_web(text, language).html)


def yahoo_html(text: str, language: Language) -> Written:
    return Written(
        html=f'<html><body><div class="yahoo-style-wrap">{divs(text)}</div>'
        '<div id="yahoo_quoted_1" class="yahoo_quoted">'
        f"<div>{html.escape(language.gmail)}</div><div><br></div>{divs(chr(10).join(QUOTED))}</div></body></html>"
    )


def proton_html(text: str, language: Language) -> Written:
    return Written(
        html=f'<div style="font-size:14px">{divs(text)}</div><div class="protonmail_quote">'
        f"{html.escape(language.gmail)}<br>"
        f'<blockquote class="protonmail_quote" type="cite">{broken(chr(10).join(QUOTED))}</blockquote><br></div>'
    )


PROGRAMS: tuple[Program, ...] = (
    *(gmail, gmail_wrapped, gmail_html, apple, apple_html, thunderbird, thunderbird_html, thunderbird_below),
    *(outlook, outlook_titled, outlook_html, outlook_web, outlook_web_html, yahoo_html, proton_html),
)


def mail_bytes(written: Written, language: Language, choice: random.Random, subject: str = "Re: Roof") -> bytes:
    """Return a raw mail in a suitable charset.

    The transfer encoding is chosen at random.
    """
    parts = [(kind, text) for kind, text in (("plain", written.plain), ("html", written.html)) if text]
    bodies = [_part(kind, text, language, choice) for kind, text in parts]
    head = (
        f"From: Ada Obi <ada@example.com>\r\nTo: sales@firm.example\r\nSubject: {subject}\r\n"
        f"Message-ID: <{choice.getrandbits(64)}@example.com>\r\nIn-Reply-To: <x@mail.example>\r\nMIME-Version: 1.0\r\n"
    ).encode()
    if len(bodies) == 1:
        return head + bodies[0]
    parted = b"".join(b"--=_b\r\n" + body + b"\r\n" for body in bodies)
    return head + b'Content-Type: multipart/alternative; boundary="=_b"\r\n\r\n' + parted + b"--=_b--\r\n"


def _part(kind: str, text: str, language: Language, choice: random.Random) -> bytes:
    charset = choice.choice([*language.charsets, "utf-8"])
    try:
        raw = text.encode(_CODECS.get(charset, charset))
    except UnicodeEncodeError:
        charset, raw = "utf-8", text.encode()
    raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    encodings: dict[str, Callable[[bytes], bytes]] = {
        "base64": base64.encodebytes,
        "quoted-printable": quopri.encodestring,
        "8bit": bytes,
    }
    name = choice.choice([name for name in encodings if name != "8bit" or not charset.startswith("utf-16")])
    label = choice.choice([charset, charset.upper(), '"' + charset + '"'])
    head = f"Content-Type: text/{kind}; charset={label}\r\n"
    return f"{head}Content-Transfer-Encoding: {name}\r\n\r\n".encode() + encodings[name](raw)


_CODECS = {"gb2312": "gbk", "shift_jis": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "tis-620": "cp874"}
_CODECS |= {"iso-8859-8-i": "iso8859-8", "big5": "big5hkscs", "iso-8859-1": "cp1252"}
