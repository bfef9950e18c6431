"""Tables that the file writes differently from the policy's records.

Each has a function that makes its record.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.business_hours import Calendar, Period
from leadtight.domain.model.capacity import Caps, RampStep
from leadtight.domain.model.enrolment import StepAction
from leadtight.domain.policy.forms import FORM_RATES, Builder, Form
from leadtight.domain.policy.messaging import Voice
from leadtight.domain.policy.people import Person
from leadtight.domain.policy.sequences import SequenceStep
from leadtight.domain.policy.sources import ANY_ADDRESS, MAIL_PROVIDERS, PROVIDERS, Mailbox, Webhook
from leadtight.policy import values
from leadtight.policy.kinds import PERIOD, ValueKind, pattern
from leadtight.policy.toml_table import Table
from leadtight.reference.holidays import HolidayDates, region

Attributes = dict[str, Any]
_DAY = "|".join(values.DAYS)


def _weekdays(text: str) -> str:
    """Check the name of hours: a day or range."""
    values.weekdays(text)
    return text


def _region(value: Any) -> str:
    return region(values.text(value))


def _channel(value: Any) -> StepAction:
    if value not in (StepAction.EMAIL, StepAction.SMS):
        raise ValueError(f"must be {StepAction.EMAIL} or {StepAction.SMS}")
    return StepAction(value)


_PERIODS: dict[str, Any] = {"type": "array", "items": PERIOD}
Weekdays = Annotated[str, ValueKind("days", pattern(f"^({_DAY})(-({_DAY}))?$"), _weekdays)]
Region = Annotated[str, ValueKind("region", pattern("^[A-Z]{2}(-.+)?$"), _region, plural="countries and regions")]
Periods = Annotated[tuple[Period, ...], ValueKind("list of periods", _PERIODS, values.periods)]
SomePeriods = Annotated[
    tuple[Period, ...], ValueKind("list of periods", {**_PERIODS, "minItems": 1}, values.some_periods)
]
MessageChannel = Annotated[StepAction, ValueKind("email or sms", {"enum": ["email", "sms"]}, _channel)]


class CalendarTable:
    """A calendar as written in the file."""

    timezone: ZoneInfo
    """The zone that its hours and days are in."""
    closed: frozenset[date] = frozenset()
    """Days on which it is closed."""
    holidays: tuple[Region, ...] = ()
    """Countries (`DE`) and regions (`DE-HH`) on whose public holidays it is closed."""
    hours: Mapping[Weekdays, Periods]
    """Working hours of the week.

    The working periods of a day (`mon`) or of several (`mon-fri`), in the calendar's zone. `00:00-24:00` is the whole
    day. Days that are not named are free.
    """
    open: Mapping[date, SomePeriods]
    """Days with hours of their own, once.

    The hours of that day, whatever its weekday, `closed` and `holidays` say.
    """


class PersonTable(Person):
    """A person as written in the file.

    The bounds of their days stand beside their caps.
    """

    started: date | None = None
    """Their first day: the ramp counts from it."""
    ramp: tuple[RampStep, ...] = ()
    """Fewer leads a day at first; the first step that still runs applies."""


class StepTable(SequenceStep):
    """A step as written: its keys determine the action."""

    send: MessageChannel | None = None
    """On which channel a message goes to the lead. Needs `template`."""
    call: str | None = None
    """Instead of a message, an automatic call to the lead, and what its owner does when no outcome of it comes in time;
    `{name}` is the lead's name. Needs the section `[voice]`. Nothing follows until its outcome is recorded."""
    template: str | None = None
    """Which message: a file of `templates/mail/steps` or `templates/sms/steps`."""
    task: str | None = None
    """Instead of a message, what the lead's owner does; `{name}` is the lead's name. Nothing follows until its outcome
    is recorded."""


TABLES: Mapping[type, type] = {Calendar: CalendarTable, Person: PersonTable, SequenceStep: StepTable}
ELSEWHERE: Mapping[type, frozenset[str]] = {
    Caps: frozenset({"started", "ramp"}),
    StepTable: frozenset({"action", "what"}),
}
"""Fields without a key of their own in the table."""


def _calendar(table: Table, attributes: Attributes) -> Calendar:
    return Calendar(
        id=attributes["id"],
        zone=attributes["timezone"],
        week=_week(table, attributes["hours"]),
        closed=attributes.get("closed", frozenset()),
        holidays=HolidayDates(attributes.get("holidays", ())),
        opened=attributes["open"],
    )


def _week(table: Table, hours: Mapping[str, tuple[Period, ...]]) -> dict[int, tuple[Period, ...]]:
    week: dict[int, tuple[Period, ...]] = {}
    for days, periods in hours.items():
        numbers = values.weekdays(days)
        if week.keys() & {*numbers}:
            table.problem(f"hours.{days}", "repeats a day of earlier hours")
        week |= dict.fromkeys(numbers, periods)
    return week


def _person(_: Table, attributes: Attributes) -> Person:
    beside = {key: attributes.pop(key) for key in ("started", "ramp") if key in attributes}
    return Person(**{**attributes, "caps": replace(attributes.get("caps", Caps()), **beside)})


def _step(table: Table, attributes: Attributes) -> SequenceStep:
    send, call, template, task = (attributes.pop(key, None) for key in ("send", "call", "template", "task"))
    if sum(action is not None for action in (send, task, call)) != 1:
        table.problem("", "needs exactly one of `send`, `call` and `task`")
    elif (send is None) != (template is None):
        table.problem("template", "goes with `send`: a step has both or neither")
    action = send or (StepAction.VOICE if call else StepAction.TASK)
    return SequenceStep(action=action, what=template or call or task or "", **attributes)


def _voice(table: Table, attributes: Attributes) -> Voice:
    if not attributes.get("source_number") and not attributes.get("queue"):
        table.problem("source_number", "is missing: give a `source_number` or a `queue` to call from")
    return Voice(**attributes)


def _webhook(_: Table, attributes: Attributes) -> Webhook:
    default = attributes["id"] if attributes["id"] in PROVIDERS | MAIL_PROVIDERS else "standard"
    provider = attributes.setdefault("provider", default)
    return Webhook(**{"source": provider, **attributes})


def _mailbox(table: Table, attributes: Attributes) -> Mailbox:
    if attributes["id"] != ANY_ADDRESS and "@" not in attributes["id"]:
        table.problem("", "must be an e-mail address, or * for all others")
    return Mailbox(**{**attributes, "id": attributes["id"].casefold()})


def _form(table: Table, attributes: Attributes) -> Form:
    """Drop the per-address limit where a builder's server posts.

    It posts for all visitors from one address.
    """
    if attributes.get("builder", Builder.HTML) is not Builder.HTML and not table.has("rates", "per_address"):
        attributes["rates"] = replace(attributes.get("rates", FORM_RATES), per_address=None)
    return Form(**attributes)


BUILDERS: Mapping[type, Callable[[Table, Attributes], Any]] = {
    Calendar: _calendar,
    Form: _form,
    Mailbox: _mailbox,
    Person: _person,
    SequenceStep: _step,
    Voice: _voice,
    Webhook: _webhook,
}
