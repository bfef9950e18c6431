"""Tell a sender's leads from others at their number."""

from collections.abc import Iterable
from dataclasses import replace

from leadtight.app.ports.leads import LeadStore
from leadtight.domain.intake.identity_match import belongs_to, is_certainly_same
from leadtight.domain.model.identity import address, lookup_keys, private_keys
from leadtight.domain.model.inquiry import Inquiry
from leadtight.domain.model.lead import Lead

MOST_LOOKED_THROUGH = 25
"""Leads read of a shared number, latest first."""


def recent_ids(store: LeadStore, person_keys: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of the latest leads behind some keys."""
    return store.leads_of(person_keys)[-MOST_LOOKED_THROUGH:]


def leads_of_sender(store: LeadStore, inquiry: Inquiry, leads: list[Lead], *, is_chat: bool) -> list[Lead]:
    """Return which leads at the sender's contact points are theirs.

    Others may share the number. Where the latest lead of a number has another name, theirs may be an older one. A chat
    profile's name tells no people apart, nor does the name in an opt-out.
    """
    if all(is_certainly_same(lead.inquiry, inquiry) for lead in leads):
        return leads
    private = set(store.leads_of(private_keys(inquiry)))
    if theirs := [lead for lead in leads if _is_senders(lead, inquiry, private)]:
        return theirs
    others = set(store.leads_of(lookup_keys(inquiry))) - {lead.id for lead in leads}
    older = store.load_all(sorted(others)[-MOST_LOOKED_THROUGH:])
    if theirs := [lead for lead in older if _is_senders(lead, inquiry, private)]:
        return theirs
    nameless = replace(inquiry, name="") if is_chat else inquiry
    return [lead for lead in (*leads, *older) if belongs_to(lead.inquiry, nameless)]


def _is_senders(lead: Lead, inquiry: Inquiry, private: set[str]) -> bool:
    """Return whether a lead is the sender's.

    Its name says so, or an address or handle that nothing contradicts.
    """
    if is_certainly_same(lead.inquiry, inquiry):
        return True
    is_at_it_now = address(lead.inquiry) == address(inquiry)
    return lead.id in private and (not is_at_it_now or belongs_to(lead.inquiry, inquiry))
