"""Count interruptions of team members against their alert budget (J8)."""

from dataclasses import dataclass
from datetime import datetime

from leadtight.app.commit import retry_on_conflict
from leadtight.app.ports.outbox import Outbox
from leadtight.domain.model.message import LEAD, Message
from leadtight.domain.notifications.interruptions import decide_interruption
from leadtight.domain.policy.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertBudget:
    """Decides whether a notice may interrupt its reader."""

    policy: Policy
    outbox: Outbox

    def digest_time(self, message: Message, now: datetime) -> datetime | None:
        """Return when a notice's digest goes; None to interrupt now.

        Messages to leads, and the weekly review, are not notices. An interruption is counted before it happens, once
        for each notice; a lost race is counted again.
        """
        if message.recipient == LEAD or not message.is_about_a_lead:
            return None

        def attempt() -> datetime | None:
            alerts = self.outbox.alerts(message.recipient)
            decision = decide_interruption(self.policy, message, alerts, now)
            if decision.alerts != alerts:
                self.outbox.keep_alerts(decision.alerts)
            return decision.until

        return retry_on_conflict(attempt, f"the alerts of {message.recipient}")
