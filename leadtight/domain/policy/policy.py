"""The typed policy: what a business promises.

`leadtight.policy.loader` reads it from TOML.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.model.concern import ConcernRule
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.formats import PositiveDuration
from leadtight.domain.policy.forms import Api, Form
from leadtight.domain.policy.messaging import AlertRules, Company, Messaging, Voice
from leadtight.domain.policy.outcomes import OWNER, OutcomeRule, StageRule
from leadtight.domain.policy.people import Absence, LeadLimit, Person, Team
from leadtight.domain.policy.pools import Pool
from leadtight.domain.policy.reporting import Capacity, Money, ReportSettings
from leadtight.domain.policy.rule_index import RuleIndex
from leadtight.domain.policy.rules import ExcludeRule, Routing, ScoringRule
from leadtight.domain.policy.sequences import Sequence
from leadtight.domain.policy.sources import Identity, Mailbox, Webhook
from leadtight.domain.policy.targets import MANAGER, Target, Tier
from leadtight.domain.policy.trust import Trust


@dataclass(frozen=True, kw_only=True)  # without slots: values that depend only on people are cached
class Policy:
    """Everything a sales operation decides: who, how fast, what otherwise.

    It is also the declaration of the policy file, as are the records in it: fields are its keys, their types what may
    be written, their defaults what holds without them, and their docstrings their documentation. The second paragraph
    of a docstring is about each entry of a table with names (decision 0108).
    """

    version: str
    """Your name for this version of the promises, such as a date. A digest of the file is added to it; every lead and
    receipt names the version it was judged by."""
    company: Company
    """Who is speaking, in every message."""
    calendars: Mapping[str, Calendar]
    """When people work. One named `always` exists already: it never closes.

    A calendar, named as you like.
    """
    people: Mapping[str, Person]
    """The people who can own leads or hear of missed ones.

    A person; histories keep their id permanently, so do not give it to another person later.
    """
    teams: Mapping[str, Team]
    """People with one manager and one calendar.

    A team, named as you like.
    """
    pools: Mapping[str, Pool]
    """Pools of people who share leads in turn.

    A pool, named as you like.
    """
    exclude: tuple[ExcludeRule, ...] = ()
    """Rules for leads that count for nothing, such as tests. One that meets a rule is stored and shown, but gets no
    owner, clock or message and is in no rate; reports count it by the reason of the first rule that holds."""
    scoring: tuple[ScoringRule, ...] = ()
    """Rules that add up to a lead's score; every rule whose condition holds counts."""
    concerns: tuple[ConcernRule, ...] = ()
    """What in a message of a lead is for a person: the first rule that holds marks the lead for its owner, and no
    step of a sequence goes out until a person records an outcome."""
    tiers: tuple[Tier, ...]
    """Classes of leads. The first tier whose condition holds is the lead's; the last must have no condition."""
    targets: Mapping[str, Target]
    """Promises: until when something must have happened, and what follows when it has not. Every promise but
    `next_action` needs exactly one of `within` and `by`; `next_action` is the clock of what comes after the first
    contact; its time, or else its first pause of escalation, is how long the task of a lead that stands still may take.

    A promise, named as you like; `next_action` must be there.
    """
    routing: Routing
    """Who gets which lead."""
    outcomes: Mapping[str, OutcomeRule]
    """What a person can record, in the order in which the page shows it. At least one must be a contact.

    An outcome, named as you like; `objection:` and a type names an objection.
    """
    forms: Mapping[str, Form]
    """Web forms that post to `/forms/<name>`.

    A form; its name is the last part of the address it posts to.
    """
    stages: Mapping[Stage, StageRule] = field(default_factory=dict)
    """How long a lead may stand in each stage, who hears of it when it stays longer, and where it may go. Leave all out
    to watch none; a policy that has one has every open stage.

    An open stage; `won` and `lost` are ends and have no rule.
    """
    sequences: Mapping[str, Sequence] = field(default_factory=dict)
    """What follows by itself over days and channels. Refused for a pool without a routing rule, without a promise that
    a person answers for, or without caps on its people.

    A sequence, named as you like.
    """
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    """Other systems that deliver leads to `/webhooks/<name>`; docs/guides/channels.md says what to paste where.

    A source; its name is the last part of the address it delivers to, and its entry in the webhook secret.
    """
    mail: Mapping[str, Mailbox] = field(default_factory=dict)
    """Addresses that take mail: docs/guides/channels.md says how mail gets here. Without this section, mail to any
    address is taken.

    An address, or `*` for all others; without `*`, mail to others waits for a person. What follows a `+` before the `@`
    does not count.
    """
    api: Api = field(default_factory=Api)
    """What holds of `POST /leads`."""
    messaging: Messaging = field(default_factory=Messaging)
    """How messages are sent."""
    voice: Voice | None = None
    """Automatic calls by Amazon Connect."""
    identity: Identity = field(default_factory=Identity)
    """Who is the same person: one with the same address or number."""
    trust: Trust = field(default_factory=Trust)
    """What is believed of which caller, beside what every inquiry says: `key` (shares the idempotency keys of its
    source), `source`, `received_at`, `owner`, `value`, `permalink` (shown as a link), `consent` (to messages beyond the
    inquiry) and `phone_verified` (a code was sent to the number and came back). What is not believed is kept as a
    field."""
    money: Money = field(default_factory=Money)
    """What leads cost and may be worth, in one currency: what the nightly and weekly money figures are computed from.
    What is left out is reported as not known."""
    reports: ReportSettings = field(default_factory=ReportSettings)
    """Whose working hours the reports go by, and who gets the weekly review."""
    capacity: Capacity = field(default_factory=Capacity)
    """What it takes to answer: with it, the nightly figures set arrivals by hour of the week against the people of all
    pools, who are taken to be there in the working hours of reports."""
    alerts: AlertRules = field(default_factory=AlertRules)
    """How often people of the team are interrupted."""
    ask_lead_after: PositiveDuration | None = None
    """How long after a broken promise a lead that was not reached is asked by mail, once, whether the team has been
    in touch; a “no” escalates. Without it, no lead is asked."""
    undo_within: timedelta = timedelta(minutes=30)
    """How long after an outcome was recorded it can be taken back."""
    least_reading_time: timedelta = timedelta()
    """How long a page of the desk or the question to a lead must have been open before what is pressed on it counts,
    such as `2s`; sooner, the page comes again and nothing is recorded. Against link scanners that even choose an
    answer: those that press without a choice are refused anyway. Off when left out."""
    repeat_window: timedelta = timedelta(minutes=10)
    """How long the same content without an idempotency key counts as one inquiry."""
    untouched_after: PositiveDuration = timedelta(days=7)
    """After how long without a touch an open lead is on the weekly list of untouched ones, and its
    owner gets a task."""

    @cached_property
    def sources(self) -> frozenset[str]:
        """The sources that the policy names.

        All others are counted as one.
        """
        forms, webhooks, boxes = self.forms.values(), self.webhooks.values(), self.mail.values()
        sources = (*(f.source for f in forms), *(w.source for w in webhooks), *(b.source for b in boxes))
        return frozenset({*self.api.sources, *sources})

    @cached_property
    def test_tiers(self) -> frozenset[str]:
        """The tiers whose leads only test the deployment."""
        return frozenset(tier.id for tier in self.tiers if tier.test)

    @cached_property
    def test_pools(self) -> frozenset[str]:
        """The pools that only test tiers lead to."""
        return frozenset(tier.pool for tier in self.tiers if tier.test and tier.pool)

    @cached_property
    def inactive(self) -> tuple[str, ...]:
        """People who are assigned no leads."""
        return tuple(p for p, person in self.people.items() if not person.active)

    @cached_property
    def absences(self) -> tuple[tuple[str, Absence], ...]:
        """All planned absences, including past ones."""
        return tuple((p, absence) for p, person in self.people.items() for absence in person.away)

    @cached_property
    def limits(self) -> Mapping[str, LeadLimit]:
        """The limits of people who have any."""
        capped = ((p, person.caps) for p, person in self.people.items() if person.caps.are_set)
        return {p: LeadLimit(caps, self.calendar_of(p).zone) for p, caps in capped}

    @cached_property
    def skilled(self) -> Mapping[str, frozenset[str]]:
        """People by skill."""
        words = {word for person in self.people.values() for word in person.skills}
        return {word: frozenset(p for p, person in self.people.items() if word in person.skills) for word in words}

    @cached_property
    def _calendars(self) -> Mapping[str, Calendar]:
        people = self.people.items()
        return {p: self.calendars[person.calendar or self.teams[person.team].calendar] for p, person in people}

    @cached_property
    def rule_index(self) -> RuleIndex:
        """Index of routing rules."""
        return RuleIndex.of(rule.when.criteria for rule in self.routing.rules)

    def calendar_of(self, person_id: str) -> Calendar:
        """Return a person's own calendar, else their team's."""
        return self._calendars[person_id]

    def manager_of(self, person_id: str | None) -> str:
        """Return the person who answers for a person's leads.

        It is the manager of the team; for a manager or no owner, the catch-all person.
        """
        person = self.people.get(person_id or "")
        manager = self.teams[person.team].manager if person else self.routing.catch_all
        return manager if manager != person_id else self.routing.catch_all

    def stage_owner(self, rule: StageRule, lead_owner: str) -> str:
        """Return the person responsible for a stage of a lead."""
        if rule.owner == OWNER:
            return lead_owner
        return self.manager_of(lead_owner) if rule.owner == MANAGER else rule.owner

    @property
    def report_calendar(self) -> Calendar:
        """Return the configured calendar of reports.

        The default is the catch-all person's.
        """
        calendar = self.reports.calendar
        return self.calendars[calendar] if calendar else self.calendar_of(self.routing.catch_all)

    def delegates_of(self, person_id: str) -> tuple[str, ...]:
        """Return a person's delegates, in order.

        None comes twice, nor does the person.
        """
        chain: list[str] = []
        person = self.people.get(person_id)
        while person and person.delegate and person.delegate not in (person_id, *chain):
            chain.append(person.delegate)
            person = self.people.get(person.delegate)
        return tuple(chain)

    def answers_for_leads(self, person_id: str) -> bool:
        """Return whether a person answers for leads.

        They manage a team, are the catch-all person, or stand in for one of these.
        """
        answering = {self.routing.catch_all, *(team.manager for team in self.teams.values())}
        return person_id in self.people and any(person_id in (p, *self.delegates_of(p)) for p in answering)

    def booking_url_of(self, person_id: str | None) -> str | None:
        """Return a person's booking page, else the company's."""
        person = self.people.get(person_id or "")
        return (person and person.booking_url) or self.company.booking_url

    def person_name(self, person_id: str | None) -> str:
        """Return a person's name, or a former one's id."""
        person = self.people.get(person_id or "")
        return person.name if person else (person_id or "nobody")
