"""The weekly review as one self-contained HTML file.

No script, no font, no image, nothing from elsewhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.domain.policy.policy import Policy
from leadtight.reporting import formatting
from leadtight.reporting.facts.periods import WINDOW_DAYS
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.ledger import LeakedLead
from leadtight.reporting.ports import LeadNames, LostReasons, OutcomeLinks
from leadtight.reporting.presentation import environment as pages
from leadtight.reporting.presentation import metric_rows
from leadtight.reporting.presentation.chart import CELL_HEIGHT, ROW_HEIGHT, bars, heat, legend, scale
from leadtight.reporting.review import leak_rows
from leadtight.reporting.review.answers import TOP, ListedLead, QuestionResult
from leadtight.reporting.review.completeness import COUNTS, MAIL_BUCKET, PROGRAMS
from leadtight.reporting.review.headline import in_words
from leadtight.reporting.review.lost_reasons import reasons
from leadtight.reporting.review.questions import (
    LAST_TOUCHED,
    MISSED,
    RECORDED_LATE,
    UNASSIGNED_WHILE_IDLE,
    ReviewQuestion,
)
from leadtight.reporting.review.review import Review

GONE = "Erased lead"
NO_REASON = "no reason"
HistoryOf = Callable[[str, datetime], leak_rows.History]
SOURCES = {MAIL_BUCKET: "mail bucket", PROGRAMS: "POST /leads", "form": "form {}", "webhook": "webhook {}"}
STYLES = ("weekly.css", "audit.css")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadLine:
    """One lead in a list, in words.

    `link` is None when there is nothing left to record.
    """

    name: str
    details: str
    due: str
    late: bool
    link: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One list of the page."""

    id: str
    title: str
    definition: str
    total: int
    lines: tuple[LeadLine, ...]


def render(
    review: Review, policy: Policy, names: LeadNames, reason_of: LostReasons, links: OutcomeLinks, history_of: HistoryOf
) -> bytes:
    """Render the page of a review.

    Names are looked up now and appear only here; links are signed for the review's own time. `history_of` describes
    what had happened to a leaked lead.
    """
    writer = _Writer(review, policy, names, links)
    page = pages.environment().get_template("weekly.html.j2")
    week, window = _named(review.figures, policy), _named(review.window, policy)
    return page.render(
        review=review,
        company=policy.company,
        style=pages.style(*STYLES),
        style_hash=pages.style_hash(*STYLES),
        dates=formatting.span_of_days(review.period.start, review.period.end, review.zone),
        as_of=f"{formatting.day(review.period.as_of, review.zone)}, "
        f"{review.period.as_of.astimezone(review.zone):%H:%M}",
        due_before=formatting.day(review.week_end, review.zone),
        in_words=in_words(review),
        sections=tuple(writer.section(answer) for answer in review.answers),
        missed=writer.section(review.missed),
        leaks=tuple(writer.leak(leak, history_of) for leak in review.leaks),
        longest_in_stage=writer.section(review.longest_in_stage),
        stall_rows=metric_rows.stalled(review.stalls),
        untouched_days=formatting.counted(policy.untouched_after.days, "day"),
        message_rows=metric_rows.messages(review.automatic_messages),
        late=writer.section(review.recorded_late),
        without_reason=writer.section(review.lost_without_reason),
        unassigned=writer.section(review.unassigned_while_idle),
        bars=bars(review.figures["buckets"]),
        owner_bars=metric_rows.bars(week["owners"], "owner"),
        shades=heat(window["heat"], scale(window["heat"])),
        legend=legend(scale(window["heat"])),
        hours_zone=policy.report_calendar.zone.key,
        row_height=ROW_HEIGHT,
        cell_height=CELL_HEIGHT,
        top=TOP,
        window_days=WINDOW_DAYS,
        reasons=[(reason or NO_REASON, f"{count:,}") for reason, count in reasons(review.lost, reason_of)],
        disagreements=[(writer.owner(d.owner), d.denied, d.unlogged) for d in review.disagreements],
        window_dates=_dates(review.window["period"], review.zone),
        compared_sources=[
            (_source(row["channel"]), *(f"{row[count]:,}" for count in COUNTS))
            for row in review.completeness
            if not row["why"]
        ],
        other_sources=[(_source(row["channel"]), row["why"]) for row in review.completeness if row["why"]],
        beside=metric_rows.compare_windows(review.window, review.window_before),
        of_week=metric_rows.tables(week),
        of_window=metric_rows.tables(window),
        unknown=metric_rows.unknown(window),
        unpriced=metric_rows.unpriced(window),
        reason_unknown=lambda figure: metric_rows.reason_unknown(window, figure),
    ).encode()


def _source(channel: str) -> str:
    """Return a source's name for readers of the page."""
    kind, _, name = channel.partition(":")
    return SOURCES.get(kind, "{}").format(name)


def _dates(period: Figures, zone: ZoneInfo) -> str:
    return formatting.span_of_days(parse_timestamp(period["from"]), parse_timestamp(period["to"]), zone)


def _named(figures: Figures, policy: Policy) -> Figures:
    """Return figures with names of people instead of ids."""
    owners = [row | {"owner": policy.person_name(row["owner"]) if row["owner"] else None} for row in figures["owners"]]
    sources = [row | {"source": row["source"] and formatting.plain(row["source"])} for row in figures["sources"]]
    # Each figure already shows the week before.
    gaps = [gap for gap in figures["cannot_compute"] if gap["what"] != "previous"]
    capacity = figures["capacity"]
    if capacity:
        people = [row | {"person": policy.person_name(row["person"])} for row in capacity["roster"]]
        figures = figures | {"capacity": capacity | {"roster": people}}
    return figures | {"owners": owners, "sources": sources, "cannot_compute": gaps, "problems": []}


class _Writer:
    def __init__(self, review: Review, policy: Policy, names: LeadNames, links: OutcomeLinks) -> None:
        self._review = review
        self._policy = policy
        self._names = cache(names)
        self._links = links
        self._as_of = review.period.as_of

    def section(self, answer: QuestionResult) -> Section:
        question = answer.question
        return Section(
            id=question.id,
            title=question.title,
            definition=question.definition,
            total=answer.total,
            lines=tuple(self._line(row, question) for row in answer.rows[:TOP]),
        )

    def leak(self, leak: LeakedLead, history_of: HistoryOf) -> leak_rows.LeakRow:
        """Return a ledger row with the lead's history."""
        name = self._names(leak.lead_id) or GONE
        return leak_rows.row(leak, name, self.owner(leak.owner), history_of(leak.lead_id, self._as_of))

    def owner(self, person_id: str | None) -> str:
        """Return an owner's name, or that there is none."""
        return self._policy.person_name(person_id) if person_id else metric_rows.NONE["owner"]

    def _line(self, row: ListedLead, question: ReviewQuestion) -> LeadLine:
        tries = formatting.counted(row.attempts, "attempt") if row.attempts else "no attempt yet"
        due = self._due(row, question.due_label)
        return LeadLine(
            name=self._names(row.lead_id) or GONE,
            details=" · ".join(
                (
                    self.owner(row.owner),
                    formatting.plain(row.source or "no source"),
                    formatting.plain(row.stage),
                    tries,
                )
            ),
            due=due[0].upper() + due[1:],
            late=row.due_at is not None and row.due_at < self._as_of and not question.since,
            link=None if row.closed_at and not question.of_closed else self._link(row),
        )

    def _due(self, row: ListedLead, label: str) -> str:
        if row.due_at is None:
            return "nothing scheduled"
        if label == LAST_TOUCHED and not row.attempts:
            label = "untouched since it arrived"
        when = f"{label} {formatting.moment(row.due_at, self._review.zone)}"
        if row.first_contact_at and label == MISSED.due_label:
            return f"{when}, reached {formatting.about(row.first_contact_at - row.due_at)} late"
        if label == RECORDED_LATE.due_label:
            return f"{when}, recorded {formatting.moment(row.recorded_at, self._review.zone)}"
        if label == UNASSIGNED_WHILE_IDLE.due_label:
            room = self._review.with_room[row.lead_id]
            people = ", ".join(map(self._policy.person_name, room.people))
            return f"{when}; room from {formatting.moment(room.since, self._review.zone)}: {people}"
        return f"{when} ({self._distance(row.due_at)})"

    def _distance(self, at: datetime) -> str:
        span = formatting.about(self._as_of - at)
        return f"{span} ago" if at < self._as_of else f"in {span}"

    def _link(self, row: ListedLead) -> str:
        manager = self._policy.manager_of(row.owner)
        return self._links(row.lead_id, row.generation, manager, self._as_of)
