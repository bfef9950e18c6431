"""The self-audit of the follow-up (L7).

It has 15 items of 0, 1 or 2 points. Items that data can answer are answered from it, with evidence; the others are
unknown, and not guessed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from leadtight.reporting import glossary
from leadtight.reporting.facts.table import Row
from leadtight.reporting.metrics.aggregates import Figures, rate
from leadtight.reporting.metrics.confidence import SMALL
from leadtight.reporting.metrics.query import MetricsQuery

BANDS = ((0, 10), (11, 20), (21, 30))
UNKNOWN = "not known from data"
NO_TRACE = f"{UNKNOWN}: reading a page leaves no record"


@dataclass(frozen=True, slots=True)
class SelfAuditItem:
    """One item of the self-audit, with its evidence.

    `score` is 0, 1 or 2 points, or None.
    """

    id: str
    question: str
    score: int | None
    evidence: str

    def as_json(self) -> Figures:
        """Return it as reports write it."""
        return {"item": self.id, "question": self.question, "score": self.score, "evidence": self.evidence}


def self_audit(row: Row, figures: Figures, query: MetricsQuery) -> Figures:
    """Return the 15 items, their sum and the band.

    The band is None when unknown items could change it.
    """
    items = [*_promptness(row, figures, query), *_discipline(row, figures, query)]
    score = sum(item.score for item in items if item.score is not None)
    answered = sum(item.score is not None for item in items)
    most = score + 2 * (len(items) - answered)
    return {
        "score": score,
        "answered_from_data": answered,
        "lowest": score,
        "highest": most,
        "band": _band(score) if _band(score) == _band(most) else None,
        "items": [item.as_json() for item in items],
    }


def _band(score: int) -> str:
    low, high = next(band for band in BANDS if score <= band[1])
    return f"{low}-{high}"


def _promptness(row: Row, figures: Figures, query: MetricsQuery) -> Iterator[SelfAuditItem]:
    leads, contacted = row["leads"], figures["contacted"]
    with_known_owner = 0 if query.gaps.created else row["owned_known"]
    yield _graded(
        "owner_at_arrival",
        "Does every lead have an owner when it has to be answered?",
        row["owned"],
        with_known_owner,
        99,
        90,
    )
    yield SelfAuditItem(
        "rate_known",
        "Is it known how many leads are followed up?",
        None if contacted is None else 2,
        query.gaps.contacts or f"the contact rate is {_percent(contacted, leads)}",
    )
    timed = not query.gaps.untimed
    yield _graded("in_window", "Are leads contacted within the window?", row["kept"] if timed else None, leads, 90, 50)
    yield _median(figures)
    yield _graded("nobody_forgotten", "Is every lead contacted at all?", contacted, leads, 99, 90)
    usual = figures["segments"]["business_hours"]
    for name, question in (
        ("after_hours", "Are leads that arrive after hours answered like the others?"),
        ("weekend", "Are leads that arrive at weekends answered like the others?"),
    ):
        yield _alike(name, question, figures["segments"][name], usual)
    yield _alike("surge", "Are leads on days with a surge answered like the others?", _surge(figures), usual)


def _discipline(row: Row, figures: Figures, query: MetricsQuery) -> Iterator[SelfAuditItem]:
    yield _persistence(figures, query)
    reasons = None if query.gaps.lost_reasons else row["with_reason"]
    yield _graded(
        "lost_reason", "Does every lost lead have a reason?", reasons, row["lost"], 99, 90, query.gaps.lost_reasons
    )
    source = None if query.gaps.sources else row["with_source"]
    yield _graded("source_known", "Is it known where every lead comes from?", source, row["leads"], 99, 90)
    yield _cost(figures, query)
    yield _next_step(row, query)
    standard = "Is there a written standard for how fast to answer?"
    yield SelfAuditItem("written_standard", standard, 2 if query.standard else None, query.standard or UNKNOWN)
    yield SelfAuditItem("daily_review", "Does a manager review the follow-up at least daily?", None, NO_TRACE)


def _persistence(figures: Figures, query: MetricsQuery) -> SelfAuditItem:
    tried, question = figures["attempts"], "Are leads that cannot be reached tried at least five times?"
    often, never = (tried["never_contacted_five_or_more"], tried["never_contacted"]) if tried else (None, 0)
    return _graded("persistence", question, often, never, 80, 50, query.gaps.attempts)


def _cost(figures: Figures, query: MetricsQuery) -> SelfAuditItem:
    question = "Is it known what leads cost, by source?"
    if query.spend_by_source is not None:
        return SelfAuditItem("cost_known", question, 2, "spend is known by source")
    if figures["money"]["spend"] is not None:
        return SelfAuditItem("cost_known", question, 1, "total spend is known")
    is_record = query.gaps.spend not in (glossary.NO_SPEND_GIVEN, glossary.NO_SPEND_READ)
    return SelfAuditItem("cost_known", question, 0 if is_record else None, query.gaps.spend)


def _next_step(row: Row, query: MetricsQuery) -> SelfAuditItem:
    gap = query.gaps.next_steps
    planned = None if gap else row["with_next_step"]
    item = _graded("next_step", "Does every open lead have a next step with a date?", planned, row["open"], 99, 90, gap)
    return item if item.score is None else replace(item, evidence=f"{item.evidence}; {row['overdue']} are overdue")


def _graded(
    name: str, question: str, part: int | None, whole: int, full: int, half: int, reason: str = ""
) -> SelfAuditItem:
    """Return an item graded by a share.

    2 points from `full` percent on, 1 from `half` percent on, else 0.
    """
    if part is None or not whole:
        return SelfAuditItem(name, question, None, reason or UNKNOWN)
    score = 2 if part * 100 >= full * whole else 1 if part * 100 >= half * whole else 0
    return SelfAuditItem(name, question, score, f"{part} of {whole}, {_percent(part, whole)}")


def _median(figures: Figures) -> SelfAuditItem:
    median, question = figures["response"]["median"], "Is the median response within five minutes?"
    if median is None:
        return SelfAuditItem("median", question, None, UNKNOWN)
    score = 2 if median <= 300 else 1 if median <= 3600 else 0
    return SelfAuditItem("median", question, score, f"the median is {median:.0f} s")


def _alike(name: str, question: str, here: Figures | None, usual: Figures | None) -> SelfAuditItem:
    """Return an item that compares with working hours.

    2 points when the share in the window is at most 5 points lower, 1 up to 10.
    """
    if not here or not usual or here["leads"] < SMALL or usual["leads"] < SMALL:
        return SelfAuditItem(name, question, None, f"{UNKNOWN}: fewer than {SMALL} leads")
    if here["in_window_rate"] is None or usual["in_window_rate"] is None:
        return SelfAuditItem(name, question, None, UNKNOWN)
    behind = usual["in_window_rate"] - here["in_window_rate"]
    evidence = f"{here['in_window_rate']:.1%} in the window, against {usual['in_window_rate']:.1%} in working hours"
    return SelfAuditItem(name, question, 2 if behind <= 0.05 else 1 if behind <= 0.1 else 0, evidence)


def _surge(figures: Figures) -> Figures | None:
    days = figures["segments"]["surge_days"]
    if not days or days[0]["contacted_in_window"] is None:
        return None
    leads, kept = sum(d["leads"] for d in days), sum(d["contacted_in_window"] for d in days)
    return {"leads": leads, "in_window_rate": rate(kept, leads)}


def _percent(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "n/a"
