"""How mail programs quote, by language.

Observed from real programs, without the reader's own word lists.

`languages.txt` has a line each: code; charsets; two sentences; Gmail's attribution; Thunderbird's; Outlook's labels,
its date, and its title; the footer of a telephone.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Language:
    """One language's words of an answer and its quotation lines.

    Attribution lines, labels of Outlook's block, and a phone's footer.
    """

    code: str
    charsets: tuple[str, ...]
    words: tuple[str, str]
    gmail: str
    thunderbird: str
    labels: tuple[str, str, str, str]
    sent: str
    original: str
    footer: str


FIRM = "Firma <sales@firm.example>"


def _language(row: str) -> Language:
    code, charsets, words, gmail, thunderbird, labels, sent, original, footer = (
        cell.strip() for cell in row.replace(";;", "\0;").split("; ")
    )
    first, second = words.replace("\0", ";").split("|")
    four = _labels(code, labels)
    return Language(
        code, tuple(charsets.split()), (first, second), gmail.format(FIRM), thunderbird, four, sent, original, footer
    )


def _labels(code: str, labels: str) -> tuple[str, str, str, str]:
    """Return four labels.

    Labels of two words are listed here, because blanks separate the others.
    """
    two = {
        "ro": ("De la", "Trimis", "Către", "Subiect"),
        "ca": ("De", "Enviat", "Per a", "Assumpte"),
        "ko": ("보낸 사람", "보낸 날짜", "받는 사람", "제목"),
        "vi": ("Từ", "Ngày", "Tới", "Chủ đề"),
    }
    if code in two:
        return two[code]
    sender, sent, to, subject = labels.split()
    return sender, sent, to, subject


_ROWS = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
LANGUAGES = tuple(_language(row) for row in _ROWS.strip().splitlines())
