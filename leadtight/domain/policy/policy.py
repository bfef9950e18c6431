"""What a business promises: the typed policy. `leadtight.policy.loader` reads it from TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.model.concern import ConcernRule
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.forms import Api, Form
from leadtight.domain.policy.messaging import AlertRules, Company, Messaging, Voice
from leadtight.domain.policy.outcomes import OWNER, OutcomeRule, StageRule
from leadtight.domain.policy.people import Absence, Limit, Person, Team
from leadtight.domain.policy.pools import Pool
from leadtight.domain.policy.reporting import Capacity, Money, Reports
from leadtight.domain.policy.rule_index import RuleIndex
from leadtight.domain.policy.rules import ExcludeRule, Routing, ScoringRule
from leadtight.domain.policy.sequences import Sequence
from leadtight.domain.policy.sources import Identity, Mailbox, Webhook
from leadtight.domain.policy.targets import MANAGER, Target, Tier
from leadtight.domain.policy.trust import Trust


@dataclass(frozen=True, kw_only=True)  # without slots: what follows from the people alone is worked out once
class Policy:
    """Everything a sales operation says about who, how fast and what if nobody does."""

    version: str
    company: Company
    calendars: Mapping[str, Calendar]
    people: Mapping[str, Person]
    teams: Mapping[str, Team]
    pools: Mapping[str, Pool]
    exclude: tuple[ExcludeRule, ...] = ()
    scoring: tuple[ScoringRule, ...] = ()
    concerns: tuple[ConcernRule, ...] = ()
    tiers: tuple[Tier, ...]
    targets: Mapping[str, Target]
    routing: Routing
    outcomes: Mapping[str, OutcomeRule]
    forms: Mapping[str, Form]
    stages: Mapping[Stage, StageRule] = field(default_factory=dict)
    sequences: Mapping[str, Sequence] = field(default_factory=dict)
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    mail: Mapping[str, Mailbox] = field(default_factory=dict)
    api: Api = field(default_factory=Api)
    messaging: Messaging = field(default_factory=Messaging)
    voice: Voice | None = None
    identity: Identity = field(default_factory=Identity)
    trust: Trust = field(default_factory=Trust)
    money: Money = field(default_factory=Money)
    reports: Reports = field(default_factory=Reports)
    capacity: Capacity = field(default_factory=Capacity)
    alerts: AlertRules = field(default_factory=AlertRules)
    ask_lead_after: timedelta | None = None
    undo_within: timedelta = timedelta(minutes=30)
    least_reading_time: timedelta = timedelta()
    repeat_window: timedelta = timedelta(minutes=10)
    untouched_after: timedelta = timedelta(days=7)

    @cached_property
    def sources(self) -> frozenset[str]:
        """The sources that the policy names: whatever else a caller says is counted as one."""
        forms, webhooks, boxes = self.forms.values(), self.webhooks.values(), self.mail.values()
        named = (*(f.source for f in forms), *(w.source for w in webhooks), *(b.source for b in boxes))
        return frozenset({*self.api.sources, *named})

    @cached_property
    def inactive(self) -> tuple[str, ...]:
        """Who gets no lead at all."""
        return tuple(p for p, person in self.people.items() if not person.active)

    @cached_property
    def leaves(self) -> tuple[tuple[str, Absence], ...]:
        """Everybody's planned absences, past ones too."""
        return tuple((p, absence) for p, person in self.people.items() for absence in person.away)

    @cached_property
    def limits(self) -> Mapping[str, Limit]:
        """The limits of those who have any."""
        capped = ((p, person.caps) for p, person in self.people.items() if person.caps.are_set)
        return {p: Limit(caps, self.calendar_of(p).zone) for p, caps in capped}

    @cached_property
    def skilled(self) -> Mapping[str, frozenset[str]]:
        """Who has a skill."""
        words = {word for person in self.people.values() for word in person.skills}
        return {word: frozenset(p for p, person in self.people.items() if word in person.skills) for word in words}

    @cached_property
    def _calendars(self) -> Mapping[str, Calendar]:
        everybody = self.people.items()
        return {p: self.calendars[person.calendar or self.teams[person.team].calendar] for p, person in everybody}

    @cached_property
    def rule_index(self) -> RuleIndex:
        """Which routing rules can hold of a lead."""
        return RuleIndex.of(rule.when.wishes for rule in self.routing.rules)

    def calendar_of(self, person_id: str) -> Calendar:
        """Return when a person works: their own calendar, else their team's."""
        return self._calendars[person_id]

    def manager_of(self, person_id: str | None) -> str:
        """Return who answers for a person's leads: the manager of the team; for a manager or nobody, the catch-all."""
        person = self.people.get(person_id or "")
        manager = self.teams[person.team].manager if person else self.routing.catch_all
        return manager if manager != person_id else self.routing.catch_all

    def stage_owner(self, rule: StageRule, lead_owner: str) -> str:
        """Return who answers for a stage of a lead of `lead_owner`."""
        if rule.owner == OWNER:
            return lead_owner
        return self.manager_of(lead_owner) if rule.owner == MANAGER else rule.owner

    @property
    def report_calendar(self) -> Calendar:
        """Return whose working hours reports go by: as told, else those of whoever gets what nobody can take."""
        told = self.reports.calendar
        return self.calendars[told] if told else self.calendar_of(self.routing.catch_all)

    def delegates_of(self, person_id: str) -> tuple[str, ...]:
        """Return who stands in for a person, in order.

        They are asked in this order; none comes twice, nor does the person.
        """
        chain: list[str] = []
        person = self.people.get(person_id)
        while person and person.delegate and person.delegate not in (person_id, *chain):
            chain.append(person.delegate)
            person = self.people.get(person.delegate)
        return tuple(chain)

    def answers_for_leads(self, person_id: str) -> bool:
        """Tell whether a person answers for leads.

        They manage a team, are the catch-all person, or stand in for one of these.
        """
        answering = {self.routing.catch_all, *(team.manager for team in self.teams.values())}
        return person_id in self.people and any(person_id in (p, *self.delegates_of(p)) for p in answering)

    def booking_url_of(self, person_id: str | None) -> str | None:
        """Return where a call with a person is booked: their own page, else the company's."""
        person = self.people.get(person_id or "")
        return (person and person.booking_url) or self.company.booking_url

    def person_name(self, person_id: str | None) -> str:
        """Return a person's name, or the id of somebody who has left the policy."""
        person = self.people.get(person_id or "")
        return person.name if person else (person_id or "nobody")
