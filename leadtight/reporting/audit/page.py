"""The report of an audit as one HTML file: no script, no font, no image, nothing from elsewhere."""

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from leadtight.reporting import chart, pages, rows
from leadtight.reporting import leaks as ledger_rows
from leadtight.reporting.figures.ledger import Leak

STYLES = ("weekly.css", "audit.css")


def render(report: dict[str, Any], leaks: Iterable[Leak], file: str) -> bytes:
    """Return the page of a report, with the leaks that it opens; `file` is what it is called.

    The same report gives the same bytes.
    """
    zone = ZoneInfo(report["definition"]["timezone"])
    page = pages.environment().get_template("audit.html.j2")
    known = report["buckets"]["under_5m"] is not None
    return page.render(
        report=report,
        file=file,
        style=pages.style(*STYLES),
        style_hash=pages.style_hash(*STYLES),
        why=lambda what: rows.why(report, what),
        bars=chart.bars(report["buckets"]) if known else (),
        shades=chart.heat(report["heat"]) if report["heat"] else (),
        row_height=chart.ROW_HEIGHT,
        cell_height=chart.CELL_HEIGHT,
        owner_bars=rows.bars(report["owners"], "owner"),
        source_bars=rows.bars(report["sources"], "source"),
        unknown=rows.unknown(report),
        leaks=[_leak(each, zone) for each in leaks],
        **rows.tables(report),
    ).encode()


def _leak(leak: Leak, zone: ZoneInfo) -> ledger_rows.Row:
    owner = leak.owner or rows.NONE["owner"]
    return ledger_rows.row(leak, f"Lead {leak.lead_id}", owner, ledger_rows.of_times(leak, zone))
