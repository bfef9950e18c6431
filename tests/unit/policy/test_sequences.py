"""Invalid or unavailable sequences are rejected by path."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from leadtight.domain.model.enrolment import OutcomeMeaning
from leadtight.domain.policy.sequences import ALWAYS_STOP, STOP_ON, LegalBasis
from leadtight.policy import loader as policies
from tests.unit.policy.test_loader import Document, problems, put, read, without

NURTURE = "sequences.nurture"
SAAS = Path(__file__).resolve().parents[3] / "docs" / "policies" / "saas.toml"


def together(*changes: Callable[[Document], object]) -> Callable[[Document], object]:
    def change(document: Document) -> None:
        for edit in changes:
            edit(document)

    return change


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (f"{NURTURE}.calendar", "nowhere", {f"{NURTURE}.calendar": "unknown calendar 'nowhere'"}),
        (f"{NURTURE}.retire", "gone", {f"{NURTURE}.retire": "unknown outcome 'gone'"}),
        (f"{NURTURE}.retire", "won", {f"{NURTURE}.retire": "must be an outcome of the stage lost: 'won'"}),
        (f"{NURTURE}.max_attempts", 5, {f"{NURTURE}.max_attempts": "must be 6 to 12"}),
        (f"{NURTURE}.max_attempts", 13, {f"{NURTURE}.max_attempts": "must be 6 to 12"}),
        (f"{NURTURE}.steps", [], {f"{NURTURE}.steps": "must have at least one"}),
        (f"{NURTURE}.stop_on", ["rain"], {f"{NURTURE}.stop_on": "must be one of"}),
        (f"{NURTURE}.stop_on", ["no_response"], {f"{NURTURE}.stop_on": "must be one of booking"}),
        (f"{NURTURE}.steps.0.template", "nothing", {f"{NURTURE}.steps[0].template": "unknown template 'nothing'"}),
        (f"{NURTURE}.steps.0.template", "../remind", {f"{NURTURE}.steps[0].template": "unknown template '../remind'"}),
        (f"{NURTURE}.steps.0.template", "layout", {f"{NURTURE}.steps[0].template": "unknown template 'layout'"}),
        (f"{NURTURE}.steps.0.send", "sms", {f"{NURTURE}.steps[0].template": "unknown template 'nurture_1'"}),
        (
            f"{NURTURE}.steps.0.send",
            "fax",
            {f"{NURTURE}.steps[0].send": "must be email or sms", f"{NURTURE}.steps[0]": ""},
        ),
        (f"{NURTURE}.steps.0.task", "Call", {f"{NURTURE}.steps[0]": "needs exactly one of `send`, `call` and `task`"}),
        (f"{NURTURE}.steps.2.template", "nurture_1", {f"{NURTURE}.steps[2].template": "goes with `send`"}),
        (f"{NURTURE}.steps.1.id", "hello", {f"{NURTURE}.steps[1].id": "duplicate step 'hello'"}),
        (f"{NURTURE}.steps.1.after", "0d", {f"{NURTURE}.steps[1].after": "must be later than that of 'hello'"}),
        (f"{NURTURE}.steps.1.when", "now", {f"{NURTURE}.steps[1].when": "unknown key"}),
        ("tiers.0.sequence", "gone", {"tiers[0].sequence": "unknown sequence 'gone'"}),
        ("outcomes.not_now.sequence", "gone", {"outcomes.not_now.sequence": "unknown sequence 'gone'"}),
        ("stages.contacted.sequence", "gone", {"stages.contacted.sequence": "unknown sequence 'gone'"}),
        ("outcomes.won.sequence", "nurture", {"outcomes.won.sequence": "cannot start: the lead is closed"}),
        ("outcomes.do_not_contact.sequence", "nurture", {"outcomes.do_not_contact.sequence": "cannot start"}),
        ("outcomes.connected.sequence_after", "1d", {"outcomes.connected.sequence_after": "has no sequence"}),
        ("outcomes.connected.means", "opt_out", {"outcomes.connected.stage": "must be lost: it means opt_out"}),
        ("outcomes.connected.means", "joy", {"outcomes.connected.means": "must be one of"}),
        ("messaging.sequence_mail_basis", "hope", {"messaging.sequence_mail_basis": "must be one of"}),
    ],
)
def test_an_invalid_sequence_is_named_by_path(path: str, value: Any, expected: dict[str, str]) -> None:
    by_field = problems(put(path, value))
    assert by_field.keys() == expected.keys()
    assert all(detail in by_field[field] for field, detail in expected.items())


def test_a_stage_with_a_sequence_requires_its_start() -> None:
    by_field = problems(without("stages.contacted.start_after"))
    assert by_field == {"stages.contacted.start_after": "is missing: the sequence starts after it"}


def test_sequence_mails_require_the_postal_address() -> None:
    assert "is missing" in problems(without("company.postal_address"))["company.postal_address"]


def test_a_sequence_requires_capacity_of_everybody_concerned() -> None:
    by_field = problems(without("people.ben.caps"))
    expected = "needs capacity first: no caps on ben of pools.inbound"
    assert by_field == dict.fromkeys(("outcomes.not_interested.sequence", "stages.contacted.sequence"), expected)


def test_a_sequence_requires_a_promise_with_escalation() -> None:
    by_field = problems(together(without("targets.warm.escalate"), without("targets.warm.reassign")))
    expected = "needs a promise first: no one else is told when targets.warm of tiers[3] is missed"
    assert by_field == dict.fromkeys(("outcomes.not_interested.sequence", "stages.contacted.sequence"), expected)


def test_a_sequence_requires_a_pool_reached_by_a_routing_rule() -> None:
    lonely = put("pools.lonely", {"members": ["ana"]})
    by_field = problems(together(lonely, put("tiers.0.pool", "lonely"), put("tiers.0.sequence", "nurture")))
    expected = "needs routing first: no routing rule leads to pools.lonely"
    paths = ("tiers[0].sequence", "outcomes.not_interested.sequence", "stages.contacted.sequence")
    assert by_field == dict.fromkeys(paths, expected)


def test_a_pool_that_outcomes_transfer_to_requires_capacity_too() -> None:
    new = put("pools.new", {"members": ["mia"], "target": "warm"})
    handed = together(without("outcomes.connected.after"), put("outcomes.connected.pool", "new"), new)
    expected = "needs capacity first: no caps on mia of pools.new"
    assert problems(handed) == dict.fromkeys(
        ("outcomes.not_interested.sequence", "stages.contacted.sequence"), expected
    )


def test_the_gate_covers_only_leads_of_the_tier_that_names_the_sequence() -> None:
    document = tomllib.loads(policies.SHIPPED.read_text())
    alone = together(
        without("outcomes.not_interested.sequence"),
        without("outcomes.not_interested.sequence_after"),
        without("stages.contacted.sequence"),
        without("stages.contacted.start_after"),
        put("tiers.0.sequence", "nurture"),
        put("tiers.0.pool", "projects"),
        without("people.ana.caps"),
    )
    alone(document)
    assert read(document).tiers[0].sequence == "nurture"


def test_permanent_stop_conditions_may_be_omitted() -> None:
    document = tomllib.loads(policies.SHIPPED.read_text())
    assert read(document).sequences["nurture"].stop_on == STOP_ON
    put(f"{NURTURE}.stop_on", ["booking"])(document)
    assert read(document).sequences["nurture"].stop_on == ALWAYS_STOP | {OutcomeMeaning.BOOKING}


def test_sequence_mails_require_consent_by_default() -> None:
    assert policies.shipped().messaging.sequence_mail_basis is LegalBasis.CONSENT


def test_the_software_company_nurtures_a_tier_without_capacity() -> None:
    nurture = next(tier for tier in policies.load(SAAS).tiers if tier.sequence)
    assert (nurture.id, nurture.sequence, nurture.counts_to_cap) == ("nurture", "nurture", False)
