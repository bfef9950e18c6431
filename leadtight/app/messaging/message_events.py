"""Record the fate of a message in the history (H6).

The event also holds the decision that permitted or prevented it.
"""

from datetime import datetime
from typing import Any

from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.compliance.send_permission import Decision, Permission, Refusal
from leadtight.domain.model.event import Event, EventKind
from leadtight.domain.model.message import Message

ACTOR = "system:respond"
_TOLD = ("objection", "instead_of")


def message_event(
    message: Message, kind: EventKind, now: datetime, decision: Decision | None = None, policy_version: str = ""
) -> Event:
    """Return the event of a message.

    Its `data` names message, purpose (`template`), channel, recipient and `detail`, the reason where there is one;
    under `decision` stand the policy version and the zones that were looked at, of a permission also person and basis.
    """
    data: dict[str, Any] = {
        "message": message.id,
        "template": message.template,
        "channel": message.channel,
        "recipient": message.recipient,
        "detail": message.detail,
    }
    data |= {key: message.data[key] for key in _TOLD if key in message.data}
    if decision:
        data["decision"] = {"policy_version": policy_version, **_decided(decision)}
    return Event(
        id=f"{message.id}.{message.attempts}.{kind}",
        lead_id=message.lead_id,
        at=now,
        kind=kind,
        actor=ACTOR,
        data=data,
    )


def _decided(decision: Decision) -> dict[str, Any]:
    zones = list(decision.zones)
    if isinstance(decision, Permission):
        return {"verdict": "permitted", "person": decision.person, "basis": decision.basis, "zones": zones}
    if isinstance(decision, Refusal):
        return {"verdict": "refused", "zones": zones}
    return {"verdict": "wait", "until": format_timestamp(decision.until), "zones": zones}
