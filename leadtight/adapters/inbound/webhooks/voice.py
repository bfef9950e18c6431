"""Reports of calls: JSON with Standard Webhooks signatures (P4).

`{"call_id", "lead_id", "message_id", "outcome", "at", "duration", "by"}`, on its own or under `data`. A call is named
by the provider's id of it, by our ids, which a call that we placed carries as attributes, or by its lead alone. `at` is
RFC 3339, `duration` seconds.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from leadtight.adapters.inbound.field_mapping import at_path
from leadtight.adapters.inbound.webhooks.provider import UnreadableDelivery, json_object
from leadtight.adapters.inbound.webhooks.standard import Signed
from leadtight.app.outcomes.call_report import CallReport
from leadtight.domain.calendar import timestamps
from leadtight.domain.policy.sources import CALL_WORDS, Webhook


class VoiceCalls(Signed):
    """Call reports of any voice provider."""

    def read(self, body: bytes, key: str, webhook: Webhook) -> Sequence[CallReport]:
        """Return the report of a call.

        Raises Unreadable naming the key at fault.
        """
        report = _report(json_object(body), webhook)
        if not (report["call_id"] or report["lead_id"]):
            raise UnreadableDelivery("call_id or lead_id is missing")
        outcome = _text(report, "outcome")
        return [
            CallReport(
                ref=f"{webhook.id}:{key}",
                at=_time(_text(report, "at")),
                outcome=webhook.outcomes.get(outcome, "no_answer" if outcome == "busy" else outcome),
                seconds=_seconds(report["duration"]),
                **{name: _text(report, name) for name in ("call_id", "lead_id", "message_id", "by") if report[name]},
            )
        ]


def _report(content: Mapping[str, Any], webhook: Webhook) -> dict[str, Any]:
    """Return a body's values under our names.

    Values at the policy's paths take precedence.
    """
    inner = content.get("data")
    own = inner if isinstance(inner, dict) else content
    mapped = {name: at_path(path, content) for path, name in webhook.fields.items()}
    return {name: mapped.get(name) or own.get(name) for name in CALL_WORDS}


def _text(report: Mapping[str, Any], name: str) -> str:
    text = report[name]
    if not isinstance(text, str) or not text.strip():
        raise UnreadableDelivery(f"{name} must be text" if text else f"{name} is missing")
    return text.strip()


def _time(text: str) -> datetime:
    try:
        return timestamps.parse_timestamp(text)
    except ValueError as error:
        raise UnreadableDelivery(f"at: {text!r} is not an RFC 3339 time") from error


def _seconds(duration: Any) -> int | None:
    if duration is None or duration == "":
        return None
    if isinstance(duration, bool) or not isinstance(duration, int | float) or not 0 <= duration < 86_400:
        raise UnreadableDelivery("duration must be seconds of one call, as a number")
    return int(duration)
