"""Extensions of telephone numbers, as people write them.

RFC 3966 writes `;ext=`.
"""

import re

_WORDS = (
    r"e?xt(?:ension|n)?|x|durchwahl|dw|app(?:arat)?|nst|nebenstelle|poste|interno|int|добав\w*|доб|вн(?:утр\w*)?"
    r"|ramal|anexo|extensi[oó]n|interne|toestel|tst|wewn\w*|wew|linka|klapka|kl|mellék|dahili|anknytning|lokal|alanumero"
    r"|内線|内线|分机|分機|转|轉|내선|تحويلة|داخلي|שלוחה|εσωτ\w*"
)
_DIALLED_LATER = r";\s*+ext=|(?<!,),{2,}+|;|#|[pw](?=\d)"
_EXTENSION = re.compile(
    rf"(?P<number>.*\d[)\s]*+)[\s,;.(/\-]*?(?:(?<![^\W\d_])(?:{_WORDS})(?![^\W\d_])|{_DIALLED_LATER})"
    r"[\s.:=#\-]*(?P<extension>\d{1,8})\s*#?\)?(?:\s*\([^()\d]*\))?",
    re.IGNORECASE | re.DOTALL,
)


def split(text: str) -> tuple[str, str]:
    """Split a number from its extension, in ASCII digits.

    The extension is empty when none is written.
    """
    match = _EXTENSION.fullmatch(text)
    return (match["number"].strip(), match["extension"]) if match else (text, "")
