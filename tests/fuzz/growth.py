"""Texts that slow readers down, placed in each input."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.sax.saxutils import escape
from zipfile import ZipFile

from typer.testing import CliRunner

from leadtight.adapters.inbound.webhooks import PROVIDERS
from leadtight.cli import app
from leadtight.cli.import_.table import ExportFile, ImportFileError
from leadtight.domain.compliance.opt_out_detection import detect_opt_out
from leadtight.domain.model.message import Channel
from leadtight.reporting.audit.columns.profile import profile
from leadtight.reporting.audit.errors import UnusableError
from leadtight.reporting.audit.source_file import inspect
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

Reader = Callable[[bytes], object]
Make = Callable[[bytes], bytes]

PUMPS = (
    *(b" ", b"\n", b"\t", b"\r\n", b"\x00", b"\xff", b"\xc2\xa0", b"\xe2\x80\xae", b"\xcc\x81"),
    *(b">", b"> ", b">\n", b".", b",", b";", b":", b"-", b"--\n", b"_", b"*", b"|", b"\\", b"/", b"=", b"&", b"%"),
    *(b"[", b"]", b"(", b")", b"()", b"<", b"<>", b'"', b"'", b"@", b"7", b"a", b"a ", b"A", b"1,", b"1 "),
    *(b"a@b.example ", b"a@b.example,", b"<a@b.example>,", b"+4917", b"www.a.example ", b"http://a.example/ "),
    *(
        b"<a",
        b"<a href=",
        b"<div>",
        b"<b><i>",
        b"<blockquote>",
        b"<table><tr><td>",
        b"<!--",
        b"<style>",
        b"&#9;",
        b"&amp",
    ),
    *(
        b"=?utf-8?q?a?= ",
        b"=?utf-8?b?",
        b"=\n",
        b"=20",
        b"%41",
        b"a=b;",
        b"a=b&",
        b"x: y\n",
        b"From: a\n",
        b"Subject: a\n",
    ),
    *(b"On 1.1.2026 a@b.example wrote:\n", b"-----Original Message-----\n", b"Von: a\nAn: b\n", b"--b\n"),
    *(
        b"--b\nContent-Type: text/plain\n\nx\n",
        b"stop texting me ",
        b"stop. ",
        b"please ",
        b"s t o p ",
        b'{"a":',
        b"[1,",
    ),
)
"""Each is written as often as a length allows."""

_MAIL = b"From: Ada <ada@example.com>\nTo: hello@example.com\nMessage-ID: <1@example.com>\nMIME-Version: 1.0\n"


def _folded(pump: bytes) -> bytes:
    return pump.replace(b"\n", b"\n ")


def _header(name: str) -> Make:
    return lambda pump: _MAIL + name.encode() + b": " + _folded(pump) + b"\n\nHello"


def _body(headers: bytes) -> Make:
    return lambda pump: _MAIL + headers + b"\n\n" + pump


def _part(headers: bytes) -> Make:
    head = _MAIL + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n"
    return lambda pump: head + headers + b"\n\n" + pump + b"\n--b--\n"


def _nested(pump: bytes) -> bytes:
    """Nest parts, each with a piece of the text."""
    depth = min(len(pump) // 400, 500)
    opened = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))
    return _MAIL + opened + b"\n" + pump[: len(pump) // 2]


MAILS: Mapping[str, Make] = {
    **{name.lower(): _header(name) for name in ("Subject", "To", "Cc", "Reply-To", "References", "Received", "Date")},
    **{
        name.lower(): _header(name)
        for name in ("Authentication-Results", "Content-Type", "Content-Disposition", "List-Id")
    },
    "many headers": lambda pump: _MAIL + pump + b"\n\nHello",
    "many recipients": lambda pump: (
        _MAIL + (b"To: " + _folded(pump[:900]).strip() + b"\n") * (len(pump) // 900) + b"\nHello"
    ),
    "text": _body(b"Content-Type: text/plain; charset=utf-8"),
    "flowed": _body(b"Content-Type: text/plain; format=flowed\nContent-Transfer-Encoding: quoted-printable"),
    "base64": _body(b"Content-Transfer-Encoding: base64"),
    "html": _body(b"Content-Type: text/html"),
    "enriched": _body(b"Content-Type: text/enriched"),
    "calendar": _body(b"Content-Type: text/calendar; method=REQUEST"),
    "a part": _part(b"Content-Type: text/plain"),
    "a report": _part(b"Content-Type: message/delivery-status"),
    "a mail in a mail": _part(b"Content-Type: message/rfc822"),
    "nested parts": _nested,
}

_LEAD = {"name": "Ada", "email": "ada@example.com"}
FIELDS = ("name", "email", "phone", "message", "country", "company", "postcode", "language", "value", "received_at")


def _field(name: str) -> Make:
    return lambda pump: json.dumps({**_LEAD, name: pump.decode("latin-1")}).encode()


def _answer(name: bytes) -> Make:
    head = b'\x02--b\r\nContent-Disposition: form-data; name="'
    return lambda pump: head + name + b'"\r\n\r\n' + pump + b"\r\n--b--"


def _delivery(seed: bytes) -> Make:
    """Replace the longest text of a known delivery."""
    content = json.loads(seed)
    longest = max(_texts(content), key=len)
    return lambda pump: json.dumps(_replaced(content, longest, pump.decode("latin-1"))).encode()


def _texts(content: object) -> list[str]:
    if isinstance(content, dict | list):
        inner = content.values() if isinstance(content, dict) else content
        return [text for each in inner for text in _texts(each)]
    return [content] if isinstance(content, str) else [""]


def _replaced(content: object, old: str, new: str) -> object:
    if isinstance(content, dict):
        return {name: _replaced(value, old, new) for name, value in content.items()}
    if isinstance(content, list):
        return [_replaced(value, old, new) for value in content]
    return new if content == old else content


PROOF_HEADERS = (
    *("typeform-signature", "x-hub-signature-256", "calendly-webhook-signature", "x-twilio-signature"),
    *("x-hubspot-signature-v3", "x-li-signature", "x-webflow-signature", "webhook-signature", "webhook-id"),
    *("x-hubspot-request-timestamp", "x-webflow-timestamp", "webhook-timestamp", "authorization"),
)


def _signed(pump: bytes) -> bytes:
    """Write the text into every header that authenticates a provider.

    Beside a known body.
    """
    line = pump.replace(b"\n", b" ").replace(b"\r", b" ")
    return b"\n".join(name.encode() + b": " + line for name in PROOF_HEADERS) + b"\n\n{}"


def _proofs() -> dict[str, tuple[Reader, Make, int]]:
    """Return each provider's authentication with the text in its request.

    The text is in headers and body.
    """
    proof = {name: TARGETS[f"proof_{name}"] for name in PROVIDERS}
    return {
        **{f"a proof of {name}, its headers": (read, _signed, 8_000) for name, read in proof.items()},
        **{f"a proof of {name}, its body": (read, lambda p: b"\n\n" + p, 16_000) for name, read in proof.items()},
    }


def _answers() -> dict[str, tuple[Reader, Make, int]]:
    """Return readers of provider answers with the text in place.

    The longest text of their answers is replaced.
    """
    kinds = {name: max(seeds(name), key=len) for name in TARGETS if name.startswith(("fetched_", "listed_"))}
    return {name.replace("_", " by "): (TARGETS[name], _delivery(seed), 8_000) for name, seed in kinds.items()}


def _wish(channel: Channel) -> Reader:
    return lambda raw: detect_opt_out(raw.decode("utf-8", "replace"), channel)


def _file(name: str) -> Reader:
    """Return a reader that imports and audits such a file."""

    def reads(raw: bytes) -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(raw)
            try:
                list(ExportFile.open(path).rows())
                profile(inspect(path))
            except (ImportFileError, UnusableError):
                pass

    return reads


def _audited(raw: bytes) -> None:
    """Audit leads with activities, from the questions to the page."""
    leads, _, activities = raw.partition(_NEXT_FILE)
    with TemporaryDirectory() as folder:
        files = [Path(folder) / name for name in ("leads.csv", "activities.csv", "page.html", "ledger.csv")]
        files[0].write_bytes(leads)
        files[1].write_bytes(activities)
        words = zip(("--activities", "--html", "--ledger"), map(str, files[1:]), strict=True)
        done = CliRunner().invoke(app, ["audit", str(files[0]), *(word for pair in words for word in pair)])
        assert done.exit_code in (0, 1, 2), done.output


_NEXT_FILE = b"\x00\x00"
_LEADS = b"Lead ID,E-mail,Created,Owner,Source,Status\n"
_ACTIVITIES = b"Lead ID,Time,Type,Subject\n"


def _quoted(pump: bytes) -> bytes:
    return b'"' + pump.replace(b"\x00", b"").replace(b'"', b'""') + b'"'


def _lead_cell(column: int) -> Make:
    """Write the text into a cell of the first lead.

    There are two leads.
    """

    def make(pump: bytes) -> bytes:
        cells = [b"L1", b"ada@example.com", b"2026-11-23 09:00", b"Ana", b"web", b"open"]
        cells[column] = _quoted(pump)
        other = b"L2,bo@example.com,2026-11-23 09:10,Ana,web,won\n"
        activities = _ACTIVITIES + b"L1,2026-11-23 09:03,Call,Called\n"
        return _LEADS + b",".join(cells) + b"\n" + other + _NEXT_FILE + activities

    return make


def _activity_cell(column: int) -> Make:
    """Write the text into a cell of the first activity.

    There are two activities.
    """

    def make(pump: bytes) -> bytes:
        cells = [b"L1", b"2026-11-23 09:03", b"Call", b"Called"]
        cells[column] = _quoted(pump)
        leads = _LEADS + b"L1,ada@example.com,2026-11-23 09:00,Ana,web,open\n"
        return leads + _NEXT_FILE + _ACTIVITIES + b",".join(cells) + b"\nL1,2026-11-23 09:04,Mail,Sent\n"

    return make


def _many_activities(pump: bytes) -> bytes:
    """Write an activity for each forty bytes of the text.

    Each is of another kind and person.
    """
    pieces = [_quoted(pump[at : at + 20]) for at in range(0, len(pump), 40)]
    leads = b"".join(b"L%d,a%d@example.com,2026-11-23 09:00,Ana,web,open\n" % (n, n) for n in range(len(pieces)))
    rows = b"".join(b"L%d,2026-11-23 09:03,%s,x\n" % (n, piece) for n, piece in enumerate(pieces))
    return _LEADS + leads + _NEXT_FILE + _ACTIVITIES + rows


AUDITS: Mapping[str, Make] = {
    **{f"a lead's {name}": _lead_cell(at) for at, name in enumerate(("id", "address", "time", "owner", "source"))},
    **{f"an activity's {name}": _activity_cell(at) for at, name in enumerate(("lead", "time", "kind", "subject"))},
    "many activities": _many_activities,
}

_SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'
_NO_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x80-\xff]")
_PARTS = {
    "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    b'spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/'
    b'vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"'
    b' Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://'
    b'schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Leads" sheetId="1" r:id="r1"/>'
    b"</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"'
    b' Target="worksheets/sheet1.xml"/></Relationships>',
}
"""The least that a workbook is (ISO/IEC 29500)."""


def _row(*texts: bytes) -> bytes:
    cells = (b'<c t="inlineStr"><is><t>%s</t></is></c>' % escape(text.decode("ascii")).encode() for text in texts)
    return b"<row>" + b"".join(cells) + b"</row>"


def _workbook(rows: Callable[[bytes], Iterable[tuple[bytes, ...]]]) -> Make:
    """Write rows into an unpacked workbook.

    Packing it would make every text short.
    """

    def make(pump: bytes) -> bytes:
        file = BytesIO()
        header = (b"Name", b"E-mail", b"Created", b"Phone", b"Value")
        sheet = _SHEET % b"".join(_row(*row) for row in (header, *rows(_NO_XML.sub(b"?", pump))))
        with ZipFile(file, "w") as zipped:
            for name, part in {**_PARTS, "xl/worksheets/sheet1.xml": sheet}.items():
                zipped.writestr(name, part)
        return file.getvalue()

    return make


def _pieces(pump: bytes) -> Iterator[tuple[bytes, ...]]:
    """Yield a row of five cells per hundred bytes."""
    for at in range(0, len(pump), 100):
        yield tuple(pump[at + cell : at + cell + 20] for cell in range(0, 100, 20))


WORKBOOKS: Mapping[str, Make] = {
    **{
        f"a cell of a workbook, {name}": _workbook(
            lambda pump, at=at: [tuple(pump if each == at else b"x" for each in range(5))]  # type: ignore[misc]
        )
        for at, name in enumerate(("a name", "an address", "a time", "a number", "an amount"))
    },
    "rows of a workbook": _workbook(_pieces),
}


_CSV = b"Name,E-mail,Created,Phone,Value\nAda,ada@example.com,2026-11-30,+4930123456,100\n"
_CARD = b"BEGIN:VCARD\nVERSION:3.0\nFN:Ada\n"
FILES: Mapping[str, tuple[str, Make]] = {
    "a cell": ("a.csv", lambda pump: _CSV + b'"' + pump.replace(b'"', b'""') + b'",a,b,c,d\n'),
    "a header": ("a.csv", lambda pump: b'"' + pump.replace(b'"', b'""') + b'",E-mail\nAda,ada@example.com\n'),
    "many columns": ("a.csv", lambda pump: b"Name,E-mail," + pump.replace(b"\n", b",") + b"\nAda,ada@example.com\n"),
    "many cells": ("a.csv", lambda pump: _CSV + pump),
    "a value of a card": ("a.vcf", lambda pump: _CARD + b"NOTE:" + pump + b"\nEND:VCARD\n"),
    "a parameter of a card": ("a.vcf", lambda pump: _CARD + b"NOTE;" + pump + b":x\nEND:VCARD\n"),
    "lines of a card": ("a.vcf", lambda pump: _CARD + b"NOTE:" + pump + b"\n x" * (len(pump) // 3) + b"\nEND:VCARD\n"),
    "a table": ("a.html", lambda pump: b"<html><table><tr><th>Name</th></tr><tr><td>" + pump + b"</td></tr></table>"),
    "a page": ("a.html", lambda pump: b"<html>" + pump),
}


def _deliveries() -> dict[str, tuple[Reader, Make, int]]:
    """Return readers of JSON deliveries with the text in place.

    The longest text of each is replaced.
    """
    bodies = {name: seeds(f"delivery_{name}") for name in PROVIDERS}
    first = {name: next((seed for seed in examples if seed[:1] in b"{["), b"") for name, examples in bodies.items()}
    return {
        f"a delivery of {name}": (TARGETS[f"delivery_{name}"], _delivery(seed), 8_000)
        for name, seed in first.items()
        if seed
    }


READERS: Mapping[str, tuple[Reader, Make, int]] = {
    **{f"mail, {name}": (TARGETS["mail"], make, 16_000) for name, make in MAILS.items()},
    **{f"JSON, {name}": (TARGETS["json_lead"], _field(name), 8_000) for name in FIELDS},
    "JSON": (TARGETS["json_lead"], lambda pump: pump, 16_000),
    "JSON, a field's name": (
        TARGETS["json_lead"],
        lambda p: json.dumps({**_LEAD, p.decode("latin-1"): "v"}).encode(),
        8_000,
    ),
    "a form": (TARGETS["form"], lambda pump: b"\x01" + pump, 16_000),
    "a form, its type": (TARGETS["form"], lambda pump: b"\xff" + pump.replace(b"\n", b" ") + b"\nname=a", 8_000),
    "a form of parts": (TARGETS["form"], lambda pump: b"\x02" + pump, 16_000),
    "a form, an answer": (TARGETS["form"], _answer(b"message"), 16_000),
    "a form, the name of a file": (TARGETS["form"], _answer(b'n"; filename="'), 8_000),
    "a link": (TARGETS["link"], lambda pump: pump, 16_000),
    "a wish by text": (_wish(Channel.SMS), lambda pump: pump, 4_000),
    "a wish by mail": (_wish(Channel.EMAIL), lambda pump: b"please unsubscribe " + pump + b" x", 4_000),
    **_deliveries(),
    **_proofs(),
    **_answers(),
    **{f"an audit, {name}": (_audited, make, 4_000) for name, make in AUDITS.items()},
    **{f"a file, {name}": (_file("a.xlsx"), make, 8_000) for name, make in WORKBOOKS.items()},
    **{f"a file, {name}": (_file(file), make, 8_000) for name, (file, make) in FILES.items()},
}
"""A reader, the place of the text in its input, and a length at which a linear reader takes milliseconds."""
