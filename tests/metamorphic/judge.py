"""Compare an audit's figures with the truth.

Each is right, or asked about, or wrong.
"""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.metamorphic.audit import Answer
from tests.metamorphic.export import Export
from tests.metamorphic.truth import (
    WINDOW_SECONDS,
    Lead,
    bucket,
    groups,
    quantile,
    spend_by_source,
    won_by_source,
)
from tests.metamorphic.verdict import Verdict

BUCKETS = ("under_5m", "5m_to_30m", "30m_to_2h", "2h_to_24h", "over_24h", "never")


def judge(export: Export, answer: Answer) -> Verdict:
    """Judge one answer.

    A refusal has to name a column or a file that was sent.
    """
    verdict = Verdict()
    if answer.report is None or answer.exit_code != 0:
        verdict.refused = answer.output.strip()[-400:] or f"exit {answer.exit_code}"
        if answer.exit_code not in (1, 2) or not names_a_cause(export, answer.output):
            verdict.unnamed = f"exit {answer.exit_code}: {verdict.refused}"
        return verdict
    if answer.report["period"]["from"] is None and export.tables["leads"].unfinished:
        verdict.unknown.append("created")  # the row without a creation is indistinguishable
        return verdict
    figures(verdict, export, answer.report)
    by_group(verdict, export, answer.report)
    if export.truth.spend:
        spend(verdict, export, answer.report)
    facts(verdict, export, answer)
    if verdict.unknown and not answer.report["cannot_compute"]:
        verdict.unnamed = f"no reason for {verdict.unknown}"
    return verdict


def names_a_cause(export: Export, text: str) -> bool:
    """Check that a message names a column or file problem.

    A column that was sent, or what of a file as a whole cannot be determined.
    """
    columns = {name for names in export.columns.values() for name in names if len(name) > 1}
    whole = any(word in text for word in ("encoding", "sheet", "header"))
    return any(f"{name}" in text for name in columns) or (whole and any(file in text for file in export.columns))


def figures(verdict: Verdict, export: Export, report: dict[str, Any]) -> None:
    """Compare the headline, the waits and the buckets."""
    leads, plan = export.truth.leads, export.plan
    has_contacts = plan.layout != "none"
    timed = has_contacts and plan.precision != "day"
    waits = [x.wait_seconds for x in leads if x.wait_seconds is not None]
    contacted = len(waits) if has_contacts else None
    never = len(leads) - len(waits) if has_contacts else None
    verdict.compare("leads", report["leads"], len(leads))
    verdict.compare("contacted", report["contacted"], contacted)
    verdict.compare("never_contacted", report["never_contacted"], never)
    in_window = sum(w <= WINDOW_SECONDS for w in waits) if timed else None
    verdict.compare("contacted_in_window", report["contacted_in_window"], in_window)
    response = report["response"] or {}
    shares = {"median": Fraction(1, 2), "p90": Fraction(9, 10)}
    for name, share in shares.items():
        verdict.compare(f"response.{name}", response.get(name), quantile(waits, share) if timed else None)
    mean = sum(waits) / len(waits) if timed and waits else None
    verdict.compare("response.mean", response.get("mean"), mean)
    counts = Counter(bucket(x.wait_seconds) for x in leads)
    for name in BUCKETS:
        true = counts[name] if timed else never if name == "never" else None
        reported = (report["buckets"] or {}).get(name)
        if name != "never" or reported is not None or timed:
            verdict.compare(f"buckets.{name}", reported, true)


def by_group(verdict: Verdict, export: Export, report: dict[str, Any]) -> None:
    """Compare the counts of each owner and each source.

    Spellings of one source are one.
    """
    leads = list(export.truth.leads)
    for attribute in ("owner", "source"):
        if attribute in export.plan.manner["leads"]:
            compare_groups(verdict, attribute, report[f"{attribute}s"], leads, export)
    if "source" not in export.plan.manner["leads"] or not knows_won(export):
        return
    won = {fold(s): n for s, n in won_by_source(leads).items()}
    for row in report["sources"] or []:
        verdict.compare(f"won of {row['source']}", row["won"], won.get(fold(row["source"]), 0))


def compare_groups(
    verdict: Verdict, attribute: str, rows: list[dict[str, Any]] | None, leads: list[Lead], export: Export
) -> None:
    """Compare leads and contacted leads by group.

    One row without a name says that no column was recognised.
    """
    true = {fold(name): counts for name, counts in groups(leads, attribute).items()}
    rows = [row for row in rows or [] if row["leads"]]  # a source may have costs without leads
    has_contacts = export.plan.layout != "none"
    if not rows or (len(rows) == 1 and not rows[0][attribute] and set(true) != {""}):
        verdict.unknown.append(f"{attribute}s")
        return
    reported = Counter(fold(row[attribute]) for row in rows)
    if set(reported) != set(true) or max(reported.values()) > 1:
        verdict.wrong.append(f"{attribute}s: {[r[attribute] for r in rows]}, true is {sorted(true)}")
        return
    for row in rows:
        count, contacted = true[fold(row[attribute])]
        verdict.compare(f"leads of {row[attribute]}", row["leads"], count)
        verdict.compare(f"contacted of {row[attribute]}", row["contacted"], contacted if has_contacts else None)


def fold(name: str | None) -> str:
    return (name or "").strip().casefold()


def knows_won(export: Export) -> bool:
    """Return whether the system's stages distinguish won deals."""
    return "stage" in export.plan.manner["leads"] and not export.plan.manner.get("won_is_open")


def spend(verdict: Verdict, export: Export, report: dict[str, Any]) -> None:
    """Compare spend in total and by source.

    And what a lead of each source cost.
    """
    if export.tables["spend"].mixed_currencies:
        verdict.compare("money.spend", report["money"]["spend"], None)
        return
    by_source = {fold(s): amount for s, amount in spend_by_source(export.truth.spend).items()}
    verdict.compare("money.spend", report["money"]["spend"], sum(by_source.values(), Decimal()))
    counts = {fold(name): count for name, (count, _) in groups(export.truth.leads, "source").items()}
    for row in report["sources"] or []:
        if not row["source"]:
            verdict.compare("spend of no source", row["spend"] or None, None)
            continue
        amount = by_source.get(fold(row["source"]))
        if amount is None:
            continue
        verdict.compare(f"spend of {row['source']}", row["spend"], amount)
        if counts.get(fold(row["source"])):
            verdict.compare(f"cpl of {row['source']}", row["cpl"], amount / counts[fold(row["source"])])


def facts(verdict: Verdict, export: Export, answer: Answer) -> None:
    """Compare every lead's instants and value, where read."""
    leads = export.truth.leads
    if answer.report and answer.report["period"]["from"] is None:
        verdict.unknown.append("created")
    elif export.plan.precision != "day" and len(answer.facts) == len(leads):
        reported = sorted(round(row[0].timestamp()) for row in answer.facts if row[0])
        true = sorted(round(x.created.timestamp()) for x in leads)
        if reported != true:
            verdict.wrong.append("created: other instants than the true ones")
    values = [row[2] for row in answer.facts if row[2] is not None]
    true_values = [x.value for x in leads if x.value is not None] if "value" in export.plan.manner["leads"] else []
    if values and sorted(values) != sorted(true_values):
        verdict.wrong.append(f"values: sum {sum(values)}, true is {sum(true_values)}")
