"""Strangers' claims have no authority, in any channel."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from leadtight.adapters.presentation.lead_view import contact_points, extras
from leadtight.app.intake.file_import import Import, ImportRow
from leadtight.app.intake.submission import Submission
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.model.event import EventKind
from leadtight.domain.model.identity import person_key
from leadtight.domain.model.message import Channel, Template
from leadtight.domain.policy.sources import Mailbox, Webhook
from leadtight.domain.policy.trust import Claim, Submitter, Trust
from tests.scenarios.world import MONDAY_NINE, World

EARLIER = format_timestamp(MONDAY_NINE - timedelta(hours=20))
LINK = "https://social.example/thread/7"
CLAIMS = {
    "received_at": EARLIER,
    "owner": "cem",
    "value": "999999",
    "consent": {"marketing": ["email", "sms", "voice"], "text": "Yes"},
    "fields": {"permalink": LINK},
}
BO = {"name": "Bo Lee", "email": "bo@example.com", "message": "A roof, please"}


def submitted_inquiry(world: World, caller: Submitter, without: tuple[str, ...] = (), **more: Any) -> Any:
    body = {name: claim for name, claim in (BO | CLAIMS).items() if name not in without}
    submission = Submission(**{"source": "web_form", "body": body, "caller": caller} | more)
    return world.lead(world.submit(submission).lead_id)


@pytest.mark.proves("U5")
@pytest.mark.parametrize("caller", [Submitter.FORM, Submitter.API])
def test_a_strangers_claim_is_stored_without_effect(caller: Submitter) -> None:
    world = World()
    lead = submitted_inquiry(world, caller)
    inquiry = lead.inquiry
    assert (lead.received_at, lead.promise.starts_at) == (MONDAY_NINE, MONDAY_NINE)
    assert (lead.known_owner_id, lead.claimed_by) == (None, None)
    assert (inquiry.consent.marketing, inquiry.permalink) == ((), "")
    assert "http" not in str([point.href for point in contact_points(lead)])
    assert {inquiry.fields["received_at"], inquiry.fields["owner"]} == {EARLIER, "cem"}
    assert (inquiry.value, inquiry.fields["value"]) == (None, "999999")
    silent = submitted_inquiry(World(), caller, without=("value",))
    assert (lead.promise.tier, lead.pool_id) == (silent.promise.tier, silent.pool_id), "it steers nothing"
    assert inquiry.fields["consent_marketing"] == '["email", "sms", "voice"]'
    assert inquiry.fields["permalink (unconfirmed)"] == LINK
    [event] = world.events(lead.id, EventKind.LEAD_RECEIVED)
    assert event.data["caller"] == str(caller)
    assert {"received_at", "owner", "value", "consent_marketing"} <= set(event.data["unbelieved"])


@pytest.mark.parametrize("caller", [Submitter.KEYED_API, Submitter.PROVIDER, Submitter.TEAM])
def test_claims_with_a_key_a_signature_or_by_the_team_count(caller: Submitter) -> None:
    lead = submitted_inquiry(World(), caller)
    assert lead.received_at == MONDAY_NINE - timedelta(hours=20)
    assert lead.known_owner_id == "cem"
    assert lead.inquiry.value == Decimal(999_999)
    assert lead.inquiry.consent.marketing == (Channel.EMAIL, Channel.SMS, Channel.VOICE)
    assert contact_points(lead)[-1].href == LINK


def test_the_policy_decides_whom_to_trust() -> None:
    world = World()
    trust = replace(world.policy.trust, api=(Claim.OWNER,), provider=())
    world.govern(replace(world.policy, trust=trust))
    assert submitted_inquiry(world, Submitter.API).known_owner_id == "cem"
    other = Submission(source="demo", body=BO | CLAIMS | {"email": "cy@example.com"}, caller=Submitter.PROVIDER)
    assert world.lead(world.submit(other).lead_id).known_owner_id is None


def test_mapped_form_fields_count_except_a_receipt_time() -> None:
    mapped = frozenset({"received_at", "owner", "value", "consent_marketing_email"})
    lead = submitted_inquiry(World(), Submitter.FORM, form="contact", mapped=mapped)
    assert (lead.known_owner_id, str(lead.inquiry.value)) == ("cem", "999999")
    assert lead.inquiry.consent.marketing == (Channel.EMAIL,)
    assert (lead.received_at, lead.inquiry.fields["received_at"]) == (MONDAY_NINE, EARLIER)


def test_a_form_sets_no_value_that_the_policy_does_not_map() -> None:
    lead = submitted_inquiry(World(), Submitter.FORM)
    assert (lead.inquiry.value, lead.inquiry.fields["value"]) == (None, "999999")


def test_marketing_boxes_in_a_strangers_json_are_not_consent() -> None:
    boxes = [{"channel": channel, "purpose": "marketing", "ticked": True} for channel in ("email", "voice")]
    boxes.append({"channel": "sms", "purpose": "inquiry", "ticked": True})
    world = World()
    lead = world.lead(
        world.submit(Submission(source="api", body=BO | {"phone": "030 901820", "consent": {"boxes": boxes}})).lead_id
    )
    assert (lead.inquiry.consent.sms, lead.inquiry.consent.marketing) == (True, ())
    assert {"consent_marketing_email", "consent_marketing_voice"} <= lead.inquiry.fields.keys()
    [record] = world.table.consents((person_key("+4930901820"),))
    assert (record.channel, record.said_by) == (Channel.SMS, "api")


SPELLED = ["email", "held:form:contact", "outcome:crm:L1", "form:contact", "hubspot", "sales_mail", "import:crm", "x"]


@pytest.mark.parametrize("source", SPELLED)
def test_a_stranger_takes_nobodys_key_under_any_source(source: str) -> None:
    world = World()
    boxes = {"s@firm.example": Mailbox(id="s@firm.example", source="sales_mail")}
    hooks = {"hubspot": Webhook(id="hubspot", provider="hubspot", source="hubspot")}
    world.govern(replace(world.policy, mail=boxes, webhooks=hooks))
    mallory = {"name": "Mallory", "email": "mallory@example.com"}
    world.submit(Submission(source=source, key="1001", body=mallory))
    channel = source if source == "email" else None
    form = "contact" if source == "form:contact" else None
    genuine = Submission(source=source, form=form, channel=channel, key="1001", body=BO, caller=Submitter.PROVIDER)
    accepted = world.submit(genuine)
    assert accepted.status == "created"
    assert world.lead(accepted.lead_id).inquiry.name == "Bo Lee"


@pytest.mark.parametrize(
    "source", ["email", "held:x", "outcome:crm:L1", "form:contact", "hubspot", "HubSpot", "Sales_Mail"]
)
def test_a_strangers_source_is_not_a_channel_name(source: str) -> None:
    world = World()
    boxes = {"s@firm.example": Mailbox(id="s@firm.example", source="sales_mail")}
    hooks = {"crm": Webhook(id="crm", provider="hubspot", source="hubspot")}
    world.govern(replace(world.policy, mail=boxes, webhooks=hooks))
    lead = world.lead(world.submit(Submission(source=source, body=BO)).lead_id)
    assert (lead.source, lead.inquiry.fields["source"]) == ("api", source)


def test_a_keyed_program_cannot_use_our_namespaces_either() -> None:
    world = World()
    lead = world.lead(world.submit(Submission(source="held:email", body=BO, caller=Submitter.KEYED_API)).lead_id)
    assert lead.source == "api"
    assert world.lead(world.submit(Submission(source="hubspot", body=BO, caller=Submitter.KEYED_API)).lead_id).also_from


def imported(world: World, key: str, body: dict[str, Any]) -> Any:
    [row] = Import(world.policy, world.intake).take("hubspot", [ImportRow(number=1, key=key, body=body)], world.now)
    return row


def test_a_row_whose_key_a_stranger_took_first_is_a_lead() -> None:
    world = World()
    world.submit(Submission(source="hubspot", key="1001", body={"name": "Mallory", "email": "m@example.com"}))
    row = imported(world, "1001", BO)
    assert (row.result, world.lead(row.lead_id).inquiry.name) == ("created", "Bo Lee")
    assert imported(world, "1001", BO).result == "duplicate"


def test_a_row_whose_key_has_other_content_is_a_lead_and_recognised_again() -> None:
    world = World()
    taken = Submission(source="hubspot", key="1001", body={"name": "Mallory", "email": "m@example.com"})
    world.submit(replace(taken, caller=Submitter.PROVIDER))  # as for strangers' deliveries before the deploy
    row = imported(world, "1001", BO)
    assert (row.result, world.lead(row.lead_id).inquiry.name) == ("created", "Bo Lee")
    assert (imported(world, "1001", BO).result, imported(world, "1001", BO).lead_id) == ("duplicate", row.lead_id)


def test_a_row_delivered_before_by_its_provider_is_a_duplicate() -> None:
    world = World()
    first = world.submit(Submission(source="hubspot", key="1001", body=BO, caller=Submitter.PROVIDER))
    row = imported(world, "1001", BO | {"name": "Bo B. Lee", "phone": "030 901820"})
    assert (row.result, row.lead_id) == ("duplicate", first.lead_id)


def before_the_deploy(world: World) -> None:
    """Put everybody in one namespace, as the previous version."""
    everything = Trust(**{str(caller): tuple(Claim) for caller in Submitter})
    world.govern(replace(world.policy, trust=everything))


@pytest.mark.parametrize("caller", [Submitter.API, Submitter.KEYED_API, Submitter.PROVIDER])
@pytest.mark.parametrize("body", [BO, {"name": "Bo Lee"}], ids=["reachable", "name only"])
def test_deliveries_taken_before_the_deploy_are_known_after_it(caller: Submitter, body: dict[str, Any]) -> None:
    world = World()
    now = world.policy
    before_the_deploy(world)
    submission = Submission(source="web_form", key="k-1", body=body, caller=caller)
    first = world.submit(submission)
    world.govern(now)
    again = world.submit(submission)
    assert (again.status, again.lead_id) == ("duplicate", first.lead_id)
    assert len(world.lead_ids()) == 1


def test_a_stranger_learns_nothing_from_a_used_key() -> None:
    world = World()
    before_the_deploy(world)
    world.submit(Submission(source="hubspot", key="1001", body=BO, caller=Submitter.PROVIDER))
    world.govern(World().policy)
    mine = Submission(source="hubspot", key="1001", body={"name": "Mallory", "email": "bo@example.com"})
    assert world.submit(mine).status == "merged"


def test_a_program_that_reuses_its_own_key_is_informed() -> None:
    world = World()
    world.submit(Submission(source="web_form", key="k-1", body=BO))
    with pytest.raises(InvalidInquiry):
        world.submit(Submission(source="web_form", key="k-1", body=BO | {"message": "other"}))


@pytest.mark.proves("A7")
@pytest.mark.parametrize("caller", [Submitter.KEYED_API, Submitter.PROVIDER, Submitter.TEAM])
def test_an_invalid_web_address_is_not_a_link(caller: Submitter) -> None:
    script = {"permalink": "javascript:alert(1)"}
    lead = submitted_inquiry(World(), caller, without=("fields",), body=BO | {"fields": script})
    assert (lead.inquiry.permalink, lead.inquiry.fields) == ("", script)
    assert [point.href for point in contact_points(lead)] == ["mailto:bo@example.com"]


@pytest.mark.proves("A7")
@pytest.mark.parametrize("name", ["Permalink", " permalink", "perma\u202elink", "website", "url"])
def test_a_strangers_field_is_never_a_link(name: str) -> None:
    world = World()
    lead = world.lead(world.submit(Submission(source="api", body=BO | {"fields": {name: LINK}})).lead_id)
    assert [point.href for point in contact_points(lead)] == ["mailto:bo@example.com"]
    assert "https://" not in str(extras(lead))
    assert "hxxps[:]//social[.]example/thread/7" in str(extras(lead))


def test_a_strangers_link_joins_no_team_lead_and_the_teams_link_joins_a_strangers_lead() -> None:
    world = World()
    typed = {"name": "Bo Lee", "email": "bo@example.com"}
    desk = world.submit(Submission(source="referral", form="desk", key="1", body=typed, caller=Submitter.TEAM)).lead_id
    world.submit(Submission(source="api", body=typed | {"fields": {"permalink": "https://evil.example"}}))
    assert "evil" not in str([point.href for point in contact_points(world.lead(desk))])
    body = typed | {"fields": {"permalink": LINK}}
    world.submit(Submission(source="referral", form="desk", key="2", body=body, caller=Submitter.TEAM))
    assert contact_points(world.lead(desk))[-1].href == LINK


@pytest.mark.parametrize(("caller", "answers"), [(Submitter.FORM, 1), (Submitter.API, 0), (Submitter.PROVIDER, 0)])
def test_a_form_visitor_cannot_prevent_an_answer_and_a_program_may(caller: Submitter, answers: int) -> None:
    world = World()
    lead = submitted_inquiry(world, caller, body=BO | {"acknowledge": False})
    assert len(world.mails(lead.id, Template.ACKNOWLEDGE)) == answers
