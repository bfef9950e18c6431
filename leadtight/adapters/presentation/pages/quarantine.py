"""The quarantine page, with forms to release or discard deliveries."""

from dataclasses import dataclass

from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation import formatting, quarantine_view
from leadtight.adapters.presentation.jinja import render
from leadtight.app.intake.quarantine_desk import LOOKED_THROUGH, SHOWN, QuarantineDetail, QuarantineListing
from leadtight.domain.model.errors import InvalidInquiry, StaleSubmission
from leadtight.domain.policy.policy import Policy

DONE = {
    "release": "Released: this is now a lead.",
    "discard": "Discarded: this is not a lead.",
    "release_all": "Released: each of them is now a lead, or says below what it lacks.",
    "discard_all": "Discarded: none of them is a lead. They can all be restored for a week.",
    "reopen_all": "Held again: what was discarded in bulk is below.",
    "not_all": "Not all of them yet: there are too many for one go. Press the button again.",
}
ALL_AT_ONCE = ("release_all", "discard_all", "reopen_all")


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedDecision:
    """A decision on a delivery that was refused.

    `reason` is what was typed to discard it.
    """

    held_id: str
    error: InvalidInquiry | StaleSubmission
    reason: str | None = None


def quarantine(
    policy: Policy,
    listing: QuarantineListing,
    done: str = "",
    refused: RefusedDecision | None = None,
    seen_at: str = "",
) -> str:
    """Return the page, seen at `seen_at`.

    `done` is what the last press did, `refused` the decision that failed.
    """
    zone = policy.company.zone
    return render(
        "pages/quarantine.html",
        {
            "company": policy.company,
            "style": page_headers.style(),
            "person": policy.person_name(listing.person),
            "waiting": [quarantine_view.card(entry, zone) for entry in listing.waiting],
            "suspected": [quarantine_view.card(entry, zone) for entry in listing.suspected],
            "set_aside": [quarantine_view.card(entry, zone) for entry in listing.set_aside],
            "shown": SHOWN,
            "flooded": listing.flooded,
            "seen_at": seen_at,
            "may_be_more": listing.flooded >= LOOKED_THROUGH,
            "unreadable": formatting.entries(listing.unreadable),
            "done": DONE.get(done, ""),
            "refused": refused,
            "problem": _problem(refused),
        },
    )


def delivery(policy: Policy, detail: QuarantineDetail) -> str:
    """Return the page of one delivery with all its content."""
    return render(
        "pages/quarantined.html",
        {
            "company": policy.company,
            "style": page_headers.style(),
            "person": policy.person_name(detail.person),
            "held": quarantine_view.whole(detail.held, detail.reads_as, policy.company.zone),
            "is_open": detail.held.is_open,
            "is_set_aside": detail.held.is_set_aside,
            "refused": None,
        },
    )


def _problem(refused: RefusedDecision | None) -> str:
    if refused is None:
        return ""
    if isinstance(refused.error, StaleSubmission):
        return "This one has been decided in the meantime."
    return formatting.sentence("; ".join(problem.detail for problem in refused.error.problems))
