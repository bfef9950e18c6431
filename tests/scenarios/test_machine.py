"""Invariants hold in any order of events.

Arrivals, time, outcomes and outages.
"""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from itertools import chain
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from leadtight.adapters.memory.senders import SentMail, SentText
from leadtight.app.messaging.delivery_reports import DeliveryReceipt
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import InvalidInquiry, LinkExpired, SendFailed, SendUnsure, StaleSubmission
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.routing.receipt import Receipt
from tests.scenarios.world import HOT, WARM, World

pytestmark = pytest.mark.slow

OUTCOMES = ("connected", "interested", "voicemail", "no_answer", "proposal_sent", "won", "lost")
CONSENT = {"sms": True, "text": "yes", "url": "https://harbour.example"}
EMAILS = tuple(f"{name}@example.com" for name in ("ada", "bo", "cy"))


class Pipeline(RuleBasedStateMachine):
    """One World, driven at random."""

    @initialize()
    def start(self) -> None:
        self.world = World()
        self.mails_before_the_end: dict[str, int] = {}
        self.first_assigned: dict[str, object] = {}

    @rule(message=st.sampled_from([HOT, WARM]), email=st.sampled_from(EMAILS), text=st.booleans())
    def receive(self, message: str, email: str, text: bool) -> None:
        phone: dict[str, Any] = {"phone": "+49 30 901820", "consent": CONSENT} if text else {}
        self.world.receive(message=message, email=email, **phone)

    @rule(minutes=st.sampled_from([1, 3, 7, 30, 300, 1_440]))
    def advance(self, minutes: int) -> None:
        self.world.advance(minutes=minutes)

    @precondition(lambda self: self.owned())
    @rule(data=st.data(), outcome=st.sampled_from(OUTCOMES))
    def press(self, data: st.DataObject, outcome: str) -> None:
        with suppress(InvalidInquiry):  # a stage's exit does not lead everywhere
            self.world.press(data.draw(st.sampled_from(self.owned())), outcome, reason="price")

    @precondition(lambda self: self.owned())
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        with suppress(StaleSubmission):
            self.world.undo(data.draw(st.sampled_from(self.owned())))

    @precondition(lambda self: self.owned())
    @rule(data=st.data())
    def look(self, data: st.DataObject) -> None:
        lead_id = data.draw(st.sampled_from(self.owned()))
        lead_before = self.world.lead(lead_id), self.world.table.history(lead_id)
        self.world.desk.look(self.world.link(lead_id), self.world.now)
        assert (self.world.lead(lead_id), self.world.table.history(lead_id)) == lead_before

    @rule(person=st.sampled_from(["ana", "ben", "cem"]), hours=st.sampled_from([None, 1, 30]))
    def go_away(self, person: str, hours: int | None) -> None:
        self.world.table.set_away(person, self.world.now + timedelta(hours=hours) if hours else None)

    @rule(down=st.booleans())
    def break_stream(self, down: bool) -> None:
        self.world.stream_down = down

    @rule(doubled=st.booleans())
    def double_stream(self, doubled: bool) -> None:
        self.world.stream_doubled = doubled

    @rule(lost=st.booleans())
    def lose_alarms(self, lost: bool) -> None:
        self.world.alarms.lost = lost

    @rule()
    def delete_alarms(self) -> None:
        self.world.alarms.armed.clear()

    @rule(failures=st.lists(st.sampled_from([SendFailed("no"), SendUnsure("?")]), min_size=1, max_size=4))
    def break_mail(self, failures: list[Exception]) -> None:
        self.world.mailer.failures = failures

    @precondition(lambda self: self.world.mailer.sent)
    @rule(data=st.data(), reported=st.sampled_from(list(DeliveryReceipt)))
    def report(self, data: st.DataObject, reported: DeliveryReceipt) -> None:
        sent = data.draw(st.sampled_from(self.world.mailer.sent))
        self.world.report(sent, reported)
        if reported is not DeliveryReceipt.DELIVERED and sent.permission.purpose is Template.ACKNOWLEDGE:
            address = sent.permission.address
            self.mails_before_the_end.setdefault(address, self.mails_to(address))

    @rule()
    def replay_stream(self) -> None:
        for record in self.world.table.inserted[-6:]:
            self.world.stream(record)

    def leads(self) -> list[Lead]:
        return [self.world.lead(i) for i in self.world.lead_ids()]

    def owned(self) -> list[str]:
        """Return leads whose present owner has a link."""
        return [lead.id for lead in self.leads() if lead.owner_id and self._has_link(lead)]

    def _has_link(self, lead: Lead) -> bool:
        try:
            self.world.desk.look(self.world.link(lead.id), self.world.now)
        except (StopIteration, LinkExpired):
            return False
        return True

    @invariant()
    def every_lead_has_an_owner_within_a_sweep(self) -> None:
        for lead in self.leads():
            if lead.owner_id is None:
                assert self.world.now - lead.recorded_at <= timedelta(minutes=6)

    @invariant()
    def every_open_lead_wakes_and_none_is_overdue(self) -> None:
        for lead in self.leads():
            assert (lead.wake_at is not None) == lead.is_open
            if lead.wake_at:
                since = max(lead.wake_at, self.world.table.history(lead.id)[-1].at)  # undo wakes what was due before
                assert self.world.now - since <= timedelta(minutes=7)

    @invariant()
    def every_open_owned_lead_has_a_next_action(self) -> None:
        for lead in self.leads():
            assert (lead.next_action is not None) == (lead.is_open and lead.owner_id is not None)
            assert lead.is_open == (lead.closed_at is None)

    @invariant()
    def the_history_folds_and_its_versions_are_contiguous(self) -> None:
        for lead in self.leads():
            history = self.world.table.history(lead.id)
            assert fold(history) == lead
            assert sorted({e.version for e in history if e.version}) == list(range(1, lead.version + 1))

    @invariant()
    def the_first_assignment_is_never_overwritten(self) -> None:
        for lead in self.leads():
            if lead.first_assigned_at:
                first = (lead.first_assigned_at, lead.first_owner_id)
                assert self.first_assigned.setdefault(lead.id, first) == first

    @invariant()
    def every_receipt_recomputes_its_owner(self) -> None:
        for lead in self.leads():
            for event in self.world.events(lead.id, Kind.LEAD_ASSIGNED):
                receipt = from_document(Receipt, event.data["receipt"])
                assert receipt.recompute() in (receipt.owner, None)
            assert len(self.world.events(lead.id, Kind.LEAD_ASSIGNED)) == (lead.owner_id is not None)

    @invariant()
    def no_inquiry_is_acknowledged_twice_on_one_channel(self) -> None:
        sent = Counter(
            (s.envelope.lead_id, s.permission.channel)
            for s in chain[SentMail | SentText](self.world.mailer.sent, self.world.texter.sent)
            if s.permission.purpose is Template.ACKNOWLEDGE
        )
        for (lead_id, _), times in sent.items():
            assert times <= 1 + len(self.world.events(lead_id, Kind.INQUIRY_JOINED))

    @invariant()
    def ended_channels_get_no_message(self) -> None:
        for address, mails in self.mails_before_the_end.items():
            assert self.mails_to(address) == mails

    @invariant()
    def a_missed_deadline_means_a_late_answer_and_nothing_is_missed_after_an_answer(self) -> None:
        for lead in self.leads():
            missed = [e for e in self.world.events(lead.id, Kind.DEADLINE_MISSED) if e.data["target"] == FIRST_RESPONSE]
            if missed and lead.first_contact_at:
                assert lead.is_breached(self.world.now)
                assert missed[-1].at <= lead.first_contact_at

    def mails_to(self, address: str) -> int:
        return sum(s.permission.address == address for s in self.world.mailer.sent)


TestPipeline = Pipeline.TestCase
TestPipeline.settings = settings(max_examples=settings().max_examples // 2, stateful_step_count=40)
