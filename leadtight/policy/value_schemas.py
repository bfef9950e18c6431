"""What each kind of value looks like: in words, and as JSON Schema; and how a default is written."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from leadtight.domain.model.concern import Concern
from leadtight.domain.model.enrolment import Means
from leadtight.domain.model.message import TO_TEAM
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.forms import Builder, ChallengeProvider
from leadtight.domain.policy.pools import OutsideHours, Returning, Strategy
from leadtight.domain.policy.rules import Unwanted
from leadtight.domain.policy.sequences import STOP_ON, Basis
from leadtight.domain.policy.sources import MAIL_PROVIDERS, PROVIDERS, AnswersToLost
from leadtight.domain.policy.targets import CLOSE
from leadtight.domain.policy.trust import Claim
from leadtight.policy import choices, reporting, toml_table
from leadtight.policy import forms as form_reading
from leadtight.policy import loader as policies
from leadtight.policy import sequences as sequence_reading
from leadtight.policy import trust as trust_reading
from leadtight.policy.introspection import Key

Schema = dict[str, Any]
_CLOCK = "([01]\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?"
_TEXT: Schema = {"type": "string", "pattern": "\\S"}
_TIME: Schema = {"type": "string", "pattern": f"^{_CLOCK}$"}
_DATE: Schema = {"type": "string", "format": "date", "pattern": "^\\d{4}-\\d{2}-\\d{2}$"}
_DURATION: Schema = {"type": "string", "pattern": "^(?=.)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$"}
_PERIOD: Schema = {"type": "string", "pattern": f"^{_CLOCK}-({_CLOCK}|24:00)$"}
_STAGE: Schema = {"enum": [str(stage) for stage in Stage]}
_REGION: Schema = {"type": "string", "pattern": "^[A-Z]{2}(-.+)?$"}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value."""

    words: str
    schema: Schema


def _list_of(items: Schema, **more: Any) -> Schema:
    return {"type": "array", "items": items, **more}


_KINDS: dict[Callable[[Any], Any], Kind] = {
    toml_table.text: Kind("text", _TEXT),
    toml_table.web_address: Kind("https address", {"type": "string", "pattern": "^https://[^\\s\"'<>\\\\]+$"}),
    toml_table.texts: Kind("list of texts", _list_of(_TEXT)),
    toml_table.text_map: Kind("table of texts", {"type": "object", "additionalProperties": _TEXT}),
    toml_table.texts_map: Kind("table of lists of texts", {"type": "object", "additionalProperties": _list_of(_TEXT)}),
    toml_table.flag: Kind("true or false", {"type": "boolean"}),
    toml_table.count: Kind("whole number", {"type": "integer", "minimum": 0}),
    toml_table.points: Kind("whole number", {"type": "integer"}),
    toml_table.decimal: Kind("amount", {"type": ["number", "string"]}),
    toml_table.language: Kind("two small letters", {"type": "string", "pattern": "^[a-z]{2}$"}),
    toml_table.country: Kind("two letters", {"type": "string", "pattern": "^[A-Z]{2}$"}),
    toml_table.countries: Kind("list of countries", _list_of({"type": "string", "pattern": "^[A-Za-z]{2}$"})),
    toml_table.shares: Kind(
        "list of shares", _list_of({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1})
    ),
    toml_table.zone: Kind("time zone", _TEXT),
    toml_table.clock_time: Kind("time of day", _TIME),
    toml_table.instant: Kind("instant with zone", {"type": "string", "format": "date-time"}),
    toml_table.dates: Kind("list of days", _list_of(_DATE)),
    toml_table.day: Kind("day", _DATE),
    choices.strategy: Kind("strategy", {"enum": [str(strategy) for strategy in Strategy]}),
    sequence_reading.kind_of_concern: Kind("concern", {"enum": [str(concern) for concern in Concern]}),
    choices.unwanted: Kind("reason", {"enum": [str(reason) for reason in Unwanted]}),
    choices.outside_hours: Kind("assign or skip", {"enum": [str(choice) for choice in OutsideHours]}),
    choices.returning: Kind("fresh or owed", {"enum": [str(choice) for choice in Returning]}),
    choices.answers_to_lost: Kind("new or reopen", {"enum": [str(choice) for choice in AnswersToLost]}),
    choices.provider: Kind("provider", {"enum": sorted(PROVIDERS | MAIL_PROVIDERS)}),
    form_reading.builder: Kind("builder", {"enum": [str(builder) for builder in Builder]}),
    form_reading.challenge_provider: Kind("turnstile or hcaptcha", {"enum": [str(one) for one in ChallengeProvider]}),
    form_reading.limit: Kind("whole number, not 0", {"type": "integer", "minimum": 1}),
    form_reading.origins: Kind("list of origins", _list_of({"type": "string", "pattern": "^https?://[^/?#@A-Z]+$"})),
    trust_reading.claims: Kind("list of claims", _list_of({"enum": [str(claim) for claim in Claim]})),
    toml_table.stage: Kind("stage", _STAGE),
    toml_table.stages: Kind("list of stages", _list_of(_STAGE)),
    toml_table.weights: Kind(
        "list of people, or table of people and shares",
        {
            "anyOf": [
                _list_of(_TEXT, minItems=1),
                {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}, "minProperties": 1},
            ]
        },
    ),
    sequence_reading.channel: Kind("email or sms", {"enum": ["email", "sms"]}),
    sequence_reading.connect_id: Kind(
        "id of Amazon Connect", {"type": "string", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
    ),
    sequence_reading.phone_number: Kind("phone number", {"type": "string", "pattern": "^\\+[1-9]\\d{6,14}$"}),
    sequence_reading.means: Kind("what it says", {"enum": [str(means) for means in Means]}),
    sequence_reading.meanings: Kind("list of what stops it", _list_of({"enum": sorted(STOP_ON)})),
    sequence_reading.basis: Kind("consent or inquiry", {"enum": [str(basis) for basis in Basis]}),
    reporting.amount: Kind("amount, not negative", {"type": ["number", "string"]}),
    reporting.amounts: Kind(
        "table of amounts", {"type": "object", "additionalProperties": {"type": ["number", "string"]}}
    ),
    reporting.part: Kind("share between 0 and 1", {"type": ["number", "string"]}),
    reporting.share: Kind("share from 0 to 1", {"type": ["number", "string"]}),
    toml_table.duration: Kind("duration", _DURATION),
    toml_table.span: Kind("duration, not 0", _DURATION),
    toml_table.periods: Kind("list of periods", _list_of(_PERIOD)),
    toml_table.some_periods: Kind("list of periods", _list_of(_PERIOD, minItems=1)),
    policies.channels: Kind(
        "list of email, sms, slack, teams",
        _list_of({"enum": [str(one) for one in TO_TEAM]}, minItems=1, uniqueItems=True),
    ),
    policies.regions: Kind("list of countries and regions", _list_of(_REGION)),
    policies.day_time: Kind("time of day, or close", {"anyOf": [_TIME, {"const": CLOSE}]}),
}
_NAMES: dict[Callable[[str], Any], Schema] = {
    toml_table.day: _DATE,
    toml_table.weekdays: {"pattern": f"^({'|'.join(toml_table.DAYS)})(-({'|'.join(toml_table.DAYS)}))?$"},
}


def kind_of(key: Key) -> Kind:
    """Return the kind of a key's value. Raises LookupError for a reader that nobody has described here."""
    try:
        return _KINDS[key.read]
    except KeyError:
        raise LookupError(f"{key.path}: describe what {key.read.__name__!r} reads in policy_kinds.py") from None


def names_of(read: Callable[[str], Any]) -> Schema:
    """Return what names that carry meaning look like. Raises LookupError as `kind_of` does."""
    try:
        return _NAMES[read]
    except KeyError:
        raise LookupError(f"describe what {read.__name__!r} reads in policy_kinds.py") from None


def written(default: Any) -> str:
    """Return a default as the policy would write it, or nothing when leaving the key out means none."""
    if isinstance(default, timedelta):
        return _duration(default)
    if isinstance(default, time):
        return default.strftime("%H:%M")
    if isinstance(default, bool):
        return str(default).lower()
    if isinstance(default, tuple | list) and default:
        return json.dumps([str(item) for item in default])
    return str(default) if default else ""


def _duration(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
