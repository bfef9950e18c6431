"""The report of an audit as one HTML file: no script, no font, no image, nothing from elsewhere."""

from typing import Any

from leadtight.reporting import chart, pages, rows

STYLES = ("weekly.css", "audit.css")


def render(report: dict[str, Any], file: str) -> bytes:
    """Return the page of a report; `file` is what it is called. The same report gives the same bytes."""
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
        **rows.tables(report),
    ).encode()
