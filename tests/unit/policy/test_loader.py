"""Policies load whole, or every problem is named by path."""

import tomllib
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadtight.domain.calendar.business_hours import Period
from leadtight.domain.enforcement.due_steps import run_due_steps
from leadtight.domain.intake import arrival
from leadtight.domain.model.errors import PolicyError
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.rotation import Rotation
from leadtight.domain.outcomes.recording import record_outcome
from leadtight.domain.ownership.assignment import assign
from leadtight.domain.ownership.handover import ReceivingPool
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import LISTERS, MAIL_PROVIDERS, PROVIDERS, UNLISTED
from leadtight.domain.promises.deadlines import deadline
from leadtight.domain.routing.selection import pool_for
from leadtight.policy import loader as policies

DEV = Path(policies.__file__).parents[1] / "devstage" / "policy.toml"
SHIPPED = policies.SHIPPED.read_text()
Document = dict[str, Any]


def to_toml(value: Any) -> str:
    """Write any TOML value inline; tomllib only reads."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{to_toml(str(k))} = {to_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(to_toml(v) for v in value) + "]"
    if isinstance(value, str):
        return '"' + "".join(c if c.isalnum() or c in " -_.:@/{}?" else f"\\U{ord(c):08x}" for c in value) + '"'
    return str(value).lower() if isinstance(value, bool | float) else str(value)


def read(document: Document) -> Policy:
    return policies.parse("\n".join(f"{to_toml(k)} = {to_toml(v)}" for k, v in document.items()).encode())


def problems(change: Callable[[Document], object]) -> dict[str, str]:
    """Return problems by path after changing the shipped policy."""
    document = tomllib.loads(SHIPPED)
    change(document)
    with pytest.raises(PolicyError) as caught:
        read(document)
    return {p.field: p.detail for p in caught.value.problems}


def put(path: str, value: Any) -> Callable[[Document], object]:
    """Return a change that sets a value at a path.

    The path is dotted; a number is a place in a list.
    """

    def change(document: Document) -> None:
        *parents, last = path.split(".")
        at: Any = document
        for name in parents:
            at = at[int(name)] if isinstance(at, list) else at.setdefault(name, {})
        at[int(last) if isinstance(at, list) else last] = value

    return change


def without(path: str) -> Callable[[Document], object]:
    """Return a change that removes a dotted path."""

    def change(document: Document) -> None:
        *parents, last = path.split(".")
        at: Any = document
        for name in parents:
            at = at[int(name)] if isinstance(at, list) else at[name]
        del at[int(last) if isinstance(at, list) else last]

    return change


def test_the_shipped_policy_matches_its_file() -> None:
    policy = policies.shipped()
    assert policy.calendars["office"].week[4] == (Period(time(9), time(12, 30)), Period(time(13, 30), time(16)))
    assert policy.targets["hot"].within == timedelta(minutes=5)
    assert policy.targets["next_morning"].by == time(10)
    assert policy.pools["inbound"].members == {"ana": 1, "ben": 1, "cem": 1}
    assert [t.id for t in policy.tiers] == ["hot", "after_hours", "missed_call", "warm"]
    assert policy.version.startswith("2026-11-22+")


def test_the_development_policy_loads() -> None:
    within = policies.load(DEV).targets["hot"].within
    assert within is not None
    assert within < timedelta(minutes=1)


def test_a_rewritten_shipped_policy_differs_only_in_its_digest() -> None:
    again, shipped = read(tomllib.loads(SHIPPED)), policies.shipped()
    assert again.version != shipped.version
    assert (again.targets, again.people, again.routing) == (shipped.targets, shipped.people, shipped.routing)


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        ("surprise", 1, "unknown key"),
        ("company.nmae", "x", "unknown key"),
        ("people.ana.sms_alert", True, "unknown key"),
        ("targets.hot.reassign.att_most", 3, "unknown key"),
        ("tiers.0.when.sources", ["x"], "unknown key"),
        ("calendars.office.hours.funday", ["09:00-10:00"], "must be a day or a range of days"),
        ("calendars.office.hours.fri-mon", ["09:00-10:00"], "must not cross the end of the week"),
        ("calendars.office.hours.fri", ["09:00-12:00", "11:00-13:00"], "periods overlap"),
        ("calendars.office.hours.fri", ["09:00-24:00", "11:00-13:00"], "periods overlap"),
        ("calendars.office.hours.fri", ["17:00-09:00"], "must end after it starts"),
        ("calendars.office.hours.fri", ["09:00+01:00-17:00+01:00"], "time zone"),
        ("calendars.office.hours.fri", "09:00-17:00", "must be a list of texts"),
        ("calendars.office.closed", ["2026-13-01"], "month must be in 1..12"),
        ("calendars.office.closed", ["2026-12-24", 5], "must be text"),
        ("calendars.office.holidays", ["DE", "XX"], "unknown country 'XX' in 'XX'"),
        ("calendars.office.holidays", ["DE-ZZ"], "unknown region 'ZZ' in 'DE-ZZ': DE has Augsburg, BB"),
        ("calendars.office.holidays", ["DE-"], "unknown region '' in 'DE-'"),
        ("calendars.office.holidays", ["AD-1"], "unknown region '1'"),
        ("calendars.office.holidays", "DE", "must be a list of countries and regions"),
        ("calendars.office.holidays", [1], "must be text"),
        ("calendars.office.open", {"2026-12-19": []}, "at least one period"),
        ("calendars.office.open", {"2026-12-19": ["10:00"]}, ""),
        ("calendars.office.open", {"saturday": ["10:00-14:00"]}, "Invalid isoformat string"),
        ("calendars.office.open", ["2026-12-19"], "must be a table"),
        ("people.ana.calendar", "nowhere", "unknown calendar 'nowhere'"),
        ("calendars.office.timezone", "Europe/Atlantis", "unknown time zone"),
        ("calendars.office.timezone", "Europe", "time zone"),
        ("calendars.office.timezone", "../../etc/passwd", ""),
        ("calendars.office.timezone", "x" * 300, "time zone"),
        ("calendars.always", {"timezone": "UTC", "hours": {"mon": ["09:00-10:00"]}}, "exists already"),
        ("company.country", "Germany", "must be an ISO 3166 country code"),
        ("company.country", "UK", "such as DE or GB: 'UK'"),
        ("routing.rules.0.when.country", ["DE", "UK"], "such as DE or GB: 'UK'"),
        ("company.name", "", "must be text"),
        ("company.name", 5, "must be text"),
        ("company", "x", "must be a table"),
        ("people.ana.sms_alerts", "yes", "must be true or false"),
        ("people.ana.sms_alerts", 1, "must be true or false"),
        ("people.ana.team", "nobody", "unknown team 'nobody'"),
        ("people.ana.away", [{"from": "2026-12-24T00:00:00", "until": "2026-12-31T00:00:00+01:00"}], ""),
        ("people.lead", {"name": "L", "email": "l@x.example", "team": "sales"}, "reserved"),
        ("people.manager", {"name": "L", "email": "l@x.example", "team": "sales"}, "names a role"),
        ("people.-", {"name": "L", "email": "l@x.example", "team": "sales"}, "reserved"),
        ("teams.sales.manager", "nobody", "unknown person 'nobody'"),
        ("teams.sales.calendar", "nowhere", "unknown calendar 'nowhere'"),
        ("pools.inbound.members", ["ana", "nobody"], "unknown person 'nobody'"),
        ("pools.inbound.members", [], "must name people"),
        ("pools.inbound.members", {"ana": 0}, "whole share of 1 or more"),
        ("pools.inbound.members", {"ana": 1.5}, "whole share of 1 or more"),
        ("pools.inbound.members", {"ana": True}, "whole share of 1 or more"),
        ("pools.inbound.members", "ana", ""),
        ("tiers.0.target", "lukewarm", "unknown target 'lukewarm'"),
        ("tiers.0.when.after_hours_of", "nowhere", "unknown calendar 'nowhere'"),
        ("tiers.0.when.message_has", "urgent", "must be a list of texts"),
        ("tiers", [], "the last tier must have no condition"),
        ("tiers", "x", "must be an array of tables"),
        ("targets.hot.within", "5 minutes", "not a duration"),
        ("targets.hot.within", "", "not a duration"),
        ("targets.hot.within", 5, ""),
        ("targets.hot.within", "0m", "positive duration"),
        ("targets.hot.within", "9999999999d", "at most"),
        ("targets.hot.within", "99999d", "at most"),
        ("targets.hot.remind_every", "0s", "positive duration"),
        ("targets.hot.reassign.within", "0s", "positive duration"),
        ("targets.hot.reassign.at_most", True, "must be a whole number"),
        ("targets.hot.reassign.at_most", -1, "must be a whole number"),
        ("targets.hot.by", "10:00", "exactly one of"),
        ("targets.next_morning.by", "25:00", "hour must be in 0..23"),
        ("targets.next_morning.by", "10:00+02:00", "time zone"),
        ("targets.next_morning.by", "open", "Invalid isoformat string"),
        ("targets.next_morning", {"by": "close", "calendar": "always"}, "calendar 'always' never closes"),
        ("targets.next_morning", {"by": "close", "calendar": "nowhere"}, "unknown calendar 'nowhere'"),
        ("tiers.0.target", "next_action", "target for the first answer"),
        ("targets.hot.calendar", "nowhere", "unknown calendar 'nowhere'"),
        ("targets.hot.warn_at", [1], "shares between 0 and 1"),
        ("targets.hot.warn_at", [True], "shares between 0 and 1"),
        ("targets.hot.warn_at", 0.5, "shares between 0 and 1"),
        ("routing.catch_all", "nobody", "unknown person 'nobody'"),
        ("routing.rules.0.pool", "nowhere", "unknown pool 'nowhere'"),
        ("routing.rules.0.when.min_value", "much", "amount"),
        ("routing.rules.0.when.min_value", float("nan"), "amount"),
        ("routing.rules.0.when.min_value", True, "amount"),
        ("tiers.0.pool", "nowhere", "unknown pool 'nowhere'"),
        ("tiers.0.counts_to_cap", "no", "must be true or false"),
        ("tiers.0.when.min_score", 1.5, "must be a whole number"),
        ("tiers.0.when.field_is", ["role"], "must be a table of lists of texts"),
        ("tiers.0.when.field_is", {"role": "ceo"}, "must be a list of texts"),
        ("tiers.0.when.max_company_size", -1, "must be a whole number"),
        ("scoring", [{"id": "a", "points": 1, "when": {"min_score": 1}}], "a score cannot depend on itself"),
        ("scoring", [{"id": "a", "points": 1}, {"id": "a", "points": 2}], "duplicate rule 'a'"),
        ("scoring", [{"id": "a", "points": 10**9}], "must be a whole number between"),
        ("scoring", [{"id": "a", "points": 1, "when": {"after_hours_of": "nowhere"}}], "unknown calendar 'nowhere'"),
        (
            "calendars.office.hours",
            {"mon-fri": ["09:00-17:00"], "fri": ["09:00-12:00"]},
            "repeats a day of earlier hours",
        ),
        ("exclude", [{"id": "a", "reason": "boring"}], "must be one of test, spam, duplicate"),
        ("exclude", [{"id": "a", "reason": "test"}], "without one it would exclude every lead"),
        ("exclude", [{"id": "a", "reason": "test", "when": {"email": ["x"]}}], "is neither an address nor a domain"),
        ("exclude", [{"id": "a", "reason": "spam", "when": {"form": ["x"]}}] * 2, "duplicate rule 'a'"),
        ("people.ana.active", "no", "must be true or false"),
        ("people.ana.caps.open", -1, "must be a whole number"),
        ("people.ana.caps.week", 1, "unknown key"),
        ("people.ana.ramp", [{"days": 14, "day": 3}], "the ramp counts from it"),
        ("people.ana.started", "soon", ""),
        ("people.mia.active", False, "this person gets"),
        ("pools.inbound.strategy", "random", "must be one of round_robin, weighted, least_loaded, best_match"),
        ("pools.inbound.outside_hours", "wait", "must be one of skip, shift_start, assign"),
        ("pools.inbound.returning", "all", "must be one of fresh, owed"),
        ("pools.inbound.require", ["height"], "must be one of language, product, region, country"),
        ("pools.inbound.relax", ["product"], "is not required: 'product'"),
        ("outcomes.connected.contact", 1, "must be true or false"),
        ("outcomes.connected.stage", "warm", "must be one of new, contacted"),
        ("outcomes.connected.stage", ["new"], "must be one of new, contacted"),
        ("forms.contact.fields", ["name"], "must be a table of texts"),
        ("messaging.lease", "0s", "positive duration"),
        ("messaging.sms_until", "08:00", "after"),
        ("webhooks", {"w": {"provider": "whatsapp", "reconcile": True}}, "cannot be reconciled: Meta has no list"),
        ("webhooks", {"w": {"events": {"x": "booked"}}}, "only `booking` delivers them"),
        ("webhooks", {"w": {"provider": "booking"}}, "no path is `booked_for`"),
        (
            "webhooks",
            {"w": {"provider": "booking", "fields": {"at": "booked_for"}, "events": {"x": "gone"}}},
            "must be one of booked, moved, canceled, ignored: 'gone'",
        ),
        ("webhooks", {"w": {"provider": "booking", "fields": {"a[": "booked_for"}}}, "'a[' is not a valid JMESPath"),
        ("webhooks", {"w": {"fields": {"a[": "name"}}}, "'a[' is not a valid JMESPath expression"),
        ("webhooks", {"w": {"items": "leads["}}, "'leads[' is not a valid JMESPath expression"),
        ("forms", {"f": {"builder": "json", "fields": {"a[": "name"}}}, "'a[' is not a valid JMESPath expression"),
        ("forms", {"f": {"builder": "geocities"}}, "must be one of html, json"),
        ("forms", {"f": {"origins": ["https://www.example.com/"]}}, "must be an origin such as"),
        ("stages.lukewarm", {"owner": "owner", "limit": "1d", "exit": []}, "must be one of new, contacted"),
        ("forms", {"f": {"rates": {"per_address": 0}}}, "must be a whole number, 1 or more"),
        ("forms", {"f": {"challenge": {"provider": "riddle"}}}, "must be one of turnstile, hcaptcha"),
        ("api", {"origins": ["www.example.com"]}, "must be an origin such as"),
    ],
)
def test_a_problem_is_named_by_its_path(path: str, value: Any, detail: str) -> None:
    field_path = path.replace(".0.", "[0].")
    by_field = problems(put(path, value))
    assert any(field.startswith((field_path, field_path.rpartition(".")[0] or field_path)) for field in by_field), (
        by_field
    )
    assert detail in next((d for f, d in by_field.items() if f.startswith(field_path)), "; ".join(by_field.values()))


def changed(*changes: Callable[[Document], object]) -> Policy:
    """Return the shipped policy after some changes."""
    document = tomllib.loads(SHIPPED)
    for change in changes:
        change(document)
    return read(document)


def test_a_calendar_has_its_holidays_and_one_off_openings() -> None:
    office = changed(
        put("calendars.office.holidays", ["DE-HH", "US"]),
        put("calendars.office.open", {"2026-12-19": ["14:00-15:00", "10:00-12:00"]}),
    ).calendars["office"]
    assert date(2027, 10, 31) in office.holidays  # Reformation Day, in Hamburg
    assert date(2027, 7, 5) in office.holidays  # Independence Day, observed
    assert office.opened == {
        date(2026, 12, 19): (Period(time(10), time(12)), Period(time(14), time(15))),
    }


def test_a_person_works_by_their_own_calendar_or_else_their_teams() -> None:
    policy = changed(
        put("calendars.mornings", {"timezone": "Europe/Berlin", "hours": {"mon-fri": ["08:00-12:00"]}}),
        put("people.ana.calendar", "mornings"),
    )
    assert policy.calendar_of("ana").id == "mornings"
    assert policy.calendar_of("ben").id == "office"


def test_an_answer_may_be_due_by_the_end_of_business() -> None:
    policy = changed(put("targets.next_morning.by", "close"))
    friday_evening = datetime(2026, 11, 20, 19, tzinfo=UTC)
    assert deadline(policy, policy.targets["next_morning"], friday_evening) == datetime(2026, 11, 23, 17, tzinfo=UTC)


def test_an_escalation_to_an_unknown_person_is_named_by_its_place() -> None:
    by_field = problems(put("targets.hot.escalate", [{"after": "0m"}, {"after": "1h", "notify": "nobody"}]))
    assert by_field == {"targets.hot.escalate[1].notify": "unknown person 'nobody'"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("version", {"version": "is missing"}),
        ("people.ana.email", {"people.ana.email": "is missing"}),
        ("targets.hot.within", {"targets.hot": "needs exactly one of `within` and `by`"}),
        ("outcomes.connected.after", {"outcomes.connected": "needs `next_action` and `after`"}),
        ("tiers.3", {"tiers": "the last tier must have no condition"}),
        ("routing.rules.2", {"routing.rules": "the last rule must have no condition"}),
        ("targets.next_action", {"targets.next_action": "is missing"}),
        ("calendars.office.hours", {"calendars.office.hours": "is never open"}),
        (
            "outcomes",
            {
                "outcomes": "needs one with `contact = true`",
                "sequences.follow_up.retire": "unknown outcome 'no_response'",
            },
        ),
    ],
)
def test_a_missing_key_is_named_by_path(path: str, expected: dict[str, str]) -> None:
    by_field = problems(without(path))
    assert by_field.keys() == expected.keys()
    assert all(detail in by_field[field] for field, detail in expected.items())


def test_all_problems_are_reported_at_once() -> None:
    def change(document: Document) -> None:
        put("company.name", 1)(document)
        put("targets.hot.within", "soon")(document)
        put("people.ana.sms_alerts", "no")(document)
        put("typo", 1)(document)

    assert problems(change).keys() == {"company.name", "targets.hot.within", "people.ana.sms_alerts", "typo"}


def test_inconsistencies_are_reported_beside_unreadable_values() -> None:
    def change(document: Document) -> None:
        put("targets.hot.within", "soon")(document)
        put("people.ana.nmae", "Ana")(document)
        put("teams.sales.manager", "mai")(document)
        put("routing.rules.0.pool", "inbuond")(document)

    assert problems(change) == {
        "targets.hot.within": "not a duration such as 5m, 1h30m or 2d: 'soon'",
        "people.ana.nmae": "unknown key; did you mean 'name'?",
        "teams.sales.manager": "unknown person 'mai'; did you mean 'mia'?",
        "routing.rules[0].pool": "unknown pool 'inbuond'; did you mean 'inbound'?",
    }


@pytest.mark.parametrize(
    ("path", "value", "detail"),
    [
        ("targets.hot.warn_att", [0.5], "unknown key; did you mean 'warn_at'?"),
        ("undo_wthin", "30m", "unknown key; did you mean 'undo_within'?"),
        ("company.weather", "fine", "unknown key"),
        ("routing.catch_all", "Mia", "unknown person 'Mia'; did you mean 'mia'?"),
        ("tiers.0.target", "hott", "unknown target 'hott'; did you mean 'hot'?"),
        ("routing.catch_all", "zzz", "unknown person 'zzz'"),
    ],
)
def test_a_mistyped_name_gets_a_suggestion(path: str, value: Any, detail: str) -> None:
    assert detail in problems(put(path, value)).values()


def test_nothing_is_called_unknown_when_its_section_is_unreadable() -> None:
    def change(document: Document) -> None:
        document["peolpe"] = document.pop("people")

    assert problems(change) == {"peolpe": "unknown key; did you mean 'people'?"}


def test_invalid_toml_is_reported_with_its_line() -> None:
    for content in (b"a = ", b"\xff\xfe", b"a = 1\na = 2"):
        with pytest.raises(PolicyError, match="not readable as TOML"):
            policies.parse(content)


def test_the_version_changes_with_every_edit() -> None:
    edited = policies.parse(SHIPPED.replace('within = "5m"', 'within = "6m"', 1).encode())
    assert edited.version != policies.shipped().version


SCALARS = (
    st.none().map(lambda _: "")
    | st.text(max_size=6)
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats()
    | st.dates()
    | st.times()
    | st.datetimes()
    | st.sampled_from(
        ["5m", "0s", "09:00-17:00", "24:00", "always", "ana", "lead", "won", "Europe", "999999999d", "+inf"]
    )
)
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(max_size=5), v, max_size=3), max_leaves=4
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything inside a document."""
    inner: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [p for key, v in inner for p in ((*path, key), *places(v, (*path, key)))]


PLACES = places(tomllib.loads(SHIPPED))


@pytest.mark.slow
@settings(max_examples=settings().max_examples * 3)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), VALUES), min_size=1, max_size=4))
def test_any_document_is_a_policy_or_a_policy_error(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document = tomllib.loads(SHIPPED)
    for path, value in changes:
        replace_at(document, path, value)
    try:
        policy = read(document)
    except PolicyError as error:
        assert all(problem.field for problem in error.problems)  # noqa: PT017 - either answer is right
    else:
        keep(policy)


def keep(policy: Policy) -> None:
    """Take a lead through everything the policy can do."""
    received = datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    inquiry = Inquiry(name="Ada", email="ada@example.com", message="urgent", value=Decimal(1), country="DE")
    for form in (None, "contact"):
        change = arrival.receive(
            policy, inquiry, lead_id="L1", source="api", form=form, received_at=received, now=received
        )
        pool = pool_for(policy, change.after)
        owned = assign(policy, change.after, Rotation(pool_id=pool.id), {}, received)
        assert owned is not None
        lead = owned.after
        manager = policy.routing.catch_all  # others need five attempts before giving up
        for outcome, rule in policy.outcomes.items():
            receiving = ReceivingPool(rotation=Rotation(pool_id=rule.pool or ""), roster={})
            recorded = record_outcome(
                policy,
                lead,
                outcome,
                by=manager,
                receiving=receiving,
                submission=lead.version,
                now=received,
                reason="price",
                follow_up_at=received + timedelta(days=1) if policy.outcomes[outcome].needs_time else None,
            )
            assert recorded is not None
            assert (recorded.after.wake_at is not None) == recorded.after.is_open
        for _ in range(12):
            assert lead.wake_at is not None
            rung = run_due_steps(policy, lead, Rotation(pool_id=pool.id), {}, lead.wake_at)
            assert rung is not None
            assert rung.after.wake_at is not None
            assert rung.after.wake_at >= lead.wake_at
            lead = rung.after


def replace_at(document: Any, path: tuple[Any, ...], value: Any) -> None:
    """Put a value at a path that still exists.

    An earlier change may have removed it.
    """
    for key in path[:-1]:
        try:
            document = document[key]
        except (KeyError, IndexError, TypeError):
            return
    with suppress(IndexError, TypeError):
        document[path[-1]] = value


CALLING = """
[voice]
instance = "12345678-1234-1234-1234-123456789012"
contact_flow = "22345678-1234-1234-1234-123456789012"
source_number = "+4930123450"
"""


def with_calls(section: str) -> bytes:
    content = policies.SHIPPED.read_text(encoding="utf-8")
    task = 'after = "2d", task = "Call {name}"'
    assert task in content
    return (content.replace(task, task.replace("task", "call"), 1) + section).encode()


def test_calls_are_off_until_the_policy_configures_them() -> None:
    with pytest.raises(PolicyError) as refused:
        policies.parse(with_calls(""))
    [problem] = refused.value.problems
    assert (problem.field, problem.detail) == (
        "sequences.follow_up.steps[1].call",
        "needs a section [voice]: calls are off without it",
    )
    voice = policies.parse(with_calls(CALLING)).voice
    assert voice is not None
    assert (voice.source_number, voice.outcome_within) == ("+4930123450", timedelta(minutes=30))


@pytest.mark.parametrize(
    ("written", "instead", "path"),
    [
        ('source_number = "+4930123450"', "", "voice.source_number"),
        ('"+4930123450"', '"030 123450"', "voice.source_number"),
        ('"12345678-1234-1234-1234-123456789012"', '"firm"', "voice.instance"),
    ],
)
def test_incomplete_calls_are_named_by_path(written: str, instead: str, path: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policies.parse(with_calls(CALLING.replace(written, instead, 1)))
    assert path in {problem.field for problem in refused.value.problems}


@pytest.mark.parametrize("provider", sorted(PROVIDERS | MAIL_PROVIDERS))
def test_every_provider_can_be_asked_or_says_why_not(provider: str) -> None:
    document = tomllib.loads(SHIPPED)
    asked = put("webhooks", {"w": {"provider": provider, "reconcile": True}})
    asked(document)
    if provider in LISTERS:
        assert provider not in UNLISTED
        assert read(document).webhooks["w"].reconcile
    else:
        assert problems(asked)["webhooks.w.reconcile"].endswith(f"cannot be reconciled: {UNLISTED[provider]}")


@pytest.mark.parametrize(
    ("outcome", "edited", "field", "why"),
    [
        ("lost", {"contact": True}, "contact", "closing a lead is not a contact"),
        ("won", {"contact": True, "means": "reply"}, "contact", "closing a lead is not a contact"),
        ("voicemail", {"contact": True}, "means", "a voicemail or a change of stage is none"),
        ("voicemail", {"stage": "contacted"}, "stage", "only a contact moves a lead to `contacted`"),
        ("no_answer", {"contact": True, "stage": "qualified"}, "means", "a change of stage is none"),
        ("meeting_booked", {"means": "disqualified"}, "means", "must be `reply` or `booking`"),
        ("connected", {"asks_how": True}, "asks_how", "a contact by itself"),
    ],
)
def test_a_contact_without_evidence_is_refused(outcome: str, edited: dict[str, object], field: str, why: str) -> None:
    def edit(document: Any) -> None:
        document["outcomes"][outcome] |= edited

    by_field = problems(edit)
    assert why in by_field.pop(f"outcomes.{outcome}.{field}")
    assert by_field == {}
