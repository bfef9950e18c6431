"""The audit report as one self-contained HTML file.

No script, no font, no image, nothing from elsewhere.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.domain.calendar.timestamps import parse_timestamp
from leadtight.reporting.audit.counted import counted_terms
from leadtight.reporting.audit.headline import headline, is_doubtful
from leadtight.reporting.formatting import MISSING, local_days
from leadtight.reporting.metrics.ledger import LeakedLead
from leadtight.reporting.presentation import chart, metric_rows
from leadtight.reporting.presentation import environment as pages
from leadtight.reporting.review import leak_rows as ledger_rows

STYLES = ("weekly.css", "audit.css")
LABELS = chart.LABELS | {"never": "no contact in these files"}


def render(report: dict[str, Any], leaks: Iterable[LeakedLead], file: str) -> bytes:
    """Render the page of a report.

    `leaks` are the leads that it lists with evidence, `file` is the name shown for the export. The same report gives
    the same bytes.
    """
    zone = ZoneInfo(report["definition"]["timezone"])
    page = pages.environment().get_template("audit.html.j2")
    has_times = report["buckets"]["under_5m"] is not None
    tables = metric_rows.tables(report)
    contents = tuple(_contents(report, tables))
    end = chart.scale(report["heat"] or ())
    return page.render(
        report=report,
        file=file,
        style=pages.style(*STYLES),
        style_hash=pages.style_hash(*STYLES),
        headline=headline(report),
        doubtful=is_doubtful(report),
        contents=contents,
        shown={name for name, _ in contents},
        dates=_dates(report, zone),
        bars=chart.bars(report["buckets"], LABELS) if has_times else (),
        shades=chart.heat(report["heat"], end) if report["heat"] else (),
        legend=chart.legend(end),
        row_height=chart.ROW_HEIGHT,
        cell_height=chart.CELL_HEIGHT,
        owner_bars=metric_rows.bars(report["owners"], "owner"),
        source_bars=metric_rows.bars(report["sources"], "source"),
        unknown=metric_rows.unknown(report),
        unpriced=metric_rows.unpriced(report),
        joined_spellings=list(_joined_spellings(report)),
        counted_words=tuple(counted_terms(report)),
        leaks=[_leak(each, zone) for each in leaks],
        **tables,
    ).encode()


def _contents(report: dict[str, Any], tables: dict[str, list[Any]]) -> Iterator[tuple[str, str]]:
    """Yield id and title of the sections that have content.

    In page order.
    """
    sections = {
        "headline": ("At a glance", True),
        "diagnosis": ("Diagnosis", True),
        "speed": ("Response times", report["buckets"]["under_5m"] is not None),
        "when": ("Hours and days", report["heat"] is not None),
        "people": ("Owners", report["owners"] and report["contacted"] is not None),
        "sources": ("Sources", any(_says_something(row) for row in tables["source_rows"])),
        "money": ("Money", any(value is not None for _, value, _ in tables["money_rows"])),
        "persistence": ("Attempts and stalls", report["attempts"] or report["stages"] or report["stuck"]),
        "capacity": ("Capacity", report["capacity"]),
        "readiness": ("Readiness", tables["readiness_rows"] or tables["audit_rows"]),
        "definitions": ("What was counted", True),
        "unknown": ("What it cannot say", True),
        "problems": ("Problems", True),
        "next": ("Next steps", True),
    }
    yield from ((name, title) for name, (title, is_shown) in sections.items() if is_shown)


def _says_something(source_row: list[str]) -> bool:
    return any(cell != MISSING for cell in source_row[2:])


def _joined_spellings(report: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """Yield each source that has several spellings, with the others."""
    for row in report["sources"]:
        if others := [text for text in row["spellings"] if text != row["source"]]:
            yield row["source"], others


def _dates(report: dict[str, Any], zone: ZoneInfo) -> str:
    first, last = report["period"]["from"], report["period"]["to"]
    return local_days(parse_timestamp(first), parse_timestamp(last), zone) if first else ""


def _leak(leak: LeakedLead, zone: ZoneInfo) -> ledger_rows.LeakRow:
    owner = leak.owner or metric_rows.NONE["owner"]
    return ledger_rows.row(leak, f"Lead {leak.lead_id}", owner, ledger_rows.of_times(leak, zone))
