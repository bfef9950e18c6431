"""Columns recognised by their names, and by what is in them where names alone do not tell.

The names are those of Salesforce, HubSpot, Pipedrive and Zoho, as their list exports and their interfaces write them,
and of plain exports. HubSpot's "owner assigned date" is missing on purpose: it is the latest assignment, not the first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from leadtight.reporting.audit.mapping import ActivityColumns, LeadColumns, SpendColumns

LEADS = {
    "lead_id": "lead_id deal_id record_id id opportunity_id prospect_id ticket_id case_id lead_record_id mql_id number",
    "created_at": (
        "created_at created_time created_date create_date createdate created created_on date_created creation_date"
        " lead_created deal_created lead_created_at lead_created_time lead_created_date deal_created_at add_time"
        " create_time creation_time received_at received date_received opened_at inquiry_date inquiry_at submitted_at"
        " submission_date became_a_lead_date lead_date timestamp"
    ),
    "first_assigned_at": (
        "first_assigned_at first_assigned first_assigned_date first_assigned_time assigned_at assigned_time"
        " assigned_date date_assigned"
    ),
    "owner": (
        "first_owner first_owner_name owner_name lead_owner_name deal_owner_name lead_owner deal_owner contact_owner"
        " opportunity_owner record_owner owner_full_name owner assigned_to assignee sales_agent agent sales_rep"
        " salesperson sales_person rep owner_id hubspot_owner_id lead_owner_id deal_owner_id"
    ),
    "source": (
        "lead_source source original_source original_traffic_source analytics_source deal_source source_channel"
        " lead_source_channel deal_source_channel lead_source_name source_name channel origin lead_origin utm_source"
    ),
    "stage": (
        "stage deal_stage dealstage stage_name lead_stage lead_status deal_status status pipeline_stage lifecycle_stage"
    ),
    "stage_since": (
        "stage_since stage_changed_at last_stage_change last_stage_change_date stage_change_date stage_entered_at"
        " date_entered_stage date_entered_current_stage v2_date_entered_current_stage stage_modified_time"
        " deal_last_stage_change"
    ),
    "lost_reason": (
        "lost_reason loss_reason closed_lost_reason deal_lost_reason reason_lost reason_for_loss reason_for_losing"
    ),
    "value": (
        "amount deal_value deal_amount value offer_total_amount opportunity_amount estimated_value expected_revenue"
        " close_value"
    ),
}
FIRST_CONTACTS = (
    "first_contact_at first_contact_date first_contact_time first_contact first_contacted_at first_contacted"
    " first_outbound first_outbound_at first_outbound_time first_response_at first_response_date first_touch_at"
    " first_touch first_reply_at first_outreach_date date_of_first_engagement sa_first_engagement_date contacted_at"
)
FIRST_CALLS = "first_call first_call_at first_call_date first_call_time first_call_date_time"
FIRST_MAILS = "first_email first_email_at first_email_date first_email_time first_email_date_time"
KEYS = (
    "contact_id contactid who_id lead_id person_id contact_name contact_person contact person deal_id record_id id"
    " email email_address phone related_to related_to_id activity_lead activity_deal lead deal associated_contact_ids"
)
ACTIVITIES = {
    "at": (
        "call_start_time start_time start_date_time activity_date_time activity_at activity_time occurred_at at"
        " timestamp marked_as_done_time activity_marked_as_done_time completed_at completed_date_time call_date"
        " call_time sent_at activity_date date_time datetime time date created_at created_time created_date create_date"
        " due_date activity_due_date"
    ),
    "owner": (
        "call_owner_name call_owner activity_owner owner_name owner assigned_to assigned activity_assigned_to_user"
        " assigned_to_user user agent rep owner_id"
    ),
}
SPEND = {
    "source": "source lead_source channel utm_source campaign_source origin",
    "amount": "spend amount cost amount_spent spent total_spend costs",
    "date": "date day month reporting_starts",
}
DIRECTIONS = ("call_type", "call_direction", "direction", "type", "activity_type")
OUTBOUND = frozenset({"outbound", "outgoing", "out"})
RESULTS = ("call_status", "call_outcome", "call_result", "outcome", "disposition", "call_disposition", "status")
REACHED = frozenset(
    {"attended dialled", "attended dialed", "attended", "answered", "connected", "completed", "reached", "spoke"}
    | {"interested", "not interested", "requested call back", "requested more info"}
)
STATES = ("activity_done", "done", "is_done", "task_status", "activity_status")
DONE = frozenset({"done", "yes", "true", "1", "completed", "complete"})
WON = frozenset(
    {"won", "closed won", "closedwon", "deal won", "payment done", "paid", "converted", "closed converted", "customer"}
)
LOST = frozenset(
    {
        "lost",
        "lost lead",
        "closed lost",
        "closed lost to competition",
        "closedlost",
        "deal lost",
        "junk",
        "junk lead",
        "dead",
        "unqualified",
        "disqualified",
    }
    | {"closed not converted", "not converted"}
)
_KINDS = {
    "lead": "lead_id deal_id record_id id related_to related_to_id",
    "person": "contact_id contactid who_id person_id associated_contact_ids",
    "name": "contact_name contact_person contact person",
    "email": "email email_address",
    "phone": "phone",
}
_PREFIXES = ("properties_", "property_", "hs_")


def plain(name: str) -> str:
    """Return a column's name without case, punctuation and the prefixes that connectors add."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    text = re.sub(r"[^0-9a-z]+", "_", apart.lower()).strip("_")
    for prefix in _PREFIXES:
        text = text.removeprefix(prefix)
    return re.sub(r"^(lead|deal|activity|person)_(?=(lead|deal|activity|person)_)", "", text)


def leads(columns: Sequence[str]) -> LeadColumns:
    """Return the mapping that the names of a file of leads suggest, without key, won and lost."""
    found: dict[str, Any] = {key: first(columns, names) for key, names in LEADS.items()}
    touched = first(columns, FIRST_CONTACTS)
    by_channel = (first(columns, FIRST_CALLS), first(columns, FIRST_MAILS))
    contacts = (touched,) if touched else tuple(c for c in by_channel if c)
    return LeadColumns(first_contact_at=contacts, **found)


def activities(columns: Sequence[str]) -> ActivityColumns:
    """Return the mapping that the names of a file of activities suggest, without key and what counts."""
    found: dict[str, Any] = {key: first(columns, names) for key, names in ACTIVITIES.items()}
    return ActivityColumns(**found)


def spend(columns: Sequence[str]) -> SpendColumns:
    """Return the mapping that the names of a file of spend suggest."""
    return SpendColumns(**{key: first(columns, names) for key, names in SPEND.items()})


def first(columns: Sequence[str], names: str | Iterable[str]) -> str | None:
    """Return the first column that is called one of these names, the names in order of preference."""
    return next(iter(every(columns, names)), None)


def every(columns: Sequence[str], names: str | Iterable[str]) -> tuple[str, ...]:
    """Return the columns that are called one of these names, in the order of the names."""
    called: dict[str, str] = {}
    for column in columns:
        called.setdefault(plain(column), column)
    order = names.split() if isinstance(names, str) else names
    return tuple(called[name] for name in order if name in called)


def is_own_id(column: str) -> bool:
    """Tell whether a column of activities is called as their own ids are."""
    return plain(column) in ("id", "record_id")


def name_the_same(ours: str, theirs: str) -> bool:
    """Tell whether a column of leads and one of activities name the same thing: the lead, the person, an address."""
    return plain(ours) == plain(theirs) or any(
        plain(ours) in names.split() and plain(theirs) in names.split() for names in _KINDS.values()
    )


def stages(columns: LeadColumns, values: Iterable[str]) -> LeadColumns:
    """Return the mapping with those values of the stage that are known to mean won and lost."""
    found = sorted(values)
    return replace(
        columns,
        won=tuple(v for v in found if _words(v) in WON),
        lost=tuple(v for v in found if _words(v) in LOST),
    )


def outbound(values: Iterable[str]) -> tuple[str, ...]:
    """Return those values of a direction that mean from us to the lead."""
    return tuple(sorted(v for v in values if _words(v) in OUTBOUND))


def reached(values: Iterable[str]) -> tuple[str, ...]:
    """Return those values of a result that mean that somebody was reached."""
    return tuple(sorted(v for v in values if _words(v) in REACHED))


def done(values: Iterable[str]) -> tuple[str, ...]:
    """Return those values of a task's state that mean that it was done; none when there are no others."""
    found = tuple(sorted(v for v in values if _words(v) in DONE))
    return found if len(found) < len(set(values)) else ()


def _words(value: str) -> str:
    return " ".join(re.findall(r"[0-9a-z]+", value.lower()))


COUNTS = ((DIRECTIONS, outbound), (RESULTS, reached), (STATES, done))
"""By which columns, and which of their values, an activity counts as contact; each tells when it is there."""
