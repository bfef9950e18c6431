"""What a business promises: the typed policy. `leadtight.policy.loader` reads it from TOML."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.model.capacity import Caps
from leadtight.domain.model.concern import ConcernRule
from leadtight.domain.model.message import Channel
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.forms import Api, Form
from leadtight.domain.policy.matchers import sought
from leadtight.domain.policy.reporting import Capacity, Money, Reports
from leadtight.domain.policy.rule_index import RuleIndex
from leadtight.domain.policy.sequences import Basis, Means, Sequence
from leadtight.domain.policy.trust import Trust

PROVIDERS = frozenset(
    {"calendly", "facebook", "google_ads", "hubspot", "linkedin", "pipedrive"}
    | {"standard", "twilio", "typeform", "voice", "webflow", "whatsapp"}
)
WEBHOOK_CHANNEL = "webhook:"
CALLS = "voice"
"""The provider that delivers what became of calls, and no leads."""
CALL_WORDS = ("call_id", "lead_id", "message_id", "outcome", "at", "duration", "by")
"""What such a delivery tells of a call."""
LISTERS = frozenset({"calendly", "facebook", "hubspot", "typeform"})
"""Providers that can be asked what they have had."""
MAIL_PROVIDERS = frozenset({"brevo", "mailgun", "postmark", "sendgrid"})
FIRST_RESPONSE = "first_response"
NEXT_ACTION = "next_action"
STAGE = "stage"
UNTOUCHED = "untouched"
COVER = "cover"
ARRIVAL = "arrival"
EXPIRY = "expiry"
OWNER = "owner"
MANAGER = "manager"
CLOSE: Literal["close"] = "close"
ANY_ADDRESS = "*"
OBJECTION = "objection:"
"""What the names of outcomes begin with that are objections; the rest is its type (G4)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """Who is speaking: shown in every message."""

    name: str
    zone: ZoneInfo
    country: str
    language: str = "en"
    postal_address: str = ""
    reply_to: str | None = None
    reply_domain: str | None = None
    booking_url: str | None = None

    @property
    def takes_replies(self) -> bool:
        """Tell whether somebody reads what people answer to our mails."""
        return bool(self.reply_to or self.reply_domain)


@dataclass(frozen=True, slots=True)
class Absence:
    """A stretch in which a person is away, [start, end); with `give_back` they get covered leads back at its end."""

    start: datetime
    end: datetime
    give_back: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can own a lead; without a calendar of their own they work when their team does.

    `alert_by` is how alerts reach them: the first takes each, the next when it cannot, e-mail in the end. What tells of
    a broken promise takes all of them at once. `alerts_per_hour` is their own budget, instead of everybody's.
    """

    id: str
    name: str
    email: str
    phone: str | None = None
    team: str
    calendar: str | None = None
    sms_alerts: bool = False
    alert_by: tuple[Channel, ...] = (Channel.EMAIL,)
    alerts_per_hour: int | None = None
    away: tuple[Absence, ...] = ()
    delegate: str | None = None
    booking_url: str | None = None
    active: bool = True
    skills: frozenset[str] = frozenset()
    caps: Caps = field(default_factory=Caps)

    def absence_at(self, at: datetime) -> Absence | None:
        """Return the planned absence that covers `at`, if any."""
        return next((a for a in self.away if a.start <= at < a.end), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """People with one manager and one calendar."""

    id: str
    name: str
    manager: str
    calendar: str


class Strategy(StrEnum):
    """How a pool chooses among those who can take a lead; whoever is equal then takes turns."""

    ROUND_ROBIN = "round_robin"
    WEIGHTED = "weighted"
    LEAST_LOADED = "least_loaded"
    BEST_MATCH = "best_match"


class OutsideHours(StrEnum):
    """What happens to somebody who is not at work: they get the lead for when they are, or are passed over."""

    ASSIGN = "assign"
    SKIP = "skip"


class Returning(StrEnum):
    """What somebody who was away comes back to: nothing of what they missed, or a bounded part of it."""

    FRESH = "fresh"
    OWED = "owed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The people among whom leads of one kind rotate; weights are whole shares.

    `require` names what a person's skills must hold of the lead; while nobody can take it, requirements are given up
    in the order of `relax`. With `returning = "owed"` an absent person is owed at most `owed_at_most` leads.
    `target` is what the pool promises for leads that are handed over to it; `hands_over_to` names the pools to which a
    person may hand its leads over.
    """

    id: str
    members: Mapping[str, int]
    strategy: Strategy = Strategy.WEIGHTED
    require: tuple[str, ...] = ()
    relax: tuple[str, ...] = ()
    outside_hours: OutsideHours = OutsideHours.ASSIGN
    returning: Returning = Returning.FRESH
    owed_at_most: int = 3
    target: str | None = None
    hands_over_to: tuple[str, ...] = ()

    @property
    def weights(self) -> Mapping[str, int]:
        """Return the members' shares: all are equal in a round robin."""
        return dict.fromkeys(self.members, 1) if self.strategy is Strategy.ROUND_ROBIN else self.members


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold of a lead; an empty field holds of every lead, and all fields must hold.

    `wishes` are the fields that are not empty, each with what to look for: those that are quickest to ask come first.
    """

    source: tuple[str, ...] = ()
    form: tuple[str, ...] = ()
    country: tuple[str, ...] = ()
    language: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    phone_prefix: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    min_value: Decimal | None = None
    min_company_size: int | None = None
    max_company_size: int | None = None
    min_score: int | None = None
    existing_owner: bool | None = None
    email: tuple[str, ...] = ()
    account: tuple[str, ...] = ()
    postcode: tuple[str, ...] = ()
    field_is: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    message_has: tuple[str, ...] = ()
    after_hours_of: str | None = None
    wishes: tuple[tuple[str, Any], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Work out once what to look for, for every lead is asked many conditions."""
        named = ((f.name, getattr(self, f.name)) for f in fields(self) if f.init)
        wishes = tuple((name, sought(name, wish)) for name, wish in named if wish not in (None, (), {}))
        object.__setattr__(self, "wishes", wishes)


class Unwanted(StrEnum):
    """Why a lead counts for nothing: what the reports say of it."""

    TEST = "test"
    SPAM = "spam"
    DUPLICATE = "duplicate"
    SUPPLIER = "supplier"
    APPLICANT = "applicant"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcludeRule:
    """Keeps leads that meet a condition out of routing, clocks, messages and rates; the first that holds says why."""

    id: str
    reason: Unwanted
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoringRule:
    """Adds its points, which may be negative, to the score of every lead that meets a condition."""

    id: str
    points: int
    when: Condition = field(default_factory=Condition)


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalationLevel:
    """Who else hears of a missed deadline, and how long after it: `manager` or a person's id."""

    after: timedelta
    notify: str = MANAGER


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassignment:
    """Move a missed lead on `after` the deadline with a new window, at most so many times, then the manager owns it."""

    after: timedelta
    within: timedelta
    at_most: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A promise: how long until something must have happened, and what follows when it has not.

    Either `within` working time of `calendar`, or `by` a time of day on its next business day; `by` the close is the
    end of the working day, today's when there is still one.
    """

    id: str
    calendar: str
    within: timedelta | None = None
    by: time | Literal["close"] | None = None
    warn_at: tuple[float, ...] = ()
    escalate: tuple[EscalationLevel, ...] = ()
    reassign: Reassignment | None = None
    remind_every: timedelta = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """A class of leads; the first tier whose condition holds is the lead's. A source may have a target of its own.

    A lead that its owner has not touched for `expire_after`, by the clock, goes to somebody else.
    """

    id: str
    target: str
    target_by_source: Mapping[str, str] = field(default_factory=dict)
    when: Condition = field(default_factory=Condition)
    pool: str | None = None
    counts_to_cap: bool = True
    expire_after: timedelta | None = None
    sequence: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRule:
    """Sends leads that meet a condition to a pool; the first rule that holds wins."""

    id: str
    pool: str
    when: Condition = field(default_factory=Condition)
    to_existing_owner: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Routing:
    """The ordered rules, and the one person who gets what nobody else can take."""

    catch_all: str
    rules: tuple[RoutingRule, ...]
    unowned_grace: timedelta = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """What answers an objection: a page or a document, by its title and address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeRule:
    """What a recorded outcome does: stage, contact or not, the next action and when, and the `pool` that goes on.

    `means` is what it says of the person, as sequences stop on it; `sequence` starts `sequence_after` it.
    With `sends_booking_link` the lead gets the owner's, or the company's; an objection sends its `asset`.
    """

    id: str
    label: str
    contact: bool
    stage: Stage | None = None
    next_action: str | None = None
    after: timedelta | None = None
    counted_in: str | None = None
    needs_reason: bool = False
    needs_time: bool = False
    pool: str | None = None
    means: Means | None = None
    sequence: str | None = None
    sequence_after: timedelta = timedelta()
    stop_sequence: bool = False
    sends_booking_link: bool = False
    asset: Asset | None = None

    @property
    def closes(self) -> bool:
        """Tell whether the lead is closed by this outcome."""
        return self.stage is not None and self.stage.is_closed

    @property
    def says(self) -> Means | None:
        """Return what the outcome says of the person: what the policy gives, else what its stage says already."""
        return self.means or (_SAID_BY_STAGE.get(self.stage) if self.stage else None)


_SAID_BY_STAGE = {Stage.CALL_BOOKED: Means.BOOKING, Stage.WON: Means.WON, Stage.LOST: Means.LOST}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """What holds of a stage (I6): who answers for it, how long a lead may stay, and where it may go from there.

    `owner` is `owner` (the lead's), `manager` (theirs) or a person's id; `limit` counts days by the clock, or the time
    of the calendar `counted_in`. A lead that stays longer goes to the pool `bypass`, if there is one (B5). One that was
    reached and stays without another touch enters `sequence` after `start_after` (G7).
    """

    owner: str
    limit: timedelta
    exit: tuple[Stage, ...]
    counted_in: str | None = None
    bypass: str | None = None
    sequence: str | None = None
    start_after: timedelta = timedelta()

    def tells(self, policy: "Policy", lead_owner: str) -> str:
        """Return who is told when a lead of `lead_owner` stays too long."""
        if self.owner == OWNER:
            return lead_owner
        return policy.manager_of(lead_owner) if self.owner == MANAGER else self.owner


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A source that delivers by itself, at `/webhooks/{id}`: who speaks there, and which of its words mean what.

    `fields` maps the provider's names to ours: a question, or a JMESPath into the body where the provider is
    `standard` or `voice`. `items` is the path of the leads in a body that holds several. One that is to `reconcile` is
    asked what it has had. Of calls, `outcomes` maps the provider's words for what became of them to the policy's.
    """

    id: str
    provider: str
    source: str
    fields: Mapping[str, str] = field(default_factory=dict)
    items: str = ""
    outcomes: Mapping[str, str] = field(default_factory=dict)
    reconcile: bool = False

    @property
    def channel(self) -> str:
        """Return what its deliveries say they came by."""
        return f"{WEBHOOK_CHANNEL}{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailLimits:
    """How much an address takes in a window before a loop ends (RFC 3834).

    Automatic answers to one address and to everybody, beyond which a lead gets none; mails of one template from other
    people, beyond which they are held.
    """

    answers_per_address: int = 2
    answers: int = 100
    alike: int = 8
    within: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """An address that takes mail, or `*` for all others: the source of its leads.

    `lists` are the List-Ids of our own mailing lists that forward to it: what others' lists send is no inquiry.
    """

    id: str
    source: str = "email"
    lists: tuple[str, ...] = ()
    limits: MailLimits = field(default_factory=MailLimits)


class AnswersToLost(StrEnum):
    """What an answer to a lost lead does: it makes a new lead, or opens the lost one again."""

    NEW = "new"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is the same person: an inquiry joins the open lead of its address or number when that wrote so lately."""

    merge_within: timedelta = timedelta(days=90)
    answers_to_lost: AnswersToLost = AnswersToLost.NEW


@dataclass(frozen=True, slots=True, kw_only=True)
class SendLimits:
    """How many automatic messages go within a day to one address or number, and because of one network or source.

    A source beyond its limit causes one answer a network.
    """

    acknowledgements_per_person: int = 1
    mails_per_person: int = 6
    texts_per_person: int = 3
    calls_per_person: int = 2
    per_network: int = 60
    per_source: int = 1_000

    def per_person(self, channel: Channel) -> int:
        """Return how many go to one person by a channel."""
        return {Channel.SMS: self.texts_per_person, Channel.VOICE: self.calls_per_person}.get(
            channel, self.mails_per_person
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Budgets:
    """How many mails, texts and calls go to leads in a UTC day, of the whole stage."""

    mails: int = 20_000
    texts: int = 200
    calls: int = 100

    def of(self, channel: Channel) -> int:
        """Return the budget of a channel."""
        return {Channel.SMS: self.texts, Channel.VOICE: self.calls}.get(channel, self.mails)


@dataclass(frozen=True, slots=True, kw_only=True)
class Messaging:
    """How messages are sent: retries, leases and the hours in which a lead may be texted, by its clock.

    Texts and automatic calls go to numbers of `countries` alone (by default of the company and its teams), and to those
    that is proved to be the sender's, unless `number_proof` is off.
    """

    sms_from: time = time(8)
    sms_until: time = time(21)
    lease: timedelta = timedelta(minutes=2)
    give_up_after: timedelta = timedelta(hours=24)
    sequence_mail_basis: Basis = Basis.CONSENT
    do_not_call_lists: tuple[str, ...] = ()
    countries: tuple[str, ...] | None = None
    number_proof: bool = True
    limits: SendLimits = field(default_factory=SendLimits)
    budgets: Budgets = field(default_factory=Budgets)
    mails_per_second: int = 14
    texts_per_second: int = 20
    calls_per_second: int = 2

    def per_second(self, channel: Channel) -> int | None:
        """Return how many messages a provider takes in a second; None where none is counted, as in chats."""
        return {
            Channel.EMAIL: self.mails_per_second,
            Channel.SMS: self.texts_per_second,
            Channel.VOICE: self.calls_per_second,
        }.get(channel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """Automatic calls by Amazon Connect: the contact flow that speaks, and what it calls from.

    `source_number` or `queue`, or both, say which number is shown. A call without an outcome within `outcome_within`
    of its step becomes a task.
    """

    instance: str
    contact_flow: str
    source_number: str = ""
    queue: str = ""
    outcome_within: timedelta = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRules:
    """How often a user is interrupted at most within any hour; the rest comes in a digest (J8).

    Broken promises go beyond `per_hour`, and no further than `breaches_per_hour`: in a flood no user reads more.
    """

    per_hour: int = 6
    breaches_per_hour: int = 60
    digest_every: timedelta = timedelta(minutes=30)
    rest_outside_hours: bool = False


@dataclass(frozen=True, slots=True)
class Limit:
    """What somebody can take at most, and the zone in which their days begin."""

    caps: Caps
    zone: ZoneInfo


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
