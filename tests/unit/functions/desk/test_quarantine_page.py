"""The quarantine page.

Only managers see it, only a press changes it, and it trusts nothing that it shows.
"""

import json
import re
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest

from functions.desk import handler, quarantine
from leadtight import bootstrap
from leadtight.adapters.inbound.replay import reread
from leadtight.adapters.presentation.pages import quarantine as pages_quarantine
from leadtight.adapters.presentation.pages.outcome import Pages
from leadtight.app.intake.quarantine import Quarantine
from leadtight.app.intake.quarantine_desk import QuarantineDesk, QuarantineDetail, QuarantineListing
from leadtight.app.messaging.links import OUTCOME_LASTS
from leadtight.app.ports.guards import Guard
from leadtight.domain.intake.quarantine import QuarantinedDelivery, QuarantineState, Reason
from leadtight.domain.model.errors import NotFound
from tests.integration.http_events import request
from tests.lambda_context import CONTEXT
from tests.scenarios.test_mail import BOXES, Inbox
from tests.scenarios.world import World
from tests.unit.adapters.email.letters import mail

NASTY = "<script>alert(1)</script>\u202e\x1b[31m"
FORM = {"content-type": "application/x-www-form-urlencoded"}
Answer = dict[str, Any]


class Holding(World):
    """A World with the desk's page of held deliveries."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__()
        quarantine = Quarantine(self.table, self.intake, partial(reread, self.policy), self.proofs.report)
        self.manager = QuarantineDesk(self.policy, quarantine, self.links)
        monkeypatch.setattr(bootstrap, "clock", lambda: lambda: self.now)
        monkeypatch.setattr(bootstrap, "policy", lambda: self.policy)
        app = SimpleNamespace(quarantine=quarantine, quarantine_desk=self.manager)
        monkeypatch.setattr(bootstrap, "app", lambda: app)
        monkeypatch.setattr(bootstrap, "pages", lambda: Pages(self.policy))

    def hold(self, number: int, reason: Reason = Reason.UNMAPPED, **fields: Any) -> str:
        content = json.dumps({"your-name": f"Ada {number}", "your-email": f"ada{number}@example.com"})
        defaults = {"channel": "form:contact", "source": "web_form", "key": "", "content": content} | fields
        delivery = QuarantinedDelivery(id=f"H{number}", received_at=self.now, reason=reason, **defaults)
        guard = Guard(source="held", key=delivery.id, fingerprint="f", expires_at=self.now + timedelta(days=1))
        assert self.table.hold(delivery, guard, self.now) is None
        return delivery.id

    def token(self, person: str = "mia") -> str:
        return self.links.quarantine(person, self.now).rpartition("/")[2]

    def get(self, token: str | None = None, **query: str) -> Answer:
        event = request("GET /quarantine/{token}", token=token or self.token())
        return handler.handle({**event, "queryStringParameters": query}, CONTEXT)

    def settle(self, token: str | None = None, **fields: str) -> Answer:
        body = urlencode(fields).encode()
        event = request("POST /quarantine/{token}", body=body, headers=FORM, token=token or self.token())
        answer = handler.handle(event, CONTEXT)
        self.run_stream()
        return answer

    def state(self, held_id: str) -> QuarantineState:
        delivery = self.table.find_held(held_id)
        assert delivery is not None
        return delivery.state


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Holding:
    return Holding(monkeypatch)


def test_it_shows_waiting_deliveries_and_separately_suspected_spam(world: Holding) -> None:
    world.hold(1, detail="name: give a name")
    world.hold(2, Reason.SPAM, detail="the hidden field website was filled in")
    page = world.get()
    assert page["statusCode"] == 200
    waiting, _, spam = page["body"].partition("Suspected spam")
    assert "No lead could be read from it" in waiting
    assert "ada1@example.com" in waiting
    assert "Looks like spam" in spam
    assert "ada2@example.com" in spam
    assert "<script" not in page["body"]
    assert "default-src 'none'" in page["headers"]["content-security-policy"]
    assert page["headers"]["cache-control"] == "no-store"


def set_aside(world: Holding, number: int) -> str:
    settled = {"state": QuarantineState.DISCARDED, "settled_at": world.now, "settled_by": "system:mail"}
    return world.hold(number, Reason.AUTOMATIC, detail="Precedence", **settled)


@pytest.mark.proves("A2")
def test_set_aside_deliveries_are_shown_separately_and_may_be_released_but_not_discarded(world: Holding) -> None:
    held_id = set_aside(world, 1)
    _, _, shown = world.get()["body"].partition("Set aside")
    assert "Sent by a machine" in shown
    assert "ada1@example.com" in shown
    assert 'value="release"' in shown
    assert 'value="discard"' not in shown
    assert 'value="release"' in world.get(delivery=held_id)["body"]
    assert world.settle(held=held_id, do="release", sure="yes")["statusCode"] == 303
    assert (world.state(held_id), len(world.lead_ids())) == (QuarantineState.RELEASED, 1)
    assert "Precedence" not in world.get()["body"]


def test_viewing_changes_nothing(world: Holding) -> None:
    held_id = world.hold(1)
    for done in ("", "release", "discard"):
        world.get(done=done)
    assert (world.state(held_id), world.lead_ids()) == (QuarantineState.HELD, [])


def test_one_press_alone_releases_nothing(world: Holding) -> None:
    held_id = world.hold(1)
    answer = world.settle(held=held_id, do="release")
    assert (answer["statusCode"], "tick that this is not spam" in answer["body"].casefold()) == (422, True)
    assert (world.state(held_id), world.lead_ids()) == (QuarantineState.HELD, [])


@pytest.mark.proves("A5")
def test_a_release_makes_an_acknowledged_owned_lead_and_the_page_says_so(world: Holding) -> None:
    held_id = world.hold(1)
    answer = world.settle(held=held_id, do="release", sure="yes")
    assert (answer["statusCode"], answer["headers"]["location"]) == (303, f"{world.token()}?done=release")
    [lead_id] = world.lead_ids()
    assert world.lead(lead_id).owner_id
    settled = world.table.find_held(held_id)
    assert settled is not None
    assert (settled.state, settled.settled_by, settled.lead_id) == (QuarantineState.RELEASED, "mia", lead_id)
    page = world.get(done="release")["body"]
    assert "Released: this is now a lead." in page
    assert "Nothing is waiting." in page


def test_a_discard_requires_a_reason_and_stores_it(world: Holding) -> None:
    held_id = world.hold(1)
    refused = world.settle(held=held_id, do="discard", why="  ")
    assert (refused["statusCode"], world.state(held_id)) == (422, QuarantineState.HELD)
    assert "Say why this is not a lead" in refused["body"]
    assert world.settle(held=held_id, do="discard", why="An advert")["statusCode"] == 303
    settled = world.table.find_held(held_id)
    assert settled is not None
    assert (settled.state, settled.note, settled.settled_by) == (QuarantineState.DISCARDED, "An advert", "mia")


def test_a_release_with_missing_data_says_what_is_missing(world: Holding) -> None:
    held_id = world.hold(1, content='{"your-message": "hello"}')
    answer = world.settle(held=held_id, do="release", sure="yes")
    assert (answer["statusCode"], world.state(held_id)) == (422, QuarantineState.HELD)
    assert "Give a name, an email address or a phone number" in answer["body"]
    assert "<details>" in answer["body"], "discarding was not requested"


def test_a_delivery_without_name_and_address_is_completed_and_released(world: Holding) -> None:
    held_id = world.hold(1, content='{"your-message": "hello", "roof": "flat"}')
    typed = {"name": " Ada  Obi ", "email": "ada@example.com", "phone": "", "message": ""}
    assert world.settle(held=held_id, do="release", sure="yes", **typed)["statusCode"] == 303
    [lead_id] = world.lead_ids()
    inquiry = world.lead(lead_id).inquiry
    assert (inquiry.name, inquiry.email, inquiry.message) == ("Ada Obi", "ada@example.com", "hello")
    assert inquiry.fields["roof"] == "flat"
    assert world.lead(lead_id).owner_id


@pytest.mark.proves("A11")
def test_an_unreadable_delivery_is_completed_with_all_of_it_kept_on_the_lead(world: Holding) -> None:
    held_id = world.hold(1, Reason.UNREADABLE, content="<name>Ada</name> call me", channel="webhook:gone")
    assert world.settle(held=held_id, do="release", sure="yes")["statusCode"] == 422
    world.settle(held=held_id, do="release", sure="yes", phone="+49 30 901820", message="Call her back")
    [lead_id] = world.lead_ids()
    inquiry = world.lead(lead_id).inquiry
    assert (inquiry.phone, inquiry.message) == ("+4930901820", "Call her back")
    assert inquiry.fields["held_delivery"] == "<name>Ada</name> call me"


def test_typed_values_precede_parsed_ones(world: Holding) -> None:
    held_id = world.hold(1)
    world.settle(held=held_id, do="release", sure="yes", email="right@example.com")
    [lead_id] = world.lead_ids()
    assert (world.lead(lead_id).inquiry.name, world.lead(lead_id).inquiry.email) == ("Ada 1", "right@example.com")


def test_a_delivery_can_be_read_whole_before_a_decision(world: Holding) -> None:
    long = "Please call me about the roof. " * 100 + "It leaks <b>badly</b>."
    held_id = world.hold(1, Reason.SPAM, content=json.dumps({"your-message": long, "your-name": "Ada"}))
    listed = world.get()["body"]
    assert f'href="?delivery={held_id}"' in listed
    assert "badly" not in listed
    page = world.get(delivery=held_id)
    assert page["statusCode"] == 200
    assert "It leaks &lt;b&gt;badly&lt;/b&gt;." in page["body"]
    assert 'value="release"' in page["body"]
    assert world.state(held_id) is QuarantineState.HELD
    world.settle(held=held_id, do="release", sure="yes")
    assert 'value="release"' not in world.get(delivery=held_id)["body"]
    assert world.get(delivery="H99")["statusCode"] == 404


@pytest.mark.proves("A11")
@pytest.mark.parametrize("header", ["X-SES-Spam-Verdict: FAIL", "X-SES-Virus-Verdict: FAIL", "To: other@firm.example"])
def test_a_held_mail_shows_sender_subject_and_text(header: str) -> None:
    inbox = Inbox()
    inbox.boxes = {"sales@firm.example": BOXES["sales@firm.example"]}
    inbox.govern(inbox.policy)
    name, _, value = header.partition(": ")
    words = "We need a new roof <b>soon</b>.\n\n" + "It is a long story. " * 60 + "The end."
    assert inbox.drop(mail(words, headers={name: value})).status == "held"
    [delivery] = (*inbox.quarantine.waiting(9), *inbox.quarantine.suspected(9))
    listing = QuarantineListing(person="mia", waiting=(delivery,), suspected=())
    page = pages_quarantine.quarantine(inbox.policy, listing)
    for shown in ("Ada Obi &lt;ada@example.com&gt;", "Solar roof", "We need a new roof &lt;b&gt;soon&lt;/b&gt;."):
        assert shown in page
    assert "The end." not in page
    whole = QuarantineDetail(person="mia", held=delivery, reads_as=inbox.quarantine.reads_as(delivery))
    assert "The end." in pages_quarantine.delivery(inbox.policy, whole)


def test_a_second_press_changes_nothing(world: Holding) -> None:
    held_id = world.hold(1)
    world.settle(held=held_id, do="release", sure="yes")
    for fields in ({"do": "release", "sure": "yes"}, {"do": "discard", "why": "late"}):
        answer = world.settle(held=held_id, **fields)
        assert answer["statusCode"] == 409
        assert "decided in the meantime" in answer["body"]
    assert (world.state(held_id), len(world.lead_ids())) == (QuarantineState.RELEASED, 1)


@pytest.mark.parametrize("fields", [{}, {"do": "release", "sure": "yes"}, {"do": "burn", "held": "H1"}, {"held": "H1"}])
def test_a_foreign_form_post_is_refused(world: Holding, fields: dict[str, str]) -> None:
    held_id = world.hold(1)
    assert world.settle(**fields)["statusCode"] in (400, 404)
    assert world.state(held_id) is QuarantineState.HELD


def test_strangers_data_is_not_trusted(world: Holding) -> None:
    world.hold(1, content=json.dumps({NASTY: NASTY, "x": {"y": [NASTY]}}), source=NASTY, detail=NASTY)
    world.hold(2, content=NASTY)
    world.hold(3, content="[" * 5_000)
    world.hold(4, content="//79", is_base64=True)
    body = world.get()["body"]
    assert [bad for bad in ("<script", "\u202e", "\x1b") if bad in body] == []
    assert "&lt;script&gt;" in body
    assert "It is not text." in body
    refused = world.settle(held="H1", do="discard", why='"><b>')
    assert refused["statusCode"] == 303


def test_long_lists_are_cut_with_a_notice(world: Holding) -> None:
    world.hold(1, content=json.dumps({f"field {n}": "x" * 5_000 for n in range(40)}))
    body = world.get()["body"]
    assert "28 more are not shown." in body
    assert "x" * 300 not in body
    for number in range(2, 60):
        world.hold(number, Reason.SPAM)
    body = world.get()["body"]
    assert len(re.findall(r'<li class="card"', body)) == 51
    assert "these are the latest" in body


@pytest.mark.parametrize("person", ["ana", "dora", "nobody"])
def test_only_managers_and_the_catch_all_person_have_access(world: Holding, person: str) -> None:
    held_id = world.hold(1)
    with pytest.raises(NotFound):
        world.manager.link(person, world.now)
    token = world.token(person)
    assert world.get(token)["statusCode"] == 410
    assert world.settle(token, held=held_id, do="release", sure="yes")["statusCode"] == 410
    assert world.lead_ids() == []


def test_foreign_forged_and_expired_links_open_nothing(world: Holding) -> None:
    world.hold(1)
    old, queue = world.token(), world.links.queue("mia", world.now).rpartition("/")[2]
    assert world.get(queue)["statusCode"] == 403
    assert world.get(f"{old[:-2]}xx")["statusCode"] == 403
    world.advance(seconds=OUTCOME_LASTS.total_seconds())
    assert world.get(old)["statusCode"] == 410
    assert world.settle(old, held="H1", do="release", sure="yes")["statusCode"] == 410


def test_every_field_has_a_label_and_every_id_is_unique(world: Holding) -> None:
    for number in range(3):
        world.hold(number)
    body = world.get()["body"]
    ids = re.findall(r' id="([^"]+)"', body)
    assert len(ids) == len(set(ids))
    labelled = re.findall(r'<(?:input type="(?:text|email|tel)"|textarea) id="([^"]+)"', body)
    assert set(re.findall(r' for="([^"]+)"', body)) == set(labelled)
    assert body.count("<h1") == 1


def flood(world: Holding, count: int) -> list[str]:
    return [world.hold(number, Reason.TOO_MANY) for number in range(count)]


def seen_at(world: Holding) -> str:
    match = re.search(r'name="seen_at" value="([^"]+)"', world.get()["body"])
    assert match is not None
    return match[1]


@pytest.mark.slow
def test_a_burst_is_released_in_one_press(world: Holding) -> None:
    other = world.hold(999)
    ids = flood(world, 260)
    answer = world.settle(do="release_all", sure="yes", seen_at=seen_at(world))
    assert (answer["statusCode"], answer["headers"]["location"].partition("?")[2]) == (303, "done=release_all")
    assert {world.state(id_) for id_ in ids} == {QuarantineState.RELEASED}
    assert len(world.lead_ids()) == 260
    assert all(world.lead(lead_id).owner_id for lead_id in world.lead_ids())
    assert world.state(other) is QuarantineState.HELD, "it waits for another reason"


def test_a_burst_is_discarded_in_one_press_and_reopened_in_another(world: Holding) -> None:
    ids, single = flood(world, 30), world.hold(99, Reason.TOO_MANY)
    world.settle(do="discard", held=single, why="an advert")
    world.settle(do="discard_all", why="a flood", seen_at=seen_at(world))
    assert {world.state(id_) for id_ in ids} == {QuarantineState.DISCARDED}
    delivery = world.table.find_held(ids[0])
    assert delivery is not None
    assert (delivery.settled_by, delivery.note) == ("mia (all at once)", "a flood")
    world.advance(days=3)
    world.settle(do="reopen_all", sure="yes")
    assert {world.state(id_) for id_ in ids} == {QuarantineState.HELD}
    assert world.state(single) is QuarantineState.DISCARDED, "a person decided about this one"
    world.settle(do="release_all", sure="yes", seen_at=seen_at(world))
    assert len(world.lead_ids()) == 30


@pytest.mark.parametrize("do", ["release_all", "discard_all", "reopen_all"])
def test_a_press_without_a_choice_settles_nothing(world: Holding, do: str) -> None:
    ids = flood(world, 2)
    answer = world.settle(do=do, seen_at=seen_at(world))
    assert answer["statusCode"] == 422
    assert {world.state(id_) for id_ in ids} == {QuarantineState.HELD}


def test_deliveries_newer_than_the_page_are_not_settled_by_it(world: Holding) -> None:
    earlier, at = flood(world, 2), seen_at(world)
    world.advance(minutes=1)
    since = world.hold(7, Reason.TOO_MANY)
    world.settle(do="discard_all", why="a flood", seen_at=at)
    assert [world.state(id_) for id_ in (*earlier, since)] == [
        QuarantineState.DISCARDED,
        QuarantineState.DISCARDED,
        QuarantineState.HELD,
    ]
    assert world.settle(do="discard_all", why="a flood")["statusCode"] == 422


def test_a_flood_is_listed_behind_other_deliveries(world: Holding) -> None:
    flood(world, 120)
    world.advance(minutes=1)
    world.hold(999, detail="no contact could be read")
    body = world.get()["body"]
    assert "120 came at once" in body
    assert body.index("No contact could be read") < body.index("Too many came at once")


def test_deliveries_left_after_the_time_limit_are_reported(world: Holding, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = flood(world, 5)
    ticks = iter(range(100))
    monkeypatch.setattr(quarantine, "monotonic", lambda: 2 * next(ticks))
    answer = world.settle(do="discard_all", why="a flood", seen_at=seen_at(world))
    assert answer["headers"]["location"].endswith("done=not_all")
    assert [world.state(id_) for id_ in ids].count(QuarantineState.DISCARDED) == 2
    assert "Press the button again" in world.get(done="not_all")["body"]
