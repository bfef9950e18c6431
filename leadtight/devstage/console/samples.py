"""Sample inquiries, each from another person.

The same words from the same person would be one lead.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

_FIRST = ("Ada", "Bruno", "Chiara", "Dilan", "Elif", "Femi", "Greta", "Hugo", "Ines", "Jonas", "Katya", "Leo")
_LAST = ("Obi", "Sander", "Rossi", "Kaya", "Winter", "Petrov", "Lund", "Moreau", "Silva", "Brandt", "Ito")
_MESSAGES = {
    "hot": (
        "Urgent: our boiler stopped this morning and we have guests tonight. Can somebody call me today?",
        "Water is coming through the kitchen ceiling, this is an emergency. Please call me today.",
        "I need a quote for two new windows today, the old ones no longer close.",
    ),
    "warm": (
        "We would like to renovate our bathroom next spring. Could you tell us how you work?",
        "We are thinking about a heat pump for a house from 1978. What should we look at first?",
        "Could you have a look at our roof some time this month? There is no hurry.",
    ),
}
CONSENT = (
    "{company} may text me about this inquiry at the number above. "
    "Message and data rates may apply. I can reply STOP at any time."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSample:
    """Values of the contact form; empty without a sample."""

    name: str = ""
    email: str = ""
    phone: str = ""
    message: str = ""
    consents: bool = False


def sample(kind: str, now: datetime) -> FormSample:
    """Return an inquiry of the tier `kind`, new every second.

    An empty one for any other kind.
    """
    if kind not in _MESSAGES:
        return FormSample()
    second = int(now.timestamp())
    first, last = _FIRST[second % len(_FIRST)], _LAST[second % len(_LAST)]
    messages = _MESSAGES[kind]
    return FormSample(
        name=f"{first} {last}",
        email=f"{first}.{last}.{second % 10_000}@example.com".lower(),
        phone=f"+49 30 23125{second % 1000:03d}",  # Berlin numbers reserved for films
        message=messages[second % len(messages)],
        consents=kind == "hot",
    )
