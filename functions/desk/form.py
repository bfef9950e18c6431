"""Parse the forms that browsers post to the desk."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import post_body
from leadtight.app.intake.quick_add import AddForm
from leadtight.app.outcomes.desk import HandOverForm
from leadtight.app.outcomes.recording import OutcomeForm
from leadtight.domain.text.sanitizing import sanitize

LONGEST_NOTE = 2_000
LONGEST_REASON = 200
LONGEST_SUBMISSION = 60
LONGEST_TYPED = {"name": 200, "phone": 60, "email": 254, "channel": 40, "permalink": 2_000}


@dataclass(frozen=True, slots=True)
class Undo:
    """Take back the outcome that was recorded as `version`."""

    version: int


@dataclass(frozen=True, slots=True)
class CallAnswer:
    """Why a person calls despite the warning."""

    reason: str


Action = OutcomeForm | HandOverForm | CallAnswer | Undo


def read(event: events.Event) -> Action:
    """Parse a posted action.

    Raises UnreadableBodyError when it is not one of our forms, BodyTooLargeError when it is over 64 KB.
    """
    fields = post_body.read(event).fields
    if "undo" in fields:
        return Undo(_number(fields, "undo"))
    if "call_warning" in fields:
        return CallAnswer(sanitize(str(fields.get("call_reason", ""))))
    if "hand_over" in fields:
        return HandOverForm(
            pool=str(fields.get("pool", "")),
            submission=_number(fields, "hand_over"),
            reason=sanitize(str(fields.get("why", "")))[:LONGEST_REASON],
        )
    return OutcomeForm(
        outcome=str(fields.get("outcome", "")),
        submission=_number(fields, "submission"),
        note=sanitize(str(fields.get("note", "")), multiline=True)[:LONGEST_NOTE],
        reason=sanitize(str(fields.get("reason", "")))[:LONGEST_REASON],
        follow_up=sanitize(str(fields.get("follow_up", ""))),
        happened_at=sanitize(str(fields.get("happened_at", ""))),
        spoke_by=sanitize(str(fields.get("spoke_by", ""))),
    )


def read_new_lead(event: events.Event) -> AddForm:
    """Parse a typed lead.

    Raises what `read` raises.
    """
    fields = post_body.read(event).fields
    submission = sanitize(str(fields.get("submission", "")))[:LONGEST_SUBMISSION]
    if not submission:
        raise events.UnreadableBodyError("“submission” was missing")
    texts = {name: sanitize(str(fields.get(name, "")))[:longest] for name, longest in LONGEST_TYPED.items()}
    note = sanitize(str(fields.get("note", "")), multiline=True)[:LONGEST_NOTE]
    return AddForm(submission=submission, note=note, mine=fields.get("owner") == "me", **texts)


def _number(fields: Mapping[str, Any], name: str) -> int:
    try:
        return int(str(fields[name]))
    except (KeyError, ValueError) as error:
        raise events.UnreadableBodyError(f"“{name}” was missing or not a number") from error
