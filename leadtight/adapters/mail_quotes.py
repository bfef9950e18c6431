"""What somebody wrote in an answer, without the mail that they answer.

Only what stands below it is cut, at the first line that begins a quotation as mail programs write it. Whoever answers
between the quoted lines keeps everything: better too much than half a sentence.
"""

import re

_WROTE = (
    r"wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|kirjoitti|napisał\(?a?\)?|napsala?|írta|yazdı"
    r"|написала?|写道"
)
_ATTRIBUTION = re.compile(rf"(?=.{{5,300}}$).*\b(?:{_WROTE})\b.{{0,100}}:\s*$", re.IGNORECASE)
_BEGINS_ATTRIBUTION = re.compile(r"(on|am|le|el|em|il|op|den|dnia|w dniu|dne|.{0,3}\d{4}[-/.])\b", re.IGNORECASE)
_ORIGINAL = re.compile(
    r"\s*-{2,}\s*(original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale"
    r"|oorspronkelijk bericht|mensagem original|ursprungligt meddelande|wiadomość oryginalna)\s*-{2,}\s*$",
    re.IGNORECASE,
)
_HEAD = re.compile(r"\s*\*?(from|von|de|da|van|från|fra|od|lähettäjä|gönderen|от)\s*:\*?\s*\S.*", re.IGNORECASE)
_HEAD_NEXT = re.compile(
    r"\s*\*?(sent|gesendet|date|datum|envoyé|enviado|fecha|inviato|data|verzonden|skickat|sendt|wysłano|odesláno|to|an"
    r"|à|para|a|aan|till|til|do|komu|subject|betreff|objet|asunto|oggetto|onderwerp|ämne|emne|temat|předmět)\s*:\*?",
    re.IGNORECASE,
)
_RULE = re.compile(r"\s*[_-]{10,}\s*$")


def own_words(text: str) -> tuple[str, bool]:
    """Return what was written above a quotation, and whether there was one; all of it when nothing stands above."""
    lines = text.split("\n")
    cut = next((number for number in range(len(lines)) if _begins_quotation(lines, number)), None)
    if cut is None:
        return text, False
    above = "\n".join(lines[:cut]).rstrip()
    if not above.strip() or _is_answered_below(lines[cut:]):
        return text, True
    return above, True


def _begins_quotation(lines: list[str], number: int) -> bool:
    line = lines[number]
    if line.startswith(">") or _ORIGINAL.match(line[:200]):
        return True
    if _HEAD.match(line[:200]):
        return any(_HEAD_NEXT.match(after[:200]) for after in lines[number + 1 : number + 3])
    if _RULE.match(line[:200]):
        return number + 1 < len(lines) and _begins_head(lines, number + 1)
    return _is_attribution(lines, number)


def _begins_head(lines: list[str], number: int) -> bool:
    after = next((n for n in range(number, min(number + 3, len(lines))) if lines[n].strip()), number)
    return _HEAD.match(lines[after][:200]) is not None


def _is_attribution(lines: list[str], number: int) -> bool:
    """Tell whether `On ..., Somebody wrote:` stands here, also broken over two or three lines."""
    if not _BEGINS_ATTRIBUTION.match(lines[number].strip()[:20]):
        return False
    return any(_ATTRIBUTION.match(" ".join(lines[number : number + many])[:500]) for many in (1, 2, 3))


def _is_answered_below(lines: list[str]) -> bool:
    """Tell whether somebody wrote between or below lines marked as quoted."""
    marked = [number for number, line in enumerate(lines) if line.startswith(">")]
    if not marked:
        return False
    after_mark = lines[marked[0] :]
    return any(line.strip() and not line.startswith(">") for line in after_mark)
