"""The figures of a period.

Those of the audit, by the same code, and those that only the event log contains.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from leadtight.domain.calendar.business_hours import Calendar
from leadtight.domain.calendar.timestamps import format_timestamp
from leadtight.domain.model.stage import Stage
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.reporting import Money
from leadtight.domain.policy.targets import CLOSE, Target
from leadtight.reporting import glossary
from leadtight.reporting.facts.periods import WINDOW_DAYS, ReportPeriod
from leadtight.reporting.facts.projection import QUALIFIED
from leadtight.reporting.facts.table import ANSWERED_AT, FactTable, Row
from leadtight.reporting.formatting import duration, listed
from leadtight.reporting.metrics import money as formulas
from leadtight.reporting.metrics.aggregates import Figures, seconds, spread
from leadtight.reporting.metrics.presence import Presence, roster
from leadtight.reporting.metrics.query import MetricGaps, MetricsQuery, Staffing
from leadtight.reporting.metrics.report import figures as figures_of

OPPORTUNITIES = tuple(str(stage) for stage in QUALIFIED if stage is not Stage.WON)
"""Stages of an opportunity; a won lead was one, too."""

SWEEP_EVERY = timedelta(minutes=5)
"""How often the sweep looks for leads missed by routing."""

_IN_PERIOD = "received_at >= $start and received_at < $end"


@dataclass(frozen=True, slots=True)
class MetricTerms:
    """A company's terms for its figures.

    Working hours, money, and how long a lead may be without an owner.
    """

    calendar: Calendar
    money: Money
    ownerless_after: timedelta
    untouched_after: timedelta = timedelta(days=7)
    staff: Staffing | None = None
    no_staff: str = glossary.NO_HANDLING
    standard: str = ""
    qualified: str = ""
    qualified_tiers: tuple[str, ...] = ()

    @classmethod
    def of(cls, policy: Policy) -> "MetricTerms":
        """Return the terms that a policy states."""
        return cls(
            calendar=policy.report_calendar,
            money=policy.money,
            ownerless_after=policy.routing.unowned_grace + SWEEP_EVERY,
            untouched_after=policy.untouched_after,
            staff=_staff(policy),
            no_staff=_no_staff(policy),
            standard=_standard(policy),
            qualified=_means_qualified(policy),
            qualified_tiers=policy.reports.qualified_tiers,
        )


def _staff(policy: Policy) -> Staffing | None:
    """Return the roster as staffing.

    None without a handling time, a window or an active pool member.
    """
    capacity, window, members = policy.capacity, _window(policy), roster(policy)
    if capacity.handling is None or window is None or not members:
        return None
    target = float(capacity.target)
    return Staffing(people=len(members), handling=capacity.handling, window=window, target=target, roster=members)


def _no_staff(policy: Policy) -> str:
    """Return why the staffing is unknown, or ""."""
    if policy.capacity.handling is None:
        return glossary.NO_HANDLING
    return glossary.NO_WINDOW if _window(policy) is None else "" if roster(policy) else glossary.NO_ROSTER


def _window(policy: Policy) -> timedelta | None:
    """Return the stated time to take up a lead."""
    promised = [target.within for target in policy.targets.values() if target.within]
    return policy.capacity.window or min(promised, default=None)


def _present(staff: Staffing | None, period: ReportPeriod) -> Staffing | None:
    """Return the staffing with the roster's presence in a period."""
    if staff is None or not staff.roster:
        return staff
    return replace(staff, presence=Presence(staff.roster, period.start, period.end))


def _standard(policy: Policy) -> str:
    """Return the promise to each tier, in words.

    Each with its calendar.
    """
    promised = (f"{tier.id} {_promise(policy.targets[tier.target])}" for tier in policy.tiers)
    return f"version {policy.version} of the policy promises a first answer: {', '.join(promised)}"


def _means_qualified(policy: Policy) -> str:
    """Return in words what makes a lead qualified."""
    stages = listed((f"“{stage.label}”" for stage in QUALIFIED), "or")
    reached = f"leads that have ever reached the stage {stages}"
    tiers = listed(policy.reports.qualified_tiers, "or")
    return f"leads of the tier {tiers} from their arrival on, and {reached}" if tiers else reached


def _promise(target: Target) -> str:
    if target.within:
        return f"within {duration(target.within.total_seconds())} ({target.calendar})"
    return f"by {'the close' if target.by == CLOSE else f'{target.by:%H:%M}'} ({target.calendar})"


def figures(table: FactTable, period: ReportPeriod, terms: MetricTerms, *, is_window: bool = False) -> Figures:
    """Return the figures of the leads received in `period`.

    As they stood at its `as_of`. Durations are in seconds, rates 0 to 1, amounts Decimals; what cannot be computed is
    None and named in `cannot_compute`. The monthly spend of a source applies to the window only: a day has none.
    """
    scope = {"start": period.start, "end": period.end, "as_of": period.as_of}
    return {
        **figures_of(table.connection, "facts", _query(period, terms, is_window=is_window)),
        "period": {
            "from": format_timestamp(period.start),
            "to": format_timestamp(period.end),
            "as_of": format_timestamp(period.as_of),
        },
        "excluded": _excluded(table, scope),
        **_promises(table, scope),
        "stage_waits": _stage_waits(table, scope),
        "owner_response": [_owner_response(row) for row in _own_answers(table, scope)],
    }


def _query(period: ReportPeriod, terms: MetricTerms, *, is_window: bool) -> MetricsQuery:
    money = terms.money
    return MetricsQuery(
        calendar=terms.calendar,
        start=period.start,
        end=period.end,
        as_of=period.as_of,
        alone=True,
        working_promises=True,
        opportunities=OPPORTUNITIES,
        cost_per_lead=money.cost_per_lead,
        spend_by_source=_spend(money) if is_window and money.monthly_spend else None,
        deal_value=money.deal_value,
        conversion_rate=money.conversion_rate,
        staff=_present(terms.staff, period),
        standard=terms.standard,
        qualified=terms.qualified,
        qualified_tiers=terms.qualified_tiers,
        gaps=MetricGaps(
            opportunities="no lead is in an opportunity stage",
            spend=glossary.SPEND_BY_MONTH if money.monthly_spend else glossary.NO_SPEND,
            deal_value=glossary.NO_DEAL_VALUE,
            conversion_rate=glossary.NO_CONVERSION_RATE,
            staff=terms.no_staff or glossary.NO_HANDLING,
        ),
    )


def _spend(money: Money) -> Mapping[str | None, Decimal]:
    """Return the spend of the window by source.

    The monthly spend times the months of the window.
    """
    months = formulas.months(WINDOW_DAYS)
    return {source: amount * months for source, amount in money.monthly_spend.items()}


def _excluded(table: FactTable, scope: Mapping[str, object]) -> Figures:
    where = f"excluded is not null and {_IN_PERIOD}"
    rows = table.rows(f"select excluded as reason, count(*) as n from facts where {where} group by 1 order by 1", scope)
    return {"total": sum(row["n"] for row in rows), "by_reason": {row["reason"]: row["n"] for row in rows}}


def _promises(table: FactTable, scope: Mapping[str, object]) -> Figures:
    missed = f"{ANSWERED_AT} > deadline"
    pending = f"first_contact_at is null and closed_at is null and not ({missed})"
    closed = "first_contact_at is null and closed_at is not null"
    counts = f"count(*) filter ({pending}) as pending, count(*) filter ({missed}) as missed"
    counts += f", count(*) filter ({closed}) as closed_without_contact"
    return table.rows(f"select {counts} from counted where {_IN_PERIOD}", scope)[0]


def _stage_waits(table: FactTable, scope: Mapping[str, object]) -> list[Figures]:
    stages = [stage for stage in Stage if not stage.is_closed]
    sums = ", ".join(
        f"count(waited_{s}_us) as {s}_left, median(waited_{s}_us) / 1e6 as {s}_median,"
        f" count(*) filter (stage = '{s}') as {s}_waiting"
        for s in stages
    )
    row = table.rows(f"select {sums} from counted where {_IN_PERIOD}", scope)[0]
    return [
        {
            "stage": str(s),
            "left": row[f"{s}_left"],
            "median": seconds(row[f"{s}_median"]),
            "waiting": row[f"{s}_waiting"],
        }
        for s in stages
    ]


def _own_answers(table: FactTable, scope: Mapping[str, object]) -> list[Row]:
    own = "epoch_us(owner_answered_at) - epoch_us(owner_since)"
    owned = f"(select pool, {own} as own_us from counted where owner_since is not null and {_IN_PERIOD})"
    spread = "median(own_us) / 1e6 as median, avg(own_us) / 1e6 as mean, quantile_cont(own_us, 0.9) / 1e6 as p90"
    sql = f"select pool, count(*) as owned, count(own_us) as answered, {spread} from {owned}"
    return table.rows(f"{sql} group by 1 order by 1 nulls last", scope)


def _owner_response(row: Row) -> Figures:
    return {"pool": row["pool"], "owned": row["owned"], "answered": row["answered"], **spread(row)}
