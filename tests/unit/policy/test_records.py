"""Policy records declare their keys: types, defaults and meanings."""

import tomllib
from datetime import timedelta

import pytest

from leadtight.domain.policy.forms import API_RATES, FORM_RATES, FormLimits
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import SequenceStep
from leadtight.policy import declaration, records
from leadtight.policy.kinds import kind_of
from leadtight.policy.loader import shipped
from tests.unit.policy.test_loader import SHIPPED, changed, problems, put, read, without


def test_a_partial_table_inherits_the_enclosing_records_values() -> None:
    policy = changed(put("api.rates.per_source", 5), put("forms.contact.rates.within", "2h"))
    assert policy.api.rates == FormLimits(per_address=API_RATES.per_address, per_source=5)
    assert policy.forms["contact"].rates == FormLimits(per_address=20, per_source=500, within=timedelta(hours=2))


def test_a_builder_posting_from_its_own_server_has_no_limit_by_address() -> None:
    policy = changed(put("forms.jot", {"builder": "tally"}), put("forms.own", {"builder": "html"}))
    assert policy.forms["jot"].rates == FormLimits(per_source=500)
    assert policy.forms["own"].rates == FORM_RATES


def test_a_webhooks_default_provider_is_its_name() -> None:
    webhooks = changed(put("webhooks", {"facebook": {}, "quotes": {}, "ads": {"provider": "hubspot"}})).webhooks
    assert {(name, hook.provider, hook.source) for name, hook in webhooks.items()} == {
        ("facebook", "facebook", "facebook"),
        ("quotes", "standard", "standard"),
        ("ads", "hubspot", "hubspot"),
    }


def test_limits_of_a_persons_first_days_are_beside_their_caps() -> None:
    document = tomllib.loads(SHIPPED)
    person = document["people"]["ana"]
    person.update({"caps": {"open": 50}, "started": "2026-11-02", "ramp": [{"days": 14, "day": 3}]})
    caps = read(document).people["ana"].caps
    assert (caps.open, str(caps.started), [(step.days, step.day) for step in caps.ramp]) == (
        50,
        "2026-11-02",
        [(14, 3)],
    )
    assert problems(put("people.ana.caps.started", "2026-11-02")) == {"people.ana.caps.started": "unknown key"}


def test_a_missing_required_key_is_reported_by_path_without_its_consequences() -> None:
    assert problems(without("routing.catch_all")) == {"routing.catch_all": "is missing"}
    assert problems(without("stages.new.limit")) == {"stages.new.limit": "is missing"}
    missing = problems(without("company"))
    assert {path for path, detail in missing.items() if detail == "is missing"} == {
        *("company.name", "company.timezone", "company.country"),
    }


def test_the_default_of_a_key_is_the_default_of_its_field() -> None:
    undo = next(key for key in declaration.all_keys() if key.path == "undo_within")
    assert undo.default == Policy.undo_within == shipped().undo_within


@pytest.mark.parametrize(
    ("record", "attribute", "of_key"),
    [
        (Policy, "people", "The people who can own leads or hear of missed ones."),
        (Person, "ramp", "Fewer leads a day at first; the first step that still runs applies."),
        (Person, "delegate", "Who has their leads that are due while they are on leave"),
        (SequenceStep, "send", "On which channel a message goes to the lead. Needs `template`."),
    ],
)
def test_the_meaning_of_a_key_is_the_docstring_of_its_field(record: type, attribute: str, of_key: str) -> None:
    [field] = [field for field in records.fields_of(record).values() if field.attribute == attribute]
    assert declaration.meaning(record, field).of_key.startswith(of_key)


def test_the_second_paragraph_describes_each_entry_of_a_named_table() -> None:
    people = records.fields_of(Policy)["people"]
    assert declaration.meaning(Policy, people).of_each.startswith("A person; histories keep their id permanently")


def test_a_type_without_a_reader_is_refused() -> None:
    with pytest.raises(LookupError):
        kind_of(bytes)
