"""Breakages that a review missed are detected.

By the simulation, or by a test that is named here.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.compliance.opt_out import OptOut
from leadtight.app.intake import deliveries, inbound_mail, receive
from leadtight.app.messaging import dispatch
from leadtight.app.messaging.delivery_reports import DeliveryReceipt, DeliveryReport, DeliveryReports
from leadtight.app.messaging.message_events import message_event
from leadtight.app.messaging.respond import Respond
from leadtight.app.sla.sla import Sla
from leadtight.domain.change import Change
from leadtight.domain.compliance import send_permission
from leadtight.domain.enforcement import due_steps
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.lead import Lead, NextAction
from leadtight.domain.model.message import Message, Status
from leadtight.domain.model.sla import SlaTimer, TimerStep
from leadtight.domain.outcomes import first_contact, recording
from leadtight.domain.outcomes.undo import undo_outcome
from leadtight.domain.ownership import handover, waitlist
from leadtight.domain.policy.policy import Policy
from leadtight.domain.promises import owner_window, stall
from leadtight.simulation.plan import SimulationPlan
from leadtight.simulation.result import run
from tests.scenarios import test_outages, test_stalls, test_unsubscribe
from tests.scenarios.test_simulation import POLICY, short
from tests.unit.domain.compliance import test_send_permission
from tests.unit.domain.enforcement import test_unanswered

pytestmark = pytest.mark.slow

Patch = pytest.MonkeyPatch


def lease_of_a_second(patch: Patch) -> None:
    claim = MemoryTable.claim

    def claims(
        table: MemoryTable, lead_id: str, message_id: str, holder: str, now: datetime, lease_until: datetime
    ) -> Message | None:
        return claim(table, lead_id, message_id, holder, now, now + timedelta(seconds=1))

    patch.setattr(MemoryTable, "claim", claims)


def marked_before_it_is_sent(patch: Patch) -> None:
    hand_over = Respond._hand_over

    def marks(use_case: Respond, permission: Any, message: Message, lead: Lead | None, now: datetime) -> str:
        done = replace(message, status=Status.SENT)
        use_case._outbox.finish(done, message_event(done, EventKind.MESSAGE_SENT, now))
        return hand_over(use_case, permission, message, lead, now)

    patch.setattr(Respond, "_hand_over", marks)


def a_bounce_is_marked_first(patch: Patch) -> None:
    note = DeliveryReports._note

    def marks(use_case: DeliveryReports, message: Message, report: DeliveryReport, now: datetime) -> bool:
        if report.reported is DeliveryReceipt.BOUNCED:
            done = replace(message, status=Status.BOUNCED)
            use_case._outbox.confirm(done, message_event(done, EventKind.MESSAGE_BOUNCED, now))
        return note(use_case, message, report, now)

    patch.setattr(DeliveryReports, "_note", marks)


def a_claim_is_never_retried(patch: Patch) -> None:
    is_ready = dispatch._is_ready
    patch.setattr(dispatch, "_is_ready", lambda m, cutoff: m.status is not Status.CLAIMED and is_ready(m, cutoff))


def postponed_messages_are_never_retried(patch: Patch) -> None:
    patch.setattr(dispatch, "_is_ready", lambda m, cutoff: not dispatch.was_put_off(m) and m.next_try_at <= cutoff)


def undo_leaves_the_alarm(patch: Patch) -> None:
    def undoes(policy: Policy, lead: Lead, **rest: Any) -> Change | None:
        change = undo_outcome(policy, lead, **rest)
        return change and replace(change, after=replace(change.after, wake_at=lead.wake_at))

    patch.setattr("leadtight.app.outcomes.desk.undo_outcome", undoes)


def the_latest_contact_counts(patch: Patch) -> None:
    patch.setattr(first_contact, "_is_first", lambda lead, by, at: True)


def a_typed_time_clears_a_miss(patch: Patch) -> None:
    patch.setattr(recording, "reported_at", lambda policy, lead, claimed_at, now: claimed_at or now)


def a_key_is_known_for_a_minute(patch: Patch) -> None:
    for module in (receive, deliveries, inbound_mail):
        patch.setattr(module, "KEY_KEPT", timedelta(minutes=1))


def a_move_drops_the_first_promise(patch: Patch) -> None:
    for module in (handover, owner_window, waitlist):
        patch.setattr(module, "first_promise_clock", lambda *_: ())


def busy(seed: int) -> SimulationPlan:
    """Return a run in which much comes and much fails."""
    return SimulationPlan(seed=seed, leads=6, days=0.25, faults=0.2)


FOUND: dict[Callable[[Patch], None], tuple[set[str], Callable[[int], SimulationPlan], int]] = {
    lease_of_a_second: ({"I9"}, short, 280),
    marked_before_it_is_sent: ({"I24"}, short, 0),
    a_bounce_is_marked_first: ({"I10"}, busy, 100),
    a_claim_is_never_retried: ({"I24"}, short, 0),
    postponed_messages_are_never_retried: ({"I24"}, short, 30),
    undo_leaves_the_alarm: ({"I11"}, short, 0),
    the_latest_contact_counts: ({"I6"}, short, 50),
    a_typed_time_clears_a_miss: ({"I6"}, short, 20),
    a_key_is_known_for_a_minute: ({"I1", "I12"}, short, 0),
    a_move_drops_the_first_promise: ({"I7"}, short, 60),
}
"""By breakage: what shows it, in which runs, and from which seed on to look: it showed there once."""


@pytest.mark.parametrize("breaks", FOUND, ids=lambda breaks: breaks.__name__)
def test_an_unnoticed_breakage_is_found_by_the_simulation(monkeypatch: Patch, breaks: Callable[[Patch], None]) -> None:
    found_by, plan, first = FOUND[breaks]
    breaks(monkeypatch)
    assert any(run(plan(seed), POLICY).broken & found_by for seed in range(first, first + 1_000))


# what the simulation does not ask, and a test does


def the_latest_step_runs_first(patch: Patch) -> None:
    def latest(lead: Lead, now: datetime) -> tuple[SlaTimer, TimerStep] | None:
        due = [(clock, clock.steps[0]) for clock in lead.clocks if clock.steps and clock.steps[0].at <= now]
        return max(due, key=lambda pair: pair[1].at, default=None)

    patch.setattr(due_steps, "_next_due", latest)


def no_alarm_after_a_change(patch: Patch) -> None:
    arms = Sla._settle

    def settles(use_case: Sla, *rest: Any) -> Change | None:
        alarms = use_case._alarms
        use_case._alarms = _DeafAlarms()  # type: ignore[assignment]
        try:
            return arms(use_case, *rest)
        finally:
            use_case._alarms = alarms

    patch.setattr(Sla, "_settle", settles)


class _DeafAlarms:
    """Alarms that are never armed."""

    def arm(self, lead: Lead, now: datetime) -> None:
        """Arm nothing."""


def other_leads_go_on_with_their_sequences(patch: Patch) -> None:
    patch.setattr(OptOut, "elsewhere", lambda *_, **__: None)


def a_stall_is_due_at_once(patch: Patch) -> None:
    task = stall.task

    def at_once(policy: Policy, lead: Lead, clock: SlaTimer, now: datetime) -> NextAction:
        return replace(task(policy, lead, clock, now), due_at=now)

    patch.setattr(stall, "task", at_once)


def a_silence_is_escalated_each_time(patch: Patch) -> None:
    patch.setattr(stall, "is_escalated", lambda *_: False)


def a_text_needs_no_consent(patch: Patch) -> None:
    patch.setattr(send_permission, "_basis", lambda *_: "consent")


NAMED: dict[Callable[[Patch], None], Callable[[], None]] = {
    the_latest_step_runs_first: test_unanswered.test_a_step_of_another_pool_waits_for_its_own_alarm,
    no_alarm_after_a_change: (
        test_outages.test_an_owner_assigned_after_a_long_outage_gets_the_grace_before_the_lead_moves_on
    ),
    other_leads_go_on_with_their_sequences: test_unsubscribe.test_the_sequences_of_all_leads_of_the_person_stop,
    a_text_needs_no_consent: test_send_permission.test_a_text_requires_consent_a_number_and_a_permitted_hour,
    a_stall_is_due_at_once: test_stalls.test_a_lead_untouched_for_seven_days_raises_a_task_for_its_owner,
    a_silence_is_escalated_each_time: (
        test_stalls.test_a_silence_escalated_in_the_morning_is_not_escalated_again_for_its_task
    ),
}
"""By breakage: the test that notices it."""


@pytest.mark.parametrize("breaks", NAMED, ids=lambda breaks: breaks.__name__)
def test_a_breakage_that_the_simulation_misses_is_noticed_by_a_named_test(
    monkeypatch: Patch, breaks: Callable[[Patch], None]
) -> None:
    NAMED[breaks]()
    breaks(monkeypatch)
    with pytest.raises(AssertionError):
        NAMED[breaks]()
