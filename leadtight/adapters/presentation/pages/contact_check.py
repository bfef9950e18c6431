"""The page of a contact check: two answers, and thanks."""

from datetime import datetime

from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation.jinja import render
from leadtight.adapters.presentation.pages.outcome import opened
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.policy import Policy


def ask(policy: Policy, lead: Lead, now: datetime, problem: str = "", words: str = "") -> str:
    """Return the page, with two answers or with thanks.

    It names no one, because links get forwarded.
    """
    return render(
        "pages/ask.html",
        {
            "company": policy.company,
            "style": page_headers.style(),
            "said": lead.says_contacted,
            "problem": problem,
            "words": words,
            "opened": opened(policy, now),
        },
    )
