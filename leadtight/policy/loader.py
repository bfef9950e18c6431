"""Read a policy from TOML into the typed `Policy`; every problem is named by its path, all at once."""

import hashlib
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.model.capacity import Caps, RampStep
from leadtight.domain.model.errors import PolicyError, Problem
from leadtight.domain.model.message import TO_TEAM, Channel
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.conditions import Condition
from leadtight.domain.policy.messaging import AlertRules, Budgets, Company, Messaging, SendLimits
from leadtight.domain.policy.outcomes import OWNER, Asset, OutcomeRule, StageRule
from leadtight.domain.policy.people import Absence, Person, Team
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.pools import Pool
from leadtight.domain.policy.rules import ExcludeRule, Routing, RoutingRule, ScoringRule, Unwanted
from leadtight.domain.policy.sources import (
    ANY_ADDRESS,
    MAIL_PROVIDERS,
    PROVIDERS,
    Identity,
    Mailbox,
    MailLimits,
    Webhook,
)
from leadtight.domain.policy.targets import CLOSE, MANAGER, EscalationLevel, Reassignment, Target, Tier
from leadtight.policy import choices, reporting, toml_table
from leadtight.policy import forms as form_reading
from leadtight.policy import sequences as sequence_reading
from leadtight.policy import trust as trust_reading
from leadtight.reference.holidays import HolidayDates, region

T = TypeVar("T")
Counts = TypeVar("Counts", SendLimits, Budgets)
SHIPPED = Path(__file__).parents[1] / "policy.toml"


@cache
def shipped() -> Policy:
    """Return the policy that this installation carries: it was checked before it was put there."""
    return parse(SHIPPED.read_bytes(), checked=True)


def load(path: Path) -> Policy:
    """Return the policy in a file. Raises PolicyError naming every path at fault, or the line that is not TOML."""
    return parse(path.read_bytes())


def parse(content: bytes, *, checked: bool = False) -> Policy:
    """Return the policy that TOML text describes; its version is the declared one plus a digest of the text.

    One that was `checked` before is not asked again whether its parts fit together. Raises PolicyError as `load` does.
    """
    try:
        document = tomllib.loads(content.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PolicyError([Problem("policy", f"not readable as TOML: {error}")]) from error
    problems: list[Problem] = []
    policy = read(toml_table.Table(document, "", problems), hashlib.sha256(content).hexdigest()[:8])
    if not checked:
        problems.extend(_misfits(policy, document, frozenset(problem.field for problem in problems)))
    if problems:
        raise PolicyError(problems)
    return policy


def _misfits(policy: Policy, document: dict[str, Any], unread: frozenset[str]) -> Iterator[Problem]:
    """Yield what does not fit together, unless it may only follow from the `unread` paths."""
    # Here, for every cold start would pay for them.
    from leadtight.domain.policy_checks.checks import unsound
    from leadtight.policy.jmespath_check import unreadable_paths

    if any(_is_section(policy, document, path) for path in unread):
        return  # every name in it would be unknown
    checks = (unsound, sequence_reading.unknown_templates, reporting.unsound, unreadable_paths)
    for problem in (problem for check in checks for problem in check(policy)):
        if not any(_lies_within(path, problem.field) or _lies_within(problem.field, path) for path in unread):
            yield problem


def _is_section(policy: Policy, document: dict[str, Any], path: str) -> bool:
    return isinstance(document.get(path), dict | list) or isinstance(getattr(policy, path, None), dict | tuple)


def _lies_within(path: str, other: str) -> bool:
    return path == other or path.startswith((f"{other}.", f"{other}["))


def read(root: toml_table.Table, digest: str) -> Policy:
    """Return what a table says; it collects the problems. Whoever passes a table that listens learns every key."""
    return _Reader(root, digest).policy()


class _Reader:
    def __init__(self, root: toml_table.Table, digest: str) -> None:
        self._root = root
        self._digest = digest

    def policy(self) -> Policy:
        with self._root.closed() as root:
            version, company = root.need("version", toml_table.text, "0"), self._company(root.table("company"))
            return Policy(
                version=f"{version}+{self._digest}",
                company=company,
                calendars=self._calendars(company.zone),
                people=self._named("people", self._person),
                teams=self._named("teams", self._team),
                pools=self._named("pools", self._pool),
                exclude=tuple(self._exclude(t) for t in root.tables("exclude")),
                concerns=tuple(sequence_reading.concern(t) for t in root.tables("concerns")),
                scoring=tuple(self._scoring(t) for t in root.tables("scoring")),
                tiers=tuple(self._tier(t) for t in root.tables("tiers")),
                targets=self._named("targets", self._target),
                routing=self._routing(root.table("routing")),
                outcomes=self._named("outcomes", self._outcome),
                forms=self._named("forms", form_reading.form),
                webhooks=self._named("webhooks", self._webhook),
                mail={name.casefold(): box for name, box in self._named("mail", self._mailbox).items()},
                api=form_reading.api(root.table("api")),
                stages=self._stages(),
                sequences=self._named("sequences", sequence_reading.sequence),
                messaging=self._messaging(root.table("messaging")),
                voice=sequence_reading.voice(root.table("voice")) if root.has("voice") else None,
                identity=self._identity(root.table("identity")),
                trust=trust_reading.trust(root.table("trust")),
                money=reporting.money(root.table("money")),
                reports=reporting.reports(root.table("reports")),
                capacity=reporting.capacity(root.table("capacity")),
                alerts=self._alerts(root.table("alerts")),
                ask_lead_after=root.get("ask_lead_after", toml_table.span, None),
                undo_within=root.get("undo_within", toml_table.duration, timedelta(minutes=30)),
                least_reading_time=root.get("least_reading_time", toml_table.duration, timedelta()),
                repeat_window=root.get("repeat_window", toml_table.duration, timedelta(minutes=10)),
                untouched_after=root.get("untouched_after", toml_table.span, timedelta(days=7)),
            )

    def _named(self, key: str, read: Callable[[str, toml_table.Table], T]) -> dict[str, T]:
        named: dict[str, T] = {}
        for name, table in self._root.table(key).items():
            with table.closed():
                named[name] = read(name, table)
        return named

    def _company(self, table: toml_table.Table) -> Company:
        with table.closed():
            return Company(
                name=table.need("name", toml_table.text, ""),
                zone=table.need("timezone", toml_table.zone, ZoneInfo("UTC")),
                country=table.need("country", toml_table.country, ""),
                postal_address=table.get("postal_address", toml_table.text, ""),
                reply_to=table.get("reply_to", toml_table.text, None),
                reply_domain=table.get("reply_domain", toml_table.text, None),
                booking_url=table.get("booking_url", toml_table.web_address, None),
                language=table.get("language", toml_table.language, "en"),
            )

    def _calendars(self, company_zone: ZoneInfo) -> dict[str, Calendar]:
        calendars = self._named("calendars", self._calendar)
        if _ALWAYS in calendars:
            self._root.problem(f"calendars.{_ALWAYS}", "exists already and never closes: choose another name")
        # Nothing of it closes, yet reports tell its hours and days: they are the company's.
        return calendars | {_ALWAYS: Calendar(id=_ALWAYS, zone=company_zone, always=True)}

    def _calendar(self, name: str, table: toml_table.Table) -> Calendar:
        week: dict[int, tuple[Period, ...]] = {}
        with table.table("hours").closed() as hours:
            for days in hours.given():
                worked = hours.get(days, toml_table.periods, ())
                named = hours.named(days, toml_table.weekdays, ())
                if week.keys() & set(named):
                    self._root.problem(
                        f"calendars.{name}.hours.{days}", "has a day that other hours before it name, too"
                    )
                week |= dict.fromkeys(named, worked)
        return Calendar(
            id=name,
            zone=table.need("timezone", toml_table.zone, ZoneInfo("UTC")),
            week=week,
            closed=frozenset(table.get("closed", toml_table.dates, ())),
            holidays=HolidayDates(table.get("holidays", regions, ())),
            opened=self._opened(table.table("open")),
        )

    def _opened(self, table: toml_table.Table) -> dict[date, tuple[Period, ...]]:
        with table.closed():
            days = {
                table.named(day, toml_table.day, None): table.get(day, toml_table.some_periods, ())
                for day in table.given()
            }
        return {day: hours for day, hours in days.items() if day}

    def _person(self, name: str, table: toml_table.Table) -> Person:
        return Person(
            id=name,
            name=table.need("name", toml_table.text, ""),
            email=table.need("email", toml_table.text, ""),
            phone=table.get("phone", toml_table.text, None),
            team=table.need("team", toml_table.text, ""),
            calendar=table.get("calendar", toml_table.text, None),
            sms_alerts=table.get("sms_alerts", toml_table.flag, False),
            alert_by=table.get("alert_by", channels, (Channel.EMAIL,)),
            alerts_per_hour=table.get("alerts_per_hour", form_reading.limit, None),
            away=tuple(self._absence(t) for t in table.tables("away")),
            delegate=table.get("delegate", toml_table.text, None),
            booking_url=table.get("booking_url", toml_table.web_address, None),
            active=table.get("active", toml_table.flag, True),
            skills=frozenset(skill.casefold() for skill in table.get("skills", toml_table.texts, ())),
            caps=self._caps(table),
        )

    def _caps(self, person: toml_table.Table) -> Caps:
        with person.table("caps").closed() as caps:
            return Caps(
                hour=caps.get("hour", toml_table.count, None),
                day=caps.get("day", toml_table.count, None),
                open=caps.get("open", toml_table.count, None),
                started=person.get("started", toml_table.day, None),
                ramp=tuple(self._ramp_step(t) for t in person.tables("ramp")),
            )

    def _ramp_step(self, table: toml_table.Table) -> RampStep:
        with table.closed():
            return RampStep(days=table.need("days", toml_table.count, 0), day=table.need("day", toml_table.count, 0))

    def _absence(self, table: toml_table.Table) -> Absence:
        with table.closed():
            never = datetime.min.replace(tzinfo=UTC)
            return Absence(
                start=table.need("from", toml_table.instant, never),
                end=table.need("until", toml_table.instant, never),
                give_back=table.get("give_back", toml_table.flag, False),
            )

    def _team(self, name: str, table: toml_table.Table) -> Team:
        return Team(
            id=name,
            name=table.need("name", toml_table.text, ""),
            manager=table.need("manager", toml_table.text, ""),
            calendar=table.need("calendar", toml_table.text, ""),
        )

    def _pool(self, name: str, table: toml_table.Table) -> Pool:
        standard = Pool(id=name, members=table.need("members", toml_table.weights, {}))
        return Pool(
            id=name,
            members=standard.members,
            strategy=table.get("strategy", choices.strategy, standard.strategy),
            require=table.get("require", toml_table.texts, ()),
            relax=table.get("relax", toml_table.texts, ()),
            outside_hours=table.get("outside_hours", choices.outside_hours, standard.outside_hours),
            returning=table.get("returning", choices.returning, standard.returning),
            owed_at_most=table.get("owed_at_most", toml_table.count, standard.owed_at_most),
            target=table.get("target", toml_table.text, None),
            hands_over_to=table.get("hands_over_to", toml_table.texts, ()),
        )

    def _tier(self, table: toml_table.Table) -> Tier:
        with table.closed():
            return Tier(
                id=table.need("id", toml_table.text, ""),
                target=table.need("target", toml_table.text, ""),
                target_by_source=table.get("target_by_source", toml_table.text_map, {}),
                when=self._condition(table.table("when")),
                pool=table.get("pool", toml_table.text, None),
                counts_to_cap=table.get("counts_to_cap", toml_table.flag, True),
                expire_after=table.get("expire_after", toml_table.span, None),
                sequence=table.get("sequence", toml_table.text, None),
            )

    def _exclude(self, table: toml_table.Table) -> ExcludeRule:
        with table.closed():
            return ExcludeRule(
                id=table.need("id", toml_table.text, ""),
                reason=table.need("reason", choices.unwanted, Unwanted.OTHER),
                when=self._condition(table.table("when")),
            )

    def _scoring(self, table: toml_table.Table) -> ScoringRule:
        with table.closed():
            return ScoringRule(
                id=table.need("id", toml_table.text, ""),
                points=table.need("points", toml_table.points, 0),
                when=self._condition(table.table("when")),
            )

    def _condition(self, table: toml_table.Table) -> Condition:
        with table.closed():
            return Condition(
                source=table.get("source", toml_table.texts, ()),
                form=table.get("form", toml_table.texts, ()),
                country=table.get("country", toml_table.countries, ()),
                email=table.get("email", toml_table.texts, ()),
                language=table.get("language", toml_table.texts, ()),
                message_has=table.get("message_has", toml_table.texts, ()),
                min_value=table.get("min_value", toml_table.decimal, None),
                after_hours_of=table.get("after_hours_of", toml_table.text, None),
                region=table.get("region", toml_table.texts, ()),
                postcode=table.get("postcode", toml_table.texts, ()),
                phone_prefix=table.get("phone_prefix", toml_table.texts, ()),
                product=table.get("product", toml_table.texts, ()),
                min_company_size=table.get("min_company_size", toml_table.count, None),
                max_company_size=table.get("max_company_size", toml_table.count, None),
                account=table.get("account", toml_table.texts, ()),
                field_is=table.get("field_is", toml_table.texts_map, {}),
                min_score=table.get("min_score", toml_table.points, None),
                existing_owner=table.get("existing_owner", toml_table.flag, None),
            )

    def _target(self, name: str, table: toml_table.Table) -> Target:
        return Target(
            id=name,
            calendar=table.need("calendar", toml_table.text, ""),
            within=table.get("within", toml_table.span, None),
            by=table.get("by", day_time, None),
            warn_at=table.get("warn_at", toml_table.shares, ()),
            escalate=tuple(self._escalation(t) for t in table.tables("escalate")),
            reassign=self._reassignment(table.table("reassign")) if table.has("reassign") else None,
            remind_every=table.get("remind_every", toml_table.span, timedelta(days=1)),
        )

    def _escalation(self, table: toml_table.Table) -> EscalationLevel:
        with table.closed():
            return EscalationLevel(
                after=table.get("after", toml_table.duration, timedelta()),
                notify=table.get("notify", toml_table.text, MANAGER),
            )

    def _reassignment(self, table: toml_table.Table) -> Reassignment:
        with table.closed():
            return Reassignment(
                after=table.need("after", toml_table.duration, timedelta()),
                within=table.need("within", toml_table.span, timedelta(minutes=1)),
                at_most=table.need("at_most", toml_table.count, 0),
            )

    def _routing(self, table: toml_table.Table) -> Routing:
        with table.closed():
            return Routing(
                catch_all=table.need("catch_all", toml_table.text, ""),
                rules=tuple(self._rule(t) for t in table.tables("rules")),
                unowned_grace=table.get("unowned_grace", toml_table.duration, timedelta(seconds=30)),
            )

    def _rule(self, table: toml_table.Table) -> RoutingRule:
        with table.closed():
            return RoutingRule(
                id=table.need("id", toml_table.text, ""),
                pool=table.need("pool", toml_table.text, ""),
                when=self._condition(table.table("when")),
                to_existing_owner=table.get("to_existing_owner", toml_table.flag, False),
            )

    def _outcome(self, name: str, table: toml_table.Table) -> OutcomeRule:
        return OutcomeRule(
            id=name,
            label=table.need("label", toml_table.text, name),
            contact=table.need("contact", toml_table.flag, False),
            stage=table.get("stage", toml_table.stage, None),
            next_action=table.get("next_action", toml_table.text, None),
            counted_in=table.get("counted_in", toml_table.text, None),
            after=table.get("after", toml_table.duration, None),
            needs_reason=table.get("needs_reason", toml_table.flag, False),
            needs_time=table.get("needs_time", toml_table.flag, False),
            pool=table.get("pool", toml_table.text, None),
            means=table.get("means", sequence_reading.means, None),
            sequence=table.get("sequence", toml_table.text, None),
            sequence_after=table.get("sequence_after", toml_table.span, timedelta()),
            stop_sequence=table.get("stop_sequence", toml_table.flag, False),
            sends_booking_link=table.get("sends_booking_link", toml_table.flag, False),
            asset=self._asset(table.table("asset")) if table.has("asset") else None,
        )

    def _asset(self, table: toml_table.Table) -> Asset:
        with table.closed():
            return Asset(
                title=table.need("title", toml_table.text, ""), url=table.need("url", toml_table.web_address, "")
            )

    def _webhook(self, name: str, table: toml_table.Table) -> Webhook:
        usual = name if name in PROVIDERS | MAIL_PROVIDERS else "standard"
        provider = table.get("provider", choices.provider, usual)
        return Webhook(
            id=name,
            provider=provider,
            source=table.get("source", toml_table.text, provider),
            fields=table.get("fields", toml_table.text_map, {}),
            items=table.get("items", toml_table.text, ""),
            outcomes=table.get("outcomes", toml_table.text_map, {}),
            reconcile=table.get("reconcile", toml_table.flag, False),
        )

    def _mailbox(self, name: str, table: toml_table.Table) -> Mailbox:
        if name != ANY_ADDRESS and "@" not in name:
            self._root.problem(f"mail.{name}", "must be an e-mail address, or * for all others")
        return Mailbox(
            id=name.casefold(),
            source=table.get("source", toml_table.text, "email"),
            lists=table.get("lists", toml_table.texts, ()),
            limits=_mail_limits(table.table("limits")),
        )

    def _stages(self) -> dict[Stage, StageRule]:
        rules: dict[Stage, StageRule] = {}
        for name, table in self._root.table("stages").items():
            with table.closed():
                stage = table.named(name, toml_table.stage, None)
                rule = StageRule(
                    owner=table.need("owner", toml_table.text, OWNER),
                    limit=table.need("limit", toml_table.span, timedelta(days=1)),
                    exit=table.need("exit", toml_table.stages, ()),
                    counted_in=table.get("counted_in", toml_table.text, None),
                    bypass=table.get("bypass", toml_table.text, None),
                    sequence=table.get("sequence", toml_table.text, None),
                    start_after=table.get("start_after", toml_table.span, timedelta()),
                )
                if stage:
                    rules[stage] = rule
        return rules

    def _identity(self, table: toml_table.Table) -> Identity:
        with table.closed():
            return Identity(
                merge_within=table.get("merge_within", toml_table.duration, Identity().merge_within),
                answers_to_lost=table.get("answers_to_lost", choices.answers_to_lost, Identity().answers_to_lost),
            )

    def _alerts(self, table: toml_table.Table) -> AlertRules:
        standard = AlertRules()
        with table.closed():
            return AlertRules(
                per_hour=table.get("per_hour", form_reading.limit, standard.per_hour),
                breaches_per_hour=table.get("breaches_per_hour", form_reading.limit, standard.breaches_per_hour),
                digest_every=table.get("digest_every", toml_table.span, standard.digest_every),
                rest_outside_hours=table.get("rest_outside_hours", toml_table.flag, standard.rest_outside_hours),
            )

    def _messaging(self, table: toml_table.Table) -> Messaging:
        standard = Messaging()
        with table.closed():
            return Messaging(
                sms_from=table.get("sms_from", toml_table.clock_time, standard.sms_from),
                sms_until=table.get("sms_until", toml_table.clock_time, standard.sms_until),
                lease=table.get("lease", toml_table.span, standard.lease),
                give_up_after=table.get("give_up_after", toml_table.span, standard.give_up_after),
                sequence_mail_basis=table.get(
                    "sequence_mail_basis", sequence_reading.basis, standard.sequence_mail_basis
                ),
                do_not_call_lists=table.get("do_not_call_lists", toml_table.texts, ()),
                countries=table.get("countries", toml_table.countries, None),
                number_proof=table.get("number_proof", toml_table.flag, standard.number_proof),
                limits=_counts(SendLimits(), table.table("limits")),
                budgets=_counts(Budgets(), table.table("budgets")),
                mails_per_second=table.get("mails_per_second", form_reading.limit, standard.mails_per_second),
                texts_per_second=table.get("texts_per_second", form_reading.limit, standard.texts_per_second),
                calls_per_second=table.get("calls_per_second", form_reading.limit, standard.calls_per_second),
            )


def regions(value: Any) -> tuple[str, ...]:
    """Read a list of countries and regions whose holidays are known."""
    return tuple(region(code) for code in toml_table.texts(value))


def channels(value: Any) -> tuple[Channel, ...]:
    """Read the channels by which somebody is alerted, the first choice first; at least one."""
    named = toml_table.texts(value)
    if not named or len({*named}) < len(named) or not {*named} <= {*TO_TEAM}:
        raise ValueError(f"must be of {', '.join(TO_TEAM)}, each at most once")
    return tuple(Channel(name) for name in named)


def day_time(value: Any) -> time | Literal["close"]:
    """Read a time of day, or `close` for the end of the working day."""
    return CLOSE if value == CLOSE else toml_table.clock_time(value)


_ALWAYS = "always"


def _counts(usual: Counts, table: toml_table.Table) -> Counts:
    """Read whole numbers, each under its own name; `usual` has the defaults."""
    names = [each.name for each in fields(usual)]
    with table.closed():
        return replace(usual, **{name: table.get(name, form_reading.limit, getattr(usual, name)) for name in names})


def _mail_limits(table: toml_table.Table) -> MailLimits:
    usual = MailLimits()
    with table.closed():
        return MailLimits(
            answers_per_address=table.get("answers_per_address", form_reading.limit, usual.answers_per_address),
            answers=table.get("answers", form_reading.limit, usual.answers),
            alike=table.get("alike", form_reading.limit, usual.alike),
            within=table.get("within", toml_table.span, usual.within),
        )
