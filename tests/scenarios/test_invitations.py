"""Invitations by mail book calls (G2).

A calendar's invitation moves the lead of its guest, when its sender is proved.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from leadtight.app.intake.deliveries import SettledItem
from leadtight.domain.model.event import EventKind as Kind
from leadtight.domain.model.event import fold
from leadtight.domain.model.message import Template
from leadtight.domain.model.stage import Stage
from tests.scenarios.test_mail import Inbox
from tests.unit.adapters.email.letters import ADA, SALES, multi, part

STARTS = "20261125T100000"
"""Ten in Berlin, nine in UTC."""

STARTS_AT = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ADA_ORGANIZES = f"ORGANIZER;CN=Ada Obi:mailto:ada@example.com\nATTENDEE;CN=Sales:mailto:{SALES}"
TEAM_ORGANIZES = "ORGANIZER;CN=Mia:mailto:mia@harbour.example\nATTENDEE;CN=Ada Obi:mailto:ada@example.com"


def calendar(method: str = "REQUEST", people: str = ADA_ORGANIZES, starts: str = STARTS, **lines: Any) -> str:
    """Return a calendar with one event."""
    more = "".join(f"{name}:{value}\n" for name, value in lines.items())
    return (
        f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example\nMETHOD:{method}\nBEGIN:VEVENT\nUID:u1@example.com\n"
        f"DTSTART;TZID=W. Europe Standard Time:{starts}\nSUMMARY:Call about the roof\n{people}\n{more}END:VEVENT\n"
        "END:VCALENDAR\n"
    )


def invite(ics: str, method: str = "REQUEST", **headers: str) -> bytes:
    """Return the mail that a calendar sends for a person."""
    defaults = {"From": ADA, "Subject": "Invitation: Call", "Auto-Submitted": "auto-generated"}
    kind = f"text/calendar; charset=utf-8; method={method}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return multi("alternative", part("You have been invited."), part(ics, kind), headers=defaults | named)


class Office(Inbox):
    """An Inbox with one lead, who has been reached."""

    def __init__(self) -> None:
        super().__init__()
        self.lead_id = self.receive(name="Ada Obi", email="ada@example.com")
        self.press(self.lead_id, "interested")

    def get(self, raw: bytes) -> SettledItem:
        self.advance(minutes=1)
        return self.drop(raw)

    def booked_for(self) -> list[datetime]:
        return [datetime.fromisoformat(e.data["starts_at"]) for e in self.events(self.lead_id, Kind.CALL_BOOKED)]


@pytest.mark.proves("G2")
@pytest.mark.parametrize(
    ("people", "sender"), [(ADA_ORGANIZES, ADA), (TEAM_ORGANIZES, "MIA")], ids=["by the lead", "by a team member"]
)
def test_an_invitation_moves_the_lead_of_its_guest_and_a_new_time_and_a_cancellation_follow(
    people: str, sender: str
) -> None:
    world = Office()
    mia = world.policy.people["mia"].email
    headers = {"From": mia if sender == "MIA" else sender}
    people = people.replace("mia@harbour.example", mia)
    invitation = invite(calendar(people=people), **headers)
    assert [world.get(invitation).status for _ in range(2)] == ["merged", "duplicate"]
    lead = world.lead(world.lead_id)
    assert lead.stage is Stage.CALL_BOOKED
    assert lead.next_action is not None
    assert lead.next_action.what.startswith("Confirm the call")
    moved = invite(calendar(people=people, starts="20261125T150000", SEQUENCE=1), **headers)
    assert world.get(moved).id == world.lead_id
    assert world.booked_for() == [STARTS_AT, STARTS_AT + timedelta(hours=5)]
    canceled = invite(calendar("CANCEL", people=people, SEQUENCE=2), "CANCEL", **headers)
    assert world.get(canceled).id == world.lead_id
    joined = world.events(world.lead_id, Kind.INQUIRY_JOINED)[-1]
    assert joined.data["inquiry"]["message"].startswith("[invitation canceled] 2026-11-25T09:00:00")
    assert world.lead(world.lead_id).stage is Stage.CALL_BOOKED
    assert fold(world.table.history(world.lead_id)) == world.lead(world.lead_id)


def test_an_invitation_of_an_unknown_person_is_a_lead_and_their_cancellation_is_set_aside() -> None:
    world = Inbox()
    assert world.drop(invite(calendar("CANCEL"), "CANCEL")).status == "set_aside"
    settled = world.drop(invite(calendar()))
    lead = world.lead(settled.id)
    assert (settled.status, lead.inquiry.name, lead.inquiry.email) == ("created", "Ada Obi", "ada@example.com")
    assert lead.inquiry.fields["booked_for"] == "2026-11-25T09:00:00.000000Z"
    assert lead.inquiry.message.endswith("Call about the roof")
    assert world.mails(settled.id, Template.ACKNOWLEDGE) == [], "a calendar gets no answer"


@pytest.mark.parametrize(
    "headers",
    [
        {"X_SES_Spam_Verdict": "PASS", "Authentication_Results": "amazonses.com; spf=fail; dkim=none; dmarc=fail"},
        {"From": "Booking tool <hello@tool.example>"},
    ],
    ids=["forged", "by a stranger for the guest"],
)
def test_an_unproved_invitation_moves_nothing_and_is_shown_to_the_owner(headers: dict[str, str]) -> None:
    world = Office()
    settled = world.get(invite(calendar(), **headers))
    assert settled.status in ("merged", "created")
    assert world.booked_for() == []
    assert world.lead(world.lead_id).stage is not Stage.CALL_BOOKED


@pytest.mark.parametrize(
    "ics",
    [
        "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR\n",
        "no calendar",
        calendar().replace("UID", "X-UID"),
        calendar(people="ORGANIZER:mailto:noreply@tool.example"),
        calendar(people=f"ATTENDEE:mailto:{SALES}"),
        calendar("PUBLISH"),
    ],
    ids=["empty", "rubbish", "no id", "a program", "only the team", "published"],
)
def test_what_is_no_invitation_of_a_person_stays_automatic_mail(ics: str) -> None:
    world = Office()
    method = "PUBLISH" if "PUBLISH" in ics else "REQUEST"
    assert world.get(invite(ics, method)).status in ("set_aside", "noted")
    assert world.booked_for() == []


def test_a_newsletter_with_an_invitation_is_a_newsletter() -> None:
    world = Inbox()
    event = calendar(people="ORGANIZER:mailto:events@vendor.example")
    assert world.drop(invite(event, List_Id="<news.vendor.example>")).status == "set_aside"


@pytest.mark.parametrize("starts", ["20261125", "20261125T100000"])
def test_a_whole_day_or_a_time_without_a_zone_has_no_time(starts: str) -> None:
    world = Office()
    ics = calendar().replace(f"DTSTART;TZID=W. Europe Standard Time:{STARTS}", f"DTSTART:{starts}")
    ics = ics.replace("DTSTART:20261125\n", "DTSTART;VALUE=DATE:20261125\n")
    world.get(invite(ics))
    [event] = world.events(world.lead_id, Kind.CALL_BOOKED)
    assert event.data["starts_at"] is None
