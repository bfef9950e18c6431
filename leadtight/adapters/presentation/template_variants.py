"""Template variants by tier and language, where they exist (E1)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from leadtight.adapters.presentation import formatting
from leadtight.adapters.presentation.jinja import exists
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy

ENGLISH = "en"
"""The language of templates without one in their name."""

_GERMAN_DAYS = ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag")
_GERMAN_MONTHS = (
    *("Januar", "Februar", "März", "April", "Mai", "Juni"),
    *("Juli", "August", "September", "Oktober", "November", "Dezember"),
)


def variant(policy: Policy, lead: Lead, name: str, file: str) -> tuple[str, str]:
    """Return the template of a message and its language.

    It is the lead's language when there is a template in it, else the company's, else English; within a language the
    tier's own comes before the common one: `acknowledge.hot.de`, `acknowledge.de`, `acknowledge.hot`, `acknowledge`.
    """
    for suffix, language in _suffixes(policy, lead):
        if exists(f"{name}{suffix}.{file}"):
            return f"{name}{suffix}", language
    return name, ENGLISH


def _suffixes(policy: Policy, lead: Lead) -> Iterator[tuple[str, str]]:
    tier = lead.promise.tier
    for language in dict.fromkeys((lead.inquiry.language[:2].lower(), policy.company.language, ENGLISH)):
        if language.isalpha():
            own = "" if language == ENGLISH else f".{language}"
            yield f".{tier}{own}", language
            yield own, language


def long_moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return a moment in words of a language.

    English is by `formatting.long_moment`.
    """
    if language != "de":
        return formatting.long_moment(at, zone)
    local = (at + timedelta(minutes=1, microseconds=-1)).astimezone(zone)
    day, month = _GERMAN_DAYS[local.weekday()], _GERMAN_MONTHS[local.month - 1]
    city = zone.key.rpartition("/")[2].replace("_", " ")
    return f"{day}, {local.day}. {month}, {local:%H:%M} Uhr (Zeit von {city})"


def moment(at: datetime, zone: ZoneInfo, language: str) -> str:
    """Return a moment in few characters, in a language.

    English is by `formatting.moment`.
    """
    if language != "de":
        return formatting.moment(at, zone)
    local = at.astimezone(zone)
    return f"{_GERMAN_DAYS[local.weekday()][:2]} {local.day}.{local.month}., {local:%H:%M}"
