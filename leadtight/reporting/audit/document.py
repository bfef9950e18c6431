"""The audit report as data: `leadtight.audit/1`.

Every figure has its definition, every gap its reason.
"""

from dataclasses import replace
from typing import Any

from leadtight.reporting import glossary
from leadtight.reporting.audit.caveats import CONTACTS, CREATED, KEYS, SPEND, TIMES, caveats, doubt
from leadtight.reporting.audit.contacts.definition import contact_definition
from leadtight.reporting.audit.mapping import as_table
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.pipeline import LoadedFacts
from leadtight.reporting.audit.qualification import means_qualified
from leadtight.reporting.audit.time_precision import precision
from leadtight.reporting.metrics.aggregates import Figures
from leadtight.reporting.metrics.query import MetricGaps, MetricsQuery
from leadtight.reporting.metrics.report import NO_PREVIOUS, figures

SCHEMA = "leadtight.audit/1"
NO_QUALIFICATION = "no column or stage tells which leads were qualified"
NO_STAGES = "no recognised column or value tells which leads were won"
_DEFINED = (
    "leads",
    "contacted",
    "never_contacted",
    "contact_rate",
    "follow_up_rate",
    "qualified",
    "response",
    "buckets",
    "sources",
)


def document(loaded: LoadedFacts, options: AuditOptions) -> dict[str, Any]:
    """Return the report as data.

    Durations are in seconds, rates from 0 to 1, money in the files' unit; unknown is None.
    """
    all_caveats = caveats(loaded)
    wanted = replace(query_of(loaded, options), doubt=doubt(all_caveats))
    metrics = figures(loaded.table.connection, "all_facts", wanted)
    remedies = _remedies(wanted.gaps, loaded)
    return {
        "schema": SCHEMA,
        "definition": _definition(loaded, options),
        "rows": loaded.rows,
        "caveats": [each.as_json() for each in all_caveats],
        **metrics,
        "sources": [row | {"spellings": list(loaded.spellings.get(row["source"], ()))} for row in metrics["sources"]],
        "cannot_compute": [gap | {"remedy": remedies.get(gap["why"], "")} for gap in metrics["cannot_compute"]],
        "problems": list(loaded.problems),
        "problems_total": loaded.problems_total,
    }


def query_of(loaded: LoadedFacts, options: AuditOptions) -> MetricsQuery:
    """Return the metrics query of the options and their files.

    Spend without a source column counts as a total, not as the cost of leads without a source.
    """
    spend = loaded.spend if loaded.spend and loaded.spend.rows["accepted"] else None
    has_source = bool(loaded.mapping.spend and loaded.mapping.spend.source)
    return MetricsQuery(
        calendar=options.calendar,
        start=options.start,
        end=options.end,
        qualified=means_qualified(loaded.mapping.leads),
        opportunities=loaded.mapping.leads.opportunity,
        cost_per_lead=options.cost_per_lead,
        spend_total=spend.total if options.spend_total is None and spend and not has_source else options.spend_total,
        spend_by_source=spend.by_source if spend and has_source else None,
        deal_value=options.deal_value,
        conversion_rate=options.conversion_rate,
        staff=options.staff,
        gaps=_gaps(loaded),
    )


def _gaps(loaded: LoadedFacts) -> MetricGaps:
    leads = loaded.mapping.leads
    return MetricGaps(
        contacts=_no_contacts(loaded),
        qualified="" if means_qualified(leads) else NO_QUALIFICATION,
        times=loaded.untimed,
        created="" if leads.created_at else loaded.untimed,
        owners="" if leads.owner else "no column is recognised as the owner",
        assignments="" if leads.first_assigned_at else "no column shows who owns a lead or when it was assigned",
        sources="" if leads.source else "no column is recognised as the source",
        stages="" if leads.stage else "no column is recognised as the stage",
        won="" if leads.won else NO_STAGES,
        stage_times="" if leads.stage_since else "no column shows since when a lead has been in its stage",
        attempts=_no_attempts(loaded),
        contact_persons=_no_persons(loaded),
        lost_reasons="" if leads.lost_reason else "no column is recognised as the lost reason",
        next_steps="no column shows the next step of a lead",
        opportunities="the mapping names no stages as opportunities",
        spend=glossary.NO_SPEND_READ if loaded.spend else glossary.NO_SPEND_GIVEN,
        deal_value="no --deal-value is given",
        conversion_rate="no --conversion-rate is given",
        staff="no --people and --handling are given",
    )


def _no_contacts(loaded: LoadedFacts) -> str:
    """Return why it is unknown who was contacted.

    A contact is at or after the creation, so the creation must be known.
    """
    if loaded.no_contacts or loaded.mapping.leads.created_at:
        return loaded.no_contacts
    return f"{loaded.untimed}, and a contact is one from then on"


def _no_attempts(loaded: LoadedFacts) -> str:
    return loaded.no_contacts if loaded.mapping.activities else "no activities are given"


def _no_persons(loaded: LoadedFacts) -> str:
    if loaded.mapping.activities is None:
        return "no activities are given"
    return "" if loaded.mapping.activities.owner else "no column of the activities shows who made them"


def _remedies(gaps: MetricGaps, loaded: LoadedFacts) -> dict[str, str]:
    """Return what to add for each missing figure, by reason."""
    remedies = {
        gaps.contacts: KEYS if loaded.mapping.activities else CONTACTS,
        gaps.times: TIMES if loaded.mapping.leads.created_at else CREATED,
        gaps.owners: "add a column with the owner (owner of [leads])",
        gaps.assignments: "add a column with the first assignment (first_assigned_at of [leads])",
        gaps.sources: "add a column with the source (source of [leads])",
        gaps.stages: "add a column with the stage (stage of [leads])",
        gaps.qualified: (
            "name the column with the time of qualification (qualified_at of [leads]), or the values that mean"
            " qualified (qualified of [leads], with the column qualification if not the stage)"
        ),
        gaps.won: "name the column of the stage, and which stages are won (stage and won of [leads])",
        gaps.stage_times: "add a column that shows since when a lead has been in its stage (stage_since of [leads])",
        gaps.attempts: "add the export of calls and mails (--activities)",
        gaps.contact_persons: "add the export of calls and mails with who made them (--activities)",
        gaps.lost_reasons: "add a column with the reason (lost_reason of [leads])",
        gaps.opportunities: "name the stages that count as an opportunity (opportunity of [leads])",
        gaps.spend: SPEND if loaded.spend else "give --spend, --spend-total or --cost-per-lead",
        gaps.deal_value: "give --deal-value",
        gaps.conversion_rate: "give --conversion-rate",
        gaps.staff: "give --people and --handling",
        NO_PREVIOUS: "give --since and --until",
    }
    if loaded.mapping.leads.created_at is None and not loaded.no_contacts:
        remedies[gaps.contacts] = CREATED
    return {reason: remedy for reason, remedy in remedies.items() if reason}


def _definition(loaded: LoadedFacts, options: AuditOptions) -> Figures:
    mapping = loaded.mapping
    tables = {"leads": mapping.leads, "activities": mapping.activities, "spend": mapping.spend}
    counts = dict(loaded.excluded)
    rules = [each.rule for each in options.exclusions]
    used_columns = {name: as_table(columns) for name, columns in tables.items() if columns}
    return {
        "mapping": used_columns,
        "contact": contact_definition(used_columns),
        "window_seconds": options.window.total_seconds(),
        "hours": options.hours,
        "timezone": options.calendar.zone.key,
        "since": options.since.isoformat() if options.since else None,
        "until": options.until.isoformat() if options.until else None,
        "exclusions": [{"rule": r, "leads": counts.pop(r, 0)} for r in dict.fromkeys(rules)]
        + [{"rule": rule, "leads": n} for rule, n in counts.items()],
        "precision": precision(loaded.table.connection, timed=not loaded.untimed),
        "figures": glossary.AUDIT | {name: glossary.FIGURES[name] for name in _DEFINED},
    }
