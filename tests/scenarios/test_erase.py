"""Erasure of one person, resumable, with figures and pages intact."""

from base64 import b64encode
from dataclasses import dataclass, fields
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.memory.erasures import MemoryErasures
from leadtight.adapters.memory.files import MemoryDeadLetters, MemoryVersions
from leadtight.adapters.presentation.timeline import timeline
from leadtight.app.commit import TRIES_OF_ONE_LEAD
from leadtight.app.compliance.erase_person import ErasePerson, ErasureReport
from leadtight.app.intake.submission import Submission
from leadtight.app.ports.guards import Guard
from leadtight.domain.change import Change
from leadtight.domain.compliance.erasure import KEPT, REDUCED
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.codec import to_document
from leadtight.domain.model.errors import Conflict, InvalidInquiry
from leadtight.domain.model.event import EventKind, fold
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.model.stage import Stage
from leadtight.domain.model.stored_file import StoredFile
from leadtight.domain.views.call_brief import brief
from tests.scenarios.world import World

pytestmark = pytest.mark.slow

ADA, NUMBER = "ada@kanari.example", "+493012345678"


@dataclass
class Broken:
    """A part whose `at`-th call fails.

    It fails before or after doing its work; calls of all parts count.
    """

    part: Any
    state: dict[str, int]

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self.part, name)
        if not callable(attribute):
            return attribute

        def call(*words: Any, **keywords: Any) -> Any:
            self.state["calls"] += 1
            if self.state["calls"] == self.state["at"]:
                raise ConnectionError(name)
            return attribute(*words, **keywords)

        return call


class Office(World):
    """A world with the stores of an erasure."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.twins.table = self.table = self.kept = MemoryErasures()
        self.raw, self.pages, self.given_up = MemoryVersions(), MemoryVersions(), MemoryDeadLetters()
        self.uploaded = MemoryVersions()
        self.govern(self.policy)

    def erase(self, who: str, *, apply: bool = True, fails_at: int = 0) -> ErasureReport:
        """Erase a person.

        `fails_at` names the call of any part that fails.
        """
        state = {"calls": 0, "at": fails_at}
        parts = (self.kept, self.raw, self.uploaded, self.pages)
        table, mails, uploads, pages = (Broken(part, state) for part in parts)
        use_case = ErasePerson(
            table,
            table,
            table,
            self.alarms,
            PhoneEmailNormalizer(),
            mails=mails,
            uploads=uploads,
            reports=pages,
            given_up=self.given_up,
            write_week=lambda week: self.pages.put(f"weekly/{week}/index.html", b"Unknown"),
        )
        return use_case.of(who, "DE", self.now, apply=apply)

    def everything(self) -> str:
        """Return everything stored, as text.

        The twin's own guards are hashes in the real table.
        """
        table = self.kept
        stores = (table._leads, table._events, table._messages, table._consents, table._deliveries, table._records)
        return (
            f"{stores} {self.raw.stored} {self.uploaded.stored} {self.pages.stored} {self.given_up.bodies}".casefold()
        )


def office_of_ada() -> Office:
    """Return an office with Ada's call and later inquiry.

    She wrote a day after she was lost.
    """
    office = Office()
    missed = office.receive(name="", email="", phone=NUMBER, message="kanari calls", source="phone_missed")
    office.press(missed, "lost", reason="kanari went away")
    office.advance(days=1)
    first = office.receive(name="Ada Kanari", email=ADA, phone=NUMBER, fields={"mail_file": "m/1"})
    office.press(first, "connected", note="kanari said yes")
    office.raw.put("m/1", b"From: somebody")
    office.raw.put("m/2", b"From: ADA@kanari.example")
    office.raw.put("m/3", b"From: cy@example.com")
    office.pages.put("weekly/2026-W47/index.html", b"<td>Ada Kanari</td>")
    office.given_up.bodies += [ADA, "cy@example.com"]
    return office


@pytest.fixture
def office() -> Office:
    return office_of_ada()


def test_every_field_of_a_lead_is_kept_or_reduced_deliberately() -> None:
    assert KEPT | REDUCED.keys() == {field.name for field in fields(Lead)}
    assert not KEPT & REDUCED.keys()


def test_an_open_lead_ends_its_alarm_is_cancelled_and_its_pages_still_open(office: Office) -> None:
    [missed, lead_id] = office.erase(ADA).lead_ids
    for id_ in (lead_id, missed):
        lead, history = office.lead(id_), office.table.history(id_)
        assert (lead.stage, lead.lost_reason, lead.wake_at) == (Stage.LOST, "erased", None)
        assert fold(history) == lead
        assert EventKind.LEAD_ERASED in office.kinds(id_)
        assert [entry.text for entry in timeline(office.policy, history)] == ["The person was erased at their request"]
        assert brief(history).wrote_again == ()
    assert "kanari" not in office.everything()
    assert not {lead_id, missed} & {lead.id for lead in office.alarms.armed.values()}
    office.advance(days=14)
    assert "kanari" not in office.everything(), "messages on their way restored nothing"
    assert office.table.messages(lead_id) == ()


def test_a_person_who_shares_only_the_number_is_not_erased(office: Office) -> None:
    office.press(office.kept.leads_of([person_key(ADA)])[-1], "lost", reason="kanari bought elsewhere")
    other = office.receive(name="Cy Cole", email="cy@example.com", phone=NUMBER)
    document = to_document(office.lead(other))
    report = office.erase(ADA)
    assert (len(report.lead_ids), report.others) == (2, (other,))
    assert to_document(office.lead(other)) == document
    assert office.table.suppression([person_key(ADA)]).channels >= {Channel.EMAIL, Channel.SMS}
    assert office.table.suppression([person_key(NUMBER)]).channels == frozenset()
    assert office.given_up.bodies == ["cy@example.com"]


def test_a_dry_run_changes_nothing(office: Office) -> None:
    everything = office.everything()
    assert office.erase(ADA, apply=False).counts["leads"] == 2
    assert office.everything() == everything


@pytest.mark.proves("H6")
def test_an_interrupted_erasure_is_finished_by_the_next_run() -> None:
    calls = 0
    while True:
        calls, office = calls + 1, office_of_ada()
        lead_id = office.kept.leads_of([person_key(ADA)])[-1]
        try:
            office.erase(lead_id, fails_at=calls)
        except ConnectionError:
            office.erase(lead_id)
        else:
            break
        assert "kanari" not in office.everything(), f"call {calls}"
        assert office.kept.leads_of([person_key(ADA), person_key(NUMBER)]) == (), f"call {calls}"
        assert office.table.suppression([person_key(ADA)]).channels, f"call {calls}"
    assert calls > 40


def test_an_erased_person_who_returns_is_a_new_lead_without_automatic_answers(office: Office) -> None:
    erased = office.erase(ADA).lead_ids
    sent = len(office.mailer.sent)
    again = office.receive(name="Ada", email=ADA)
    assert again not in erased
    assert office.lead(again).owner_id
    assert office.mails(again, Template.ACKNOWLEDGE) == []
    assert len(office.mailer.sent) > sent, "its owner is notified"


def test_a_shared_number_identifies_nobody() -> None:
    office = Office()
    ann = office.receive(name="Ann Lee", email="ann@acme.example", phone=NUMBER)
    bob = office.receive(name="Bob Ray", email="bob@acme.example", phone=NUMBER)
    with pytest.raises(InvalidInquiry, match=f"several people share.*{ann}, {bob}"):
        office.erase(NUMBER)
    office.erase("ann@acme.example")
    assert (office.lead(ann).inquiry.name, office.lead(bob).inquiry.name) == ("", "Bob Ray")


@pytest.mark.parametrize(
    ("body", "who"),
    [
        ({"email": "ada.@docomo.ne.jp"}, " ADA.@docomo.ne.jp"),
        ({"phone": "+123456789012345"}, "+1 2345 6789 012 345"),
        ({"handle": "whatsapp:DE.1"}, "whatsapp:DE.1"),
        ({"phone": "+4930901820 ext. 11"}, "030 901820 DW 11"),
        ({"phone": "+4930901820 ext. 11"}, "+49 30 901820"),
    ],
)
def test_a_person_without_a_readable_address_is_erased_by_the_text_they_wrote(body: dict[str, str], who: str) -> None:
    office = Office()
    lead_id = office.submit(Submission(source="api", body={"name": "Ada Obi", **body})).lead_id
    office.erase(who)
    assert office.lead(lead_id).inquiry.name == ""
    assert "obi" not in office.everything()


def test_uploaded_files_are_deleted_in_every_version_and_only_theirs() -> None:
    office = Office()
    hers, others = "uploads/hers/0", "uploads/others/0"
    for key in (hers, hers, others):
        office.uploaded.put(key, b"a roof")
    file = StoredFile(name="roof.jpg", content_type="image/jpeg", size=6, key=hers)
    office.submit(Submission(source="web_form", body={"name": "Ada", "email": ADA}, files=(file,)))
    assert office.erase(ADA, apply=False).counts["uploads"] == 2
    assert office.erase(ADA).counts["uploads"] == 2
    assert {version.key for version in office.uploaded.stored} == {others}
    assert hers not in office.everything()


def test_a_mail_with_only_their_number_in_national_form_is_erased_too() -> None:
    office = Office()
    office.receive(name="Ada Obi", email="", phone="+4512345678")
    office.raw.put("m/1", b"Call me on 12 34 56 78")
    office.raw.put("m/2", b"Call me on 12 34 56 79")
    assert office.erase("+45 12345678").counts["mails"] == 1
    assert [version.key for version in office.raw.stored] == ["m/2"]


def test_an_extension_in_displayed_form_is_erased() -> None:
    office = Office()
    lead_id = office.receive(name="Ada Obi", email="", phone="+4930901820 ext. 11")
    assert office.erase(office.lead(lead_id).inquiry.phone_text).lead_ids == (lead_id,)


def hold(office: Office, held_id: str, content: str = "", **fields: Any) -> None:
    """Keep a delivery for a person."""
    delivery = QuarantinedDelivery(
        id=held_id,
        channel="form:contact",
        source="web_form",
        key=held_id,
        received_at=office.now,
        reason=Reason.UNMAPPED,
        content=content,
        **fields,
    )
    guard = Guard(source="held:form", key=held_id, fingerprint="", expires_at=office.now + timedelta(days=30))
    office.table.hold(delivery, guard, office.now)


def test_findings_are_counted_by_store_and_only_theirs_are_deleted(office: Office) -> None:
    other = office.receive(name="Cy Cole", email="cy@example.com", consent={"sms": True}, phone="+493012345679")
    hold(office, "H1", "call ada@kanari.example")
    hold(office, "H2", b64encode(b"From: Ada@kanari.example").decode(), is_base64=True)
    hold(office, "H3", data={"files": [{"key": "uploads/hers/1"}], "visitor": {"email": ADA}})
    hold(office, "H4", detail=f"{ADA} is no lead", file="m/9")
    hold(office, "H5", "cy@example.com", data={"files": [{"key": "uploads/others/1"}]})
    office.raw.put("m/9", b"nobody is named")
    for key in ("uploads/hers/1", "uploads/hers/10", "uploads/others/1"):
        office.uploaded.put(key, b"a roof")
    lead_ids = office.erase(ADA, apply=False).lead_ids
    events = sum(len(office.table.history(lead_id)) for lead_id in lead_ids)
    messages = sum(len(office.table.messages(lead_id)) for lead_id in lead_ids)
    assert office.erase(ADA).counts == {
        "leads": 2,
        "events": events,
        "messages": messages,
        "consents": 0,
        "held": 4,
        "mails": 3,
        "uploads": 1,
        "weekly_pages": 1,
        "given_up": 1,
    }
    assert [delivery.id for delivery in office.kept.all_held()] == ["H5"]
    assert {version.key for version in office.raw.stored} == {"m/3"}
    assert {version.key for version in office.uploaded.stored} == {"uploads/hers/10", "uploads/others/1"}
    assert office.table.consents((person_key("+493012345679"),))
    assert office.table.messages(other)


def test_nothing_is_left_to_count_after_an_erasure(office: Office) -> None:
    assert office.erase(ADA).applied
    again = office.erase(ADA)
    assert (again.lead_ids, again.others, set(again.counts.values())) == ((), (), {0})


def test_a_persons_consents_are_deleted_and_those_of_others_at_the_number_stay() -> None:
    office = Office()
    mine = office.receive(name="Ada Obi", email=ADA, phone=NUMBER, consent={"sms": True})
    office.press(mine, "lost", reason="price")
    other = office.receive(name="Cy Cole", email="cy@example.com", phone=NUMBER, consent={"sms": True})
    report = office.erase(ADA)
    assert (report.counts["consents"], report.others) == (1, (other,))
    assert [record.lead_id for record in office.table.consents((person_key(NUMBER),))] == [other]


def test_a_week_whose_page_names_them_is_rewritten_and_its_earlier_versions_are_deleted() -> None:
    office = Office()
    lead_id = office.receive(name="Ada & Sons", email=ADA)
    office.press(lead_id, "lost", reason="bought elsewhere: Ober's")
    pages = {
        "2026-W45": "<td>Ada &amp; Sons</td>",
        "2026-W46": "<li>bought elsewhere: Ober&#x27;s",
        "2026-W47": "<td>Cy",
    }
    for week, page in pages.items():
        office.pages.put(f"weekly/{week}/index.html", page.encode())
    office.pages.put("weekly/2026-W45/leads.csv", b"Ada & Sons")
    assert office.erase(ADA).counts["weekly_pages"] == 2
    assert {version.key: body for version, body in office.pages.stored.items()} == {
        "weekly/2026-W45/index.html": b"Unknown",
        "weekly/2026-W46/index.html": b"Unknown",
        "weekly/2026-W47/index.html": b"<td>Cy",
        "weekly/2026-W45/leads.csv": b"Ada & Sons",
    }


def test_a_page_that_named_them_counts_even_if_it_is_gone() -> None:
    office = Office()
    office.receive(name="Ada Obi", email=ADA)
    office.pages.put("weekly/2026-W45/index.html", b"<td>Ada Obi</td>")
    office.pages.remove("weekly/2026-W45/index.html")
    assert office.erase(ADA).counts["weekly_pages"] == 1
    assert list(office.pages.stored.values()) == [b"Unknown"]


def test_a_lead_that_changes_during_its_erasure_is_erased_and_one_that_never_rests_is_reported(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, refused = office.table.commit, count()

    def busy(change: Change) -> None:
        if next(refused) < TRIES_OF_ONE_LEAD - 1:
            raise Conflict("another request was faster")
        commit(change)

    monkeypatch.setattr(office.table, "commit", busy)
    assert office.lead(office.erase(ADA).lead_ids[0]).inquiry.name == ""

    other = office_of_ada()

    def never(change: Change) -> None:
        raise Conflict("another request was faster")

    monkeypatch.setattr(other.table, "commit", never)
    with pytest.raises(Conflict, match=r"lost 5 races for lead \S+"):
        other.erase(ADA)


def test_a_number_that_only_a_later_inquiry_had_is_theirs_too() -> None:
    office = Office()
    lead_id = office.receive(name="Ada Obi", email=ADA, phone=NUMBER)
    assert office.receive(name="Ada Obi", email=ADA, phone="+4930901820") == lead_id
    assert office.lead(lead_id).inquiry.phone == NUMBER
    office.raw.put("m/1", b"Call me on 030 901820")
    assert office.erase(ADA).counts["mails"] == 1


def test_an_erasure_records_its_times_and_one_that_finds_nothing_leaves_no_record() -> None:
    office = Office()
    assert not any(office.erase(ADA).counts.values())
    assert office.kept.find_erasure(person_key(ADA)) is None
    office.receive(name="Ada Obi", email=ADA)
    office.erase(ADA)
    record = office.kept.find_erasure(person_key(ADA))
    assert record is not None
    assert (record.begun_at, record.finished_at, record.person_keys) == (office.now, office.now, ())
