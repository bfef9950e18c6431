"""People behind a person key, in every LeadStore."""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.ports.guards import AlreadyTaken
from leadtight.app.ports.leads import NewerLeadExists
from leadtight.domain.change import Change
from leadtight.domain.intake.merging import merge
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import fold
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.stage import Stage
from tests.contracts.changes import NOW, POLICY, arrival, assignment, guard, rotation_of
from tests.contracts.conftest import Table

LATER = NOW + timedelta(hours=1)


def joined(lead: Lead) -> Change:
    inquiry = Inquiry(name="Ada Obi", email="ada@example.com", phone="+4930123456", message="again")
    return merge(POLICY, lead, inquiry, source="whatsapp", form=None, acknowledged=True, now=LATER)


def keys_of(table: Table, *people: str, of: frozenset[str] = frozenset()) -> object:
    """Try to store another lead of these people."""
    return table.create(arrival("L9"), guard("another"), people, LATER, of)


def test_a_person_key_leads_to_its_latest_lead_without_writes(table: Table) -> None:
    assert table.create(arrival("L1"), guard("k1"), ("mail", "phone"), NOW) is None
    assert keys_of(table, "mail") == NewerLeadExists(lead_ids=frozenset({"L1"}))
    assert keys_of(table, "other", "phone") == NewerLeadExists(lead_ids=frozenset({"L1"}))
    assert table.load("L9") is None
    assert table.history("L9") == ()
    assert keys_of(table, "other") is None


def test_a_decision_that_knew_the_leads_is_stored_as_the_latest(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    assert table.create(arrival("L2"), guard("k2"), ("mail",), LATER, frozenset({"L1"})) is None
    assert keys_of(table, "mail", of=frozenset({"L1"})) == NewerLeadExists(lead_ids=frozenset({"L2"}))


def test_two_keys_may_lead_to_two_people(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    table.create(arrival("L2"), guard("k2"), ("phone",), NOW)
    assert keys_of(table, "mail", "phone") == NewerLeadExists(lead_ids=frozenset({"L1", "L2"}))
    assert keys_of(table, "mail", "phone", of=frozenset({"L1"})) == NewerLeadExists(lead_ids=frozenset({"L2"}))


def test_a_taken_guard_is_reported_before_known_leads(table: Table) -> None:
    table.create(arrival("L1"), guard("k"), ("mail",), NOW)
    assert table.create(arrival("L2"), guard("k"), ("mail",), NOW) == AlreadyTaken(lead_id="L1", fingerprint="f")


def test_an_inquiry_joins_a_lead_under_its_own_guard_and_adds_its_keys(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    change = joined(arrival("L1").after)
    assert table.merge(change, guard("k2"), ("mail", "phone"), LATER) is None
    assert table.leads_of(("phone",)) == ("L1",)
    assert table.load("L1") == change.after == fold(table.history("L1"))
    assert [m.id for m in change.messages if m not in table.messages("L1")] == []
    assert keys_of(table, "phone") == NewerLeadExists(lead_ids=frozenset({"L1"}))


def test_a_repeated_delivery_joins_once_even_after_a_lost_answer(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    change = joined(arrival("L1").after)
    for _ in range(2):
        assert table.merge(change, guard("k2"), ("mail",), LATER) is None
    again = joined(change.after)
    assert table.merge(again, guard("k2"), ("mail",), LATER) == AlreadyTaken(lead_id="L1", fingerprint="f")
    assert table.load("L1") == change.after


def test_an_inquiry_joining_a_stale_lead_conflicts_and_keeps_its_guard_free(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    lead = arrival("L1").after
    moved = assignment(lead, rotation_of(table))
    table.commit(moved)
    with pytest.raises(Conflict):
        table.merge(joined(lead), guard("k2"), ("mail",), LATER)
    assert table.load("L1") == moved.after
    assert table.merge(joined(moved.after), guard("k2"), ("mail",), LATER) is None


def test_a_key_of_another_lead_moves_to_the_open_lead_it_joins(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    table.create(arrival("L2"), guard("k2"), ("phone",), NOW)
    table.merge(joined(arrival("L1").after), guard("k3"), ("mail", "phone"), LATER)
    assert keys_of(table, "phone") == NewerLeadExists(lead_ids=frozenset({"L1"}))
    assert table.leads_of(("phone",)) == ("L1", "L2")


def test_a_key_of_another_lead_keeps_its_lead_when_a_closed_lead_gets_it(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    table.create(arrival("L2"), guard("k2"), ("phone",), NOW)
    lost = joined(arrival("L1").after)
    lost = replace(lost, after=replace(lost.after, stage=Stage.LOST, closed_at=LATER))
    table.merge(lost, guard("k3"), ("mail", "phone"), LATER)
    assert keys_of(table, "phone") == NewerLeadExists(lead_ids=frozenset({"L2"}))
