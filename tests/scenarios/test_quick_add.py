"""People add leads themselves (A7, A8, R13).

Routed and timed as any other, once, and theirs when they say so.
"""

from dataclasses import replace
from datetime import timedelta

import pytest

from leadtight.app.intake.quick_add import CHANNELS, AddForm, QuickAddResult
from leadtight.app.intake.submission import Submission
from leadtight.domain.model.errors import InvalidInquiry, InvalidLink, LinkExpired
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Template
from leadtight.domain.model.sla import FIRST_RESPONSE
from leadtight.domain.policy.trust import Submitter
from leadtight.domain.routing.receipt import CLAIMED
from tests.scenarios.world import HOT, MONDAY_NINE, WARM, World, with_pool

TYPED = AddForm(submission="S1", name="Ada Obi", phone="+49 30 901820", channel="referral", note=HOT)


def token(world: World, person: str = "ben") -> str:
    return world.links.queue(person, world.now).rpartition("/")[2]


def add(world: World, form: AddForm = TYPED, person: str = "ben") -> QuickAddResult:
    added = world.quick_add.add(token(world, person), form, world.now)
    world.run_stream()
    return added


def only(world: World) -> Lead:
    [lead_id] = world.lead_ids()
    return world.lead(lead_id)


@pytest.mark.proves("A8")
@pytest.mark.parametrize("channel", CHANNELS)
def test_a8_a_typed_lead_is_routed_and_timed_exactly_as_a_web_form(channel: str) -> None:
    typed, sent = World(), World()
    add(typed, replace(TYPED, channel=channel))
    sent.submit(
        Submission(source=channel, form="desk", body={"name": "Ada Obi", "phone": "+4930901820", "message": HOT})
    )
    for world in (typed, sent):
        world.advance(minutes=30)
    mine, theirs = only(typed), only(sent)
    assert (mine.owner_id, mine.promise, mine.clocks, mine.next_action) == (
        theirs.owner_id,
        theirs.promise,
        theirs.clocks,
        theirs.next_action,
    )
    assert typed.kinds(mine.id) == sent.kinds(theirs.id)
    assert mine.source == channel


@pytest.mark.proves("A7")
def test_a7_a_network_message_is_recorded_with_its_channel_and_permalink() -> None:
    world = World()
    link = "https://www.linkedin.com/messaging/thread/2-abc/"
    add(world, AddForm(submission="S1", name="Ada Obi", channel="linkedin_dm", permalink=link))
    lead = only(world)
    assert (lead.source, lead.inquiry.fields["permalink"]) == ("linkedin_dm", link)
    assert lead.owner_id == "ana"


@pytest.mark.proves("A8", "R13")
def test_r13_the_person_talking_to_the_lead_owns_it_against_the_rules_and_without_a_turn() -> None:
    world = World(policy=with_pool(World().policy, {"ana": 1, "cem": 1}))
    world.table.set_away("ben", MONDAY_NINE + timedelta(days=1))
    add(world, replace(TYPED, mine=True))
    lead = only(world)
    [assigned] = world.events(lead.id, EventKind.LEAD_ASSIGNED)
    assert (lead.owner_id, lead.first_owner_id, assigned.data["receipt"]["reason"]) == ("ben", "ben", CLAIMED)
    clock = lead.clock(FIRST_RESPONSE)
    assert clock is not None
    assert clock.deadline == lead.promise.deadline == MONDAY_NINE + timedelta(minutes=5), (
        "a status message is not a contact"
    )
    assert [world.lead(world.receive()).owner_id for _ in range(2)] == ["ana", "cem"]
    assert fold(world.table.history(lead.id)) == lead


def test_a_neglected_claimed_lead_moves_on_as_any_other() -> None:
    world = World()
    add(world, replace(TYPED, mine=True))
    world.advance(minutes=11)
    lead = only(world)
    assert lead.owner_id in ("ana", "cem")
    assert lead.past_owners == ("ben",)


@pytest.mark.proves("A8")
def test_a_repeated_form_is_one_lead_and_with_other_words_it_is_refused() -> None:
    world = World()
    assert [add(world).status, add(world).status] == ["created", "duplicate"]
    with pytest.raises(InvalidInquiry) as refused:
        add(world, replace(TYPED, channel="walk_in"))
    assert [p.field for p in refused.value.problems] == ["Idempotency-Key"]
    assert add(world, replace(TYPED, name="Bo", phone="+49 30 901821"), person="cem").status == "created"
    assert len(world.lead_ids()) == 2


def test_a_person_who_did_not_write_to_us_gets_no_automatic_reply() -> None:
    world = World()
    add(world, replace(TYPED, email="ada@example.com"))
    world.advance(days=1)
    lead = only(world)
    assert not world.mails(lead.id, Template.ACKNOWLEDGE)
    assert world.mails(lead.id, Template.ALERT_OWNER)


@pytest.mark.proves("A8")
def test_a_known_person_is_shown_only_as_known_and_with_the_owner() -> None:
    world = World()
    known_id = world.receive(name="Ada Obi", phone="+49 30 901820", message=WARM)
    owner = world.lead(known_id).owner_id
    added = add(world, replace(TYPED, mine=True))
    assert (added.status, added.owner_id, owner) == ("merged", "ana", "ana")
    assert (only(world).owner_id, only(world).also_from) == ("ana", ("referral",))
    assert [m.permission.address for m in world.mails(known_id, Template.WROTE_AGAIN)] == ["ana@leadtight.example"]
    assert set(QuickAddResult.__dataclass_fields__) == {"person", "name", "status", "mine", "owner_id"}


@pytest.mark.proves("A8")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": ""}, ["name"]),
        ({"phone": ""}, ["phone"]),
        ({"phone": "123"}, ["phone"]),
        ({"email": "ada@"}, ["email"]),
        ({"channel": "pigeon"}, ["channel"]),
        ({"permalink": "javascript:alert(1)"}, ["permalink"]),
        ({"name": "", "phone": "", "channel": ""}, ["channel", "name", "phone"]),
    ],
)
def test_missing_and_unreadable_input_is_named_and_nothing_is_stored(
    changes: dict[str, str], fields: list[str]
) -> None:
    world = World()
    with pytest.raises(InvalidInquiry) as refused:
        add(world, replace(TYPED, **changes))  # type: ignore[arg-type]  # texts all of them
    assert [p.field for p in refused.value.problems] == fields
    assert world.lead_ids() == []


def test_each_invalid_field_says_how_to_correct_it() -> None:
    world = World()
    wrong = AddForm(submission="S1", phone="123", email="ada@", permalink="ftp://x.example", channel="pigeon")
    with pytest.raises(InvalidInquiry) as refused:
        add(world, wrong)
    assert {problem.field: problem.detail for problem in refused.value.problems} == {
        "channel": "choose where the lead came from",
        "name": "enter a name",
        "phone": "this number cannot be dialled: write it with its country code",
        "email": "this is not an e-mail address",
        "permalink": "a link begins with https://",
    }
    with pytest.raises(InvalidInquiry, match="enter a phone number, an e-mail address or a link to your conversation"):
        add(world, replace(TYPED, phone=""))


@pytest.mark.proves("A8")
@pytest.mark.parametrize("reached", [{"email": "ada@example.com"}, {"permalink": "https://x.example/1"}])
def test_any_one_contact_point_is_enough(reached: dict[str, str]) -> None:
    assert add(World(), replace(TYPED, phone="", **reached)).status == "created"  # type: ignore[arg-type]  # texts


def test_digits_that_may_be_a_foreign_number_require_its_code() -> None:
    with pytest.raises(InvalidInquiry, match="with its country code"):
        add(World(), replace(TYPED, phone="13055551234"))
    assert add(World(), replace(TYPED, phone="+1 305 555 1234")).status == "created"


def test_only_a_team_members_queue_link_adds_leads() -> None:
    world = World()
    lead_id = world.receive()
    with pytest.raises(InvalidLink):
        world.quick_add.add(world.link(lead_id), TYPED, world.now)
    with pytest.raises(LinkExpired):
        add(world, person="zoe")
    late = token(world)
    with pytest.raises(LinkExpired):
        world.quick_add.add(late, TYPED, world.now + timedelta(days=15))
    assert world.lead_ids() == [lead_id]


def test_every_form_has_its_own_submission_id() -> None:
    world = World()
    assert world.quick_add.blank().submission != world.quick_add.blank().submission


def test_a_program_with_a_key_sets_the_owner_and_for_others_it_is_a_field() -> None:
    world = World()
    body = {"name": "Ada", "email": "ada@example.com", "owner": "cem"}
    keyed = world.submit(Submission(source="referral", key="1", body=body, caller=Submitter.KEYED_API))
    anybody = world.submit(Submission(source="referral", key="2", body=body | {"email": "bo@example.com"}))
    assert [world.lead(a.lead_id).owner_id for a in (keyed, anybody)] == ["cem", "ana"]
    assert world.lead(anybody.lead_id).inquiry.fields["owner"] == "cem"
    unknown = body | {"email": "c@example.com", "owner": "zoe"}
    nobody = world.submit(Submission(source="referral", body=unknown, caller=Submitter.KEYED_API))
    assert world.lead(nobody.lead_id).inquiry.flags == ("owner_odd",)
