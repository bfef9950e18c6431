"""Consent as evidence in every LeadStore."""

from dataclasses import replace
from datetime import timedelta

from leadtight.domain.model.consent_record import ConsentPurpose, ConsentRecord
from leadtight.domain.model.message import Channel
from tests.contracts.changes import NOW, arrival, guard
from tests.contracts.conftest import Table


def record(id_: str, **fields: object) -> ConsentRecord:
    defaults: dict[str, object] = {
        "person_key": "mail",
        "lead_id": "L1",
        "channel": Channel.EMAIL,
        "purpose": ConsentPurpose.MARKETING,
    }
    defaults |= {"ticked": True, "at": NOW, "text": "Ü, ja", "ip": "2001:db8::1", "policy_version": "1"}
    return ConsentRecord(id=id_, **(defaults | fields))  # type: ignore[arg-type]


def test_consent_prompts_are_stored_with_the_lead_and_read_oldest_first_for_all_keys(table: Table) -> None:
    later = record("L1#2", at=NOW + timedelta(hours=1), ticked=False)
    phone = record("L1#1", person_key="phone", channel=Channel.SMS, purpose=ConsentPurpose.INQUIRY)
    first, others = record("L1#0"), record("L1#3", person_key="somebody else")
    table.create(replace(arrival("L1"), consents=(later, phone, first, others)), guard("k1"), ("mail", "phone"), NOW)
    assert table.consents(("mail", "phone")) == (first, phone, later)
    assert table.consents(("nobody",)) == ()
    assert table.consents(()) == ()


def test_a_rejected_lead_leaves_no_consent(table: Table) -> None:
    table.create(arrival("L1"), guard("k1"), ("mail",), NOW)
    table.create(replace(arrival("L2"), consents=(record("L2#0"),)), guard("k1"), ("mail",), NOW)
    table.create(replace(arrival("L3"), consents=(record("L3#0"),)), guard("k3"), ("mail",), NOW)
    assert table.consents(("mail",)) == ()
