"""No-reply addresses, in common spellings and languages."""

import re
import unicodedata

_PHRASES = frozenset(
    # English, and as it is misspelled
    {"noreply", "noreplies", "noreplay", "noresponse", "noanswer", "donotreply", "donotrespond", "donotanswer"}
    | {
        "dontreply",
        "nevereply",
        "neverreply",
        "unattended",
        "unmonitored",
        "autoreply",
        "autoresponder",
        "autoresponse",
        "autoconfirm",
    }
    | {"autoanswer", "mailerdaemon", "maildaemon"}
    # German, French, Spanish, Portuguese, Italian, Dutch, Catalan
    | {"nichtantworten", "nichtbeantworten", "keineantwort", "bittenichtantworten", "automatischeantwort"}
    | {"nepasrepondre", "nepasrepondresvp", "nepasrepliquer", "pasdereponse", "sansreponse"}
    | {"noresponder", "noresponda", "norespondas", "norespond", "nocontestar", "nocontestes", "sinrespuesta"}
    | {"naoresponder", "naoresponda", "naorespondas", "semresposta"}
    | {"nonrispondere", "nonrisponda", "norispondere", "nonrispondete", "noncontattare", "norisposta"}
    | {"nietbeantwoorden", "nietantwoorden", "nietreageren", "geenantwoord", "nietreplyen", "norespongueu"}
    # Swedish, Norwegian, Danish, Finnish
    | {"svarainte", "svaraej", "ejsvar", "ingensvar", "ingetsvar", "svarikke", "ikkesvar", "ikkesvare", "svarikkepaa"}
    | {"alavastaa", "eivastata", "eivastausta", "eivastaanotto"}
    # Polish, Czech, Slovak, Slovenian, Croatian, Serbian, Hungarian, Romanian, Turkish, Greek, Russian, Indonesian
    | {"nieodpowiadac", "nieodpowiadaj", "prosimynieodpowiadac", "neodpovidat", "neodpovidejte", "neodpovedat"}
    | {"neodgovarjaj", "neodgovarjajte", "neodgovaraj", "neodgovarajte", "neodgovarati", "nevalaszolj", "nevalaszoljon"}
    | {"nevalaszolni", "nuraspunde", "nuraspundeti", "fararaspuns", "yanitlamayin", "cevaplamayin", "yanitlama"}
    | {"cevaplama", "minapantate", "minapantas", "neotvechat", "neotvechaite", "neotvechayte", "janganbalas"}
    | {"jangandibalas", "henshinfuyou", "henshinfuyo"}
)
_WHOLE = frozenset({"postmaster", "daemon", "nobody", "wwwdata", "majordomo", "listserv", "root", "apache", "cron"})
_BOUNCES = frozenset({"bounce", "bounces", "bounced", "bouncehandler", "bounceback"})
_ANYWHERE_AT_THE_END = ("noreply", "donotreply", "mailerdaemon")
_MOST_WORDS = 5


_FORM_MAILERS = frozenset(
    {"wordpress", "webform", "webforms", "contactform", "formmailer", "kontaktformular", "formular", "formulaire"}
    | {"formulario", "modulo", "website", "webserver", "webmailer", "www", "wwwrun", "httpd", "nginx", "formsubmit"}
    | {"form", "forms", "formsubmission", "formsubmissions", "formresponse", "formresponses", "formulare", "mailer"}
    | {"submission", "submissions", "notification", "notifications", "contactforms"}
)


def is_form_mailer_address(address: str) -> bool:
    """Return whether websites send inquiries from an address."""
    return "".join(re.split(r"[^a-z]+", _plain(address.partition("@")[0]))) in _FORM_MAILERS


def is_noreply_address(address: str) -> bool:
    """Return whether an address is a no-reply one.

    Its local part decides: `orders-noreply`, `do.not.reply2` and `nepasrepondre+7` are; `bo.reply` and `noreplyson` are
    people.
    """
    local = _plain(address.rpartition("@")[0] if "@" in address else address)
    words = [word for word in (part.strip("0123456789") for part in re.split(r"[^a-z0-9]+", local)) if word]
    if not words:
        return False
    if "".join(words) in _WHOLE or _is_bounce_address(local, words):
        return True
    return any(word.endswith(_ANYWHERE_AT_THE_END) for word in words) or not _PHRASES.isdisjoint(_runs(words))


def _is_bounce_address(local: str, words: list[str]) -> bool:
    """Return whether an address receives bounces.

    It may carry a code (VERP); `bounce.house.rentals` hires out castles.
    """
    return words[0] in _BOUNCES and (len(words) == 1 or not re.fullmatch(r"[a-z.]+", local))


def _runs(words: list[str]) -> set[str]:
    """Return all runs of neighbouring words, joined."""
    starts = range(len(words))
    return {"".join(words[start:end]) for start in starts for end in range(start + 1, start + 1 + _MOST_WORDS)}


def _plain(text: str) -> str:
    """Return text in lower case, without accents."""
    folded = text.casefold().replace("ı", "i").replace("ł", "l").replace("ø", "o")
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
