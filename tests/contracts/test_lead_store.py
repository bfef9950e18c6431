"""Leads, histories, rotations and guards in every LeadStore and EventLog."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from leadtight.adapters.dynamodb import leads
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.ports.guards import AlreadyTaken, Full, Guards
from leadtight.app.ports.leads import NewerLeadExists
from leadtight.domain.change import Change
from leadtight.domain.compliance.opt_out import opt_out_by_keyword, opt_out_lead, record_unknown_opt_out
from leadtight.domain.intake.merging import record_auto_reply
from leadtight.domain.model.capacity import Caps, Load, OwnerState
from leadtight.domain.model.codec import from_document
from leadtight.domain.model.errors import Conflict
from leadtight.domain.model.event import fold
from leadtight.domain.model.identity import person_key, person_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Exclusion, Lead
from leadtight.domain.model.lead_summary import summarize
from leadtight.domain.model.message import Channel
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.model.stage import Stage
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.routing.receipt import Receipt
from tests.contracts.changes import NOW, POLICY, among, arrival, assignment, guard, rotation_of, sent, stored
from tests.contracts.conftest import Table

SECOND = timedelta(seconds=1)


def test_a_new_lead_is_stored_with_its_history_and_messages(table: Table) -> None:
    change = arrival()
    assert table.create(change, guard("k"), ("h1", "h2"), NOW) is None
    assert table.load("L1") == change.after
    assert table.history("L1") == change.events
    assert table.messages("L1") == change.messages
    assert fold(table.history("L1")) == change.after


def test_a_lead_that_was_never_stored_is_missing(table: Table) -> None:
    assert table.load("L0") is None
    assert table.history("L0") == ()
    assert table.messages("L0") == ()
    assert table.due_leads(None, NOW + timedelta(days=9), 10) == ()


def test_any_text_survives_storage(table: Table) -> None:
    fields = {"": "", "emoji 👩🏽‍🚀": "عادل", "q#1": "{}", "long": "x" * 60_000}
    lead = stored(table, name="李小龙 \u202a", message="\n\t", fields=fields, flags=("a_odd",))
    assert table.load("L1") == lead


def test_a_taken_guard_names_its_lead_and_stores_nothing(table: Table) -> None:
    table.create(arrival("L1"), guard("k", fingerprint="one"), (), NOW)
    assert table.create(arrival("L2"), guard("k", fingerprint="two"), ("h",), NOW) == AlreadyTaken(
        lead_id="L1", fingerprint="one"
    )
    assert table.load("L2") is None
    assert table.history("L2") == ()


def test_the_holder_of_a_guard_is_known_until_it_expires(table: Table) -> None:
    taken = guard("k", fingerprint="one", until=NOW + SECOND)
    assert table.taken_by(taken, NOW) is None
    table.create(arrival("L1"), taken, (), NOW)
    assert table.taken_by(guard("k"), NOW) == AlreadyTaken(lead_id="L1", fingerprint="one")
    assert table.taken_by(guard("k", source="other"), NOW) is None
    assert table.taken_by(taken, NOW + SECOND) is None


def test_a_repeated_create_with_a_lost_answer_finds_its_own_result(table: Table) -> None:
    change = arrival()
    for _ in range(2):
        assert table.create(change, guard("k"), ("h",), NOW) is None
    assert table.history("L1") == change.events


def test_taken_guards_among_many_are_returned(table: Table) -> None:
    until = NOW + timedelta(days=1)
    for number in range(3):
        table.create(arrival(f"L{number}"), guard(f"k{number}", until=until), (), NOW)
    guards = {("api", f"k{number}") for number in range(150)} | {("other", "k1")}
    taken = cast(Guards, table).taken_of
    assert taken(guards, NOW) == {("api", "k0"), ("api", "k1"), ("api", "k2")}
    assert taken(guards, until) == frozenset()
    assert taken((), NOW) == frozenset()


def test_a_mark_takes_a_guard_again_and_again(table: Table) -> None:
    marks, mark = cast(Guards, table), guard("ses/1", source="mail_file", until=NOW + SECOND)
    for item in ("L1", "H1"):
        marks.mark(mark, item)
        assert table.taken_by(mark, NOW) == AlreadyTaken(lead_id=item, fingerprint=mark.fingerprint)
    assert marks.taken_of([("mail_file", "ses/1")], NOW + SECOND) == frozenset()


def test_a_guard_is_free_again_from_the_instant_it_expires(table: Table) -> None:
    table.create(arrival("L1"), guard("k", until=NOW + SECOND), (), NOW)
    assert table.create(arrival("L2"), guard("k"), (), NOW + SECOND - timedelta(microseconds=1)) is not None
    assert table.create(arrival("L3"), guard("k"), (), NOW + SECOND) is None


def test_guards_of_different_sources_differ_however_they_are_spelt(table: Table) -> None:
    pairs = [("a", "b"), ("b", "a"), ("a#b", "c"), ("a", "b#c"), ("form:a", "b"), ("a", "B")]
    for number, (source, key) in enumerate(pairs):
        assert table.create(arrival(f"L{number}"), guard(key, source=source), (), NOW) is None


@pytest.mark.parametrize("key", ["k" * 5_000, "👩🏽‍🚀" * 500, "\x01", "\ud800", "", " "])
def test_any_key_is_a_valid_guard(table: Table, key: str) -> None:
    assert table.create(arrival("L1"), guard(key), (), NOW) is None
    assert table.create(arrival("L2"), guard(key), (), NOW) == AlreadyTaken(lead_id="L1", fingerprint="f")


def test_of_many_concurrent_creates_under_one_guard_one_is_stored() -> None:
    table = MemoryTable()  # not in moto: its transactions check and write in two steps that threads interleave

    def create(number: int) -> AlreadyTaken | Full | NewerLeadExists | None:
        return table.create(arrival(f"L{number}"), guard("k"), (), NOW)

    with ThreadPoolExecutor(5) as threads:
        answers = list(threads.map(create, range(5)))
    assert answers.count(None) == 1
    winner = f"L{answers.index(None)}"
    assert {a.lead_id for a in answers if isinstance(a, AlreadyTaken)} == {winner}
    assert [n for n in range(5) if table.load(f"L{n}")] == [int(winner[1:])]


def test_a_change_stores_lead_events_messages_and_rotation_atomically(table: Table) -> None:
    change = assignment(stored(table), rotation_of(table))
    table.commit(change)
    assert table.load("L1") == change.after
    assert table.history("L1")[1:] == change.events
    assert change.messages
    assert all(m in table.messages("L1") for m in change.messages)
    assert rotation_of(table) == change.rotation


def test_the_same_change_is_stored_once(table: Table) -> None:
    change = assignment(stored(table), rotation_of(table))
    table.commit(change)
    table.commit(change)
    assert len(table.history("L1")) == 2
    assert rotation_of(table).turn == 1


def test_a_change_of_a_stale_lead_conflicts_and_stores_nothing(table: Table) -> None:
    lead = stored(table)
    first = assignment(lead, rotation_of(table))
    other = replace(assignment(lead, rotation_of(table), NOW + SECOND), rotation=None)  # the lead alone conflicts
    table.commit(first)
    with pytest.raises(Conflict):
        table.commit(other)
    assert table.load("L1") == first.after
    assert len(table.history("L1")) == 2


def test_a_change_of_a_lead_that_was_never_stored_conflicts(table: Table) -> None:
    with pytest.raises(Conflict):
        table.commit(assignment(arrival().after, rotation_of(table)))
    assert table.load("L1") is None


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_a_stale_rotation_conflicts_and_stores_nothing(table: Table, turns: int) -> None:
    for number in range(turns):
        table.commit(assignment(stored(table, f"P{number}"), rotation_of(table)))
    rotation = rotation_of(table)
    first, second = stored(table, "L1"), stored(table, "L2")
    table.commit(assignment(first, rotation))
    with pytest.raises(Conflict):
        table.commit(assignment(second, rotation))
    assert table.load("L2") == second
    assert rotation_of(table).turn == turns + 1


def test_a_change_without_a_rotation_keeps_the_pool_unchanged(table: Table) -> None:
    change = replace(assignment(stored(table), rotation_of(table)), rotation=None)
    table.commit(change)
    assert rotation_of(table).turn == 0


def test_routing_reads_lead_rotation_and_people_together(table: Table) -> None:
    lead, until = stored(table), NOW + timedelta(hours=1)
    table.set_away("ana", until)
    state = table.load_for_routing("L1", "inbound", ["ana", "ben"])
    assert state.lead == lead
    assert state.rotation.pool_id == "inbound"
    assert state.roster == {
        "ana": OwnerState(person_id="ana", away_until=until),
        "ben": OwnerState(person_id="ben", away_until=None),
    }
    assert table.load_for_routing("L0", "inbound", []).lead is None


def test_a_person_switched_back_is_not_away(table: Table) -> None:
    table.set_away("ana", NOW)
    table.set_away("ana", None)
    assert table.load_for_routing("L1", "inbound", ["ana"]).roster["ana"].away_until is None


def test_open_leads_are_counted_for_the_new_owner_and_until_closing(table: Table) -> None:
    change = assignment(stored(table), rotation_of(table))
    table.set_away("ana", NOW)
    for _ in range(2):
        table.commit(change)  # the second finds its own result
    assert state_of(table) == OwnerState(person_id="ana", away_until=NOW, open=1)
    table.set_away("ana", None)
    lead = change.after
    closed = replace(
        lead, stage=Stage.LOST, closed_at=NOW, clocks=(), next_action=None, wake_at=None, version=lead.version + 1
    )
    close = replace(change, before=lead, after=closed, events=(), messages=(), rotation=None)
    table.commit(replace(close, loads=(Load(person_id="ana", by=-1),)))
    assert state_of(table) == OwnerState(person_id="ana")


@pytest.mark.parametrize("turns", [0, 1, 2])
def test_an_assignment_on_stale_owner_state_conflicts_and_stores_nothing(table: Table, turns: int) -> None:
    state = OwnerState(person_id="ana")
    for number in range(turns):
        state = state.after_one_more(CAPS, NOW + number * SECOND)
        table.commit(counted(assignment(stored(table, f"P{number}"), rotation_of(table)), state))
    assert state_of(table) == replace(state, open=turns)
    first, second = stored(table, "L1"), stored(table, "L2")
    taken = state.after_one_more(CAPS, NOW + 9 * SECOND)
    table.commit(counted(assignment(first, rotation_of(table)), taken))
    with pytest.raises(Conflict):
        table.commit(counted(assignment(second, rotation_of(table)), taken))
    assert table.load("L2") == second
    assert state_of(table) == taken


CAPS = Caps(hour=2)


def counted(change: Change, taken: OwnerState) -> Change:
    return replace(change, loads=(Load(person_id="ana", by=1, taken=taken),))


def state_of(table: Table) -> OwnerState:
    return table.load_for_routing("L1", "inbound", ["ana"]).roster["ana"]


def test_unowned_leads_are_due_at_their_wake_time_earliest_first(table: Table) -> None:
    late, early = stored(table, "L1", NOW + SECOND), stored(table, "L2", NOW)
    assert early.wake_at is not None
    assert late.wake_at is not None
    assert table.due_leads(None, early.wake_at - timedelta(microseconds=1), 10) == ()
    assert table.due_leads(None, early.wake_at, 10) == (early,)
    assert table.due_leads(None, late.wake_at, 10) == (early, late)
    assert table.due_leads(None, late.wake_at, 1) == (early,)


def test_an_owned_lead_is_due_only_with_its_owner(table: Table) -> None:
    change = assignment(stored(table), rotation_of(table))
    table.commit(change)
    later = NOW + timedelta(days=1)
    assert table.due_leads("ana", later, 10) == (change.after,)
    assert table.due_leads(None, later, 10) == ()
    assert table.due_leads("an", later, 10) == ()
    assert table.due_leads("-", later, 10) == ()


def test_a_closed_lead_is_never_due(table: Table) -> None:
    change = assignment(stored(table), rotation_of(table))
    table.commit(change)
    lead = change.after
    closed = replace(
        lead, stage=Stage.LOST, closed_at=NOW, clocks=(), next_action=None, wake_at=None, version=lead.version + 1
    )
    table.commit(replace(change, before=lead, after=closed, events=(), messages=(), rotation=None))
    assert table.due_leads("ana", NOW + timedelta(days=99), 10) == ()
    assert table.load("L1") == closed


def test_a_history_is_ordered_by_time_then_number(table: Table) -> None:
    lead = stored(table)
    change = assignment(lead, rotation_of(table), NOW + SECOND)
    again = [replace(change.events[0], id=f"000002.{n:02d}", changes={}) for n in (2, 1)]
    table.commit(replace(change, events=(*change.events, *again)))
    assert [e.id for e in table.history("L1")] == ["000001.00", "000002.00", "000002.01", "000002.02"]


def test_a_days_events_are_those_of_the_utc_day_ordered_by_time_and_lead(table: Table) -> None:
    midnight = datetime(2026, 11, 24, tzinfo=UTC)
    earlier, at, after = midnight - timedelta(microseconds=1), midnight, midnight + SECOND
    for lead_id, when in (("L3", after), ("L2", at), ("L1", at), ("L0", earlier)):
        stored(table, lead_id, when)
    assert [e.lead_id for e in table.events_on(midnight.date())] == ["L1", "L2", "L3"]
    assert [e.lead_id for e in table.events_on(earlier.date())] == ["L0"]
    assert table.events_on(midnight.date() + timedelta(days=1)) == ()


def test_a_days_events_include_message_events(table: Table) -> None:
    stored(table)
    message = table.claim("L1", "acknowledge-1-0", "me", NOW, NOW + SECOND)
    assert message is not None
    table.finish(message, sent(message))
    assert sent(message) in table.events_on(NOW.date())
    assert sent(message) in table.history("L1")


def test_owners_are_listed_permanently(table: Table) -> None:
    assert table.owners() == ()
    lead = stored(table)
    change = assignment(lead, rotation_of(table), NOW + SECOND)
    table.commit(change)
    assert table.owners() == (change.after.owner_id,)
    table.set_away("cem", NOW)
    assert sorted(table.owners()) == sorted({str(change.after.owner_id), "cem"})


def test_waiting_leads_are_listed_until_they_are_assigned(table: Table) -> None:
    assert table.waiting_in_short() == ()
    second, first = (caught(table, lead_id, NOW + later) for lead_id, later in (("L1", SECOND), ("L2", SECOND * 0)))
    assert table.waiting_in_short() == (summarize(first), summarize(second))
    noted = replace(first, status_notes="called", version=first.version + 1)
    table.commit(Change(before=first, after=noted, events=(), messages=()))
    assert table.waiting_in_short() == (summarize(noted), summarize(second))
    answered = replace(noted, waiting_since=None, version=noted.version + 1)
    table.commit(Change(before=noted, after=answered, events=(), messages=()))
    assert table.waiting_in_short() == (summarize(second),)
    undone = replace(answered, waiting_since=noted.waiting_since, version=answered.version + 1)
    table.commit(Change(before=answered, after=undone, events=(), messages=()))
    assert table.waiting_in_short() == (summarize(undone), summarize(second))
    assert table.waiting_in_short(1) == (summarize(undone),)


def test_leads_are_loaded_in_the_requested_order_without_missing_ones(table: Table) -> None:
    leads = {lead_id: stored(table, lead_id) for lead_id in ("L1", "L2", "L3")}
    gone = [f"gone {number}" for number in range(120)]
    assert table.load_all(["L3", *gone, "L1", *leads]) == (leads["L3"], leads["L1"], *leads.values())
    assert table.load_all([]) == ()


def caught(table: Table, lead_id: str, now: datetime) -> Lead:
    """Store and return a lead that its pool cannot take."""
    nobody = replace(POLICY, people={p: replace(person, active=False) for p, person in POLICY.people.items()})
    change = assign(nobody, stored(table, lead_id, now), Rotation(pool_id="inbound"), {}, now)
    assert change is not None
    table.commit(change)
    return change.after


def test_an_assignment_among_five_hundred_people_is_stored_whole(table: Table) -> None:
    lead, people = stored(table), [f"person.number.{n}" for n in range(500)]
    policy = among(people)
    state = table.load_for_routing("L1", "inbound", people)
    away = {p: OwnerState(person_id=p, away_until=NOW + n * SECOND) for n, p in enumerate(people[:250], start=1)}
    credit = dict.fromkeys(people, -499) | {people[-1]: 499 * 499}
    rotation = Rotation(pool_id="inbound", credits=credit)
    change = assign(policy, lead, rotation, {**state.roster, **away}, NOW)
    assert change is not None
    table.commit(change)
    assert table.history("L1")[-1] == change.events[0]
    receipt = from_document(Receipt, change.events[0].data["receipt"])
    assert len(receipt.candidates) == 500
    assert receipt.recompute() == change.after.owner_id == people[-1]
    assert rotation_of(table) == change.rotation


def test_a_person_is_found_by_all_their_leads_under_any_key(table: Table) -> None:
    for lead_id, keys in (("L1", ("mail",)), ("L2", ("mail", "phone")), ("L3", ("other",))):
        assert table.create(arrival(lead_id), guard(lead_id), keys, NOW, frozenset({"L1"})) is None
    assert table.leads_of(("mail",)) == ("L1", "L2")
    assert table.leads_of(("mail", "phone")) == ("L1", "L2")
    assert table.leads_of(("phone", "other")) == ("L2", "L3")
    assert table.leads_of(("nobody",)) == ()
    assert table.leads_of(()) == ()


def test_a_rejected_delivery_is_not_a_lead_of_the_person(table: Table) -> None:
    assert table.create(arrival("L1"), guard("k"), ("mail",), NOW) is None
    assert table.create(arrival("L2"), guard("k"), ("mail",), NOW) is not None
    assert table.leads_of(("mail",)) == ("L1",)


def test_an_opt_out_is_stored_for_the_person_with_its_lead(table: Table) -> None:
    change = opt_out_lead(stored(table), (Channel.EMAIL,), "lead", NOW)
    assert change is not None
    keys = person_keys(change.after.inquiry)
    for _ in range(2):
        table.commit(change)  # the second finds its own result
    assert table.suppression(keys).channels == {Channel.EMAIL}
    assert table.load("L1") == change.after
    both = opt_out_lead(change.after, (Channel.EMAIL, Channel.SMS), "lead", NOW)
    assert both is not None
    table.commit(both)
    assert table.suppression(keys).channels == {Channel.EMAIL, Channel.SMS}


def left_by(lead: Lead, email: str) -> Change:
    return opt_out_by_keyword(lead, (Channel.SMS,), Inquiry(email=email, message="STOP"), "sms", NOW)


def test_an_opt_out_keyword_is_stored_under_its_guard_for_the_person_and_the_sender(table: Table) -> None:
    lead = stored(table)
    change, sender = left_by(lead, "bo@example.com"), person_key("bo@example.com")
    assert table.merge(change, guard("SM1"), (sender,), NOW) is None
    assert table.load("L1") == change.after
    for key in (sender, *person_keys(lead.inquiry)):
        assert table.suppression((key,)).channels == {Channel.SMS}
    assert table.leads_of((sender,)) == ("L1",)
    again = left_by(change.after, "bo@example.com")
    assert table.merge(again, guard("SM1"), (sender,), NOW) == AlreadyTaken(
        lead_id="L1", fingerprint=guard("SM1").fingerprint
    )


def test_a_person_whose_first_message_opts_out_is_stored_with_it(table: Table) -> None:
    inquiry = Inquiry(phone="+4930901820", message="STOP")
    change = record_unknown_opt_out(POLICY, (Channel.SMS,), inquiry, lead_id="L1", source="sms", now=NOW)
    people = person_keys(inquiry)
    assert table.create(change, guard("SM1"), people, NOW) is None
    assert table.load("L1") == change.after
    assert table.suppression(people).channels == {Channel.SMS}
    assert table.leads_of(people) == ("L1",)
    assert table.create(change, guard("SM1"), people, NOW) is None


def test_an_opt_out_that_lost_a_race_changes_nothing(table: Table) -> None:
    lead = stored(table)
    change = opt_out_lead(lead, (Channel.EMAIL,), "lead", NOW)
    assert change is not None
    table.commit(assignment(lead, rotation_of(table)))
    with pytest.raises(Conflict):
        table.commit(change)
    assert table.suppression(person_keys(lead.inquiry)).channels == frozenset()


def test_an_excluded_lead_never_replaces_a_persons_latest_lead(table: Table) -> None:
    def record(lead_id: str) -> Change:
        change = arrival(lead_id)
        excluded = Exclusion(rule="import", reason="historical", policy_version="1")
        return replace(change, after=replace(change.after, excluded=excluded))

    assert table.create(record("L1"), guard("1"), ("mail",), NOW) is None
    known_ids = frozenset({"L1"})
    assert table.create(arrival("L2"), guard("2"), ("mail",), NOW, known_ids) is None
    assert table.create(record("L3"), guard("3"), ("mail",), NOW, frozenset({"L2"})) is None
    assert table.create(arrival("L4"), guard("4"), ("mail",), NOW) == NewerLeadExists(lead_ids=frozenset({"L2"}))
    assert table.leads_of(("mail",)) == ("L1", "L2", "L3")


def test_the_same_words_under_another_guard_are_another_inquiry(table: Table) -> None:
    change = assignment(stored(table), rotation_of(table))
    same = replace(change, rotation=None)
    assert table.merge(same, guard("1"), (), NOW) is None
    with pytest.raises(Conflict):
        table.merge(same, guard("2"), (), NOW)
    assert table.merge(same, guard("1"), (), NOW) is None, "the first one finds its own result"
    assert table.taken_by(guard("2"), NOW) is None


def test_another_change_with_the_same_result_is_not_its_own_result(table: Table) -> None:
    lead = stored(table)
    first, second = (record_auto_reply(lead, words, "", NOW) for words in ("I am away", "I have moved"))
    assert first.after == second.after
    table.commit(first)
    with pytest.raises(Conflict):
        table.commit(second)
    with pytest.raises(Conflict):
        table.commit_all([second])
    table.commit(first)
    table.commit_all([first])
    assert first.events[0] in table.history(lead.id)


def test_due_leads_can_be_read_on_from_any_of_them(table: Table) -> None:
    leads = [stored(table, f"L{n}", NOW + timedelta(seconds=n // 2)) for n in range(5)]
    places = [(lead.wake_at, lead.id) for lead in leads if lead.wake_at]
    everything = table.due_leads(None, NOW + timedelta(days=9), 9)
    assert [lead.id for lead in everything] == ["L0", "L1", "L2", "L3", "L4"]
    assert table.due_leads(None, NOW + timedelta(days=9), 2, after=places[1]) == everything[2:4]
    assert table.due_leads(None, NOW + timedelta(days=9), 2, after=places[4]) == ()


def test_due_leads_are_read_a_hundred_at_a_time_until_there_are_enough(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leads, "AT_ONCE", 2)
    for number in range(5):
        stored(table, f"L{number}", NOW + timedelta(seconds=number))
    for limit in (1, 2, 3, 5, 9):
        due = table.due_leads(None, NOW + timedelta(days=9), limit)
        assert [lead.id for lead in due] == [f"L{number}" for number in range(min(limit, 5))]
