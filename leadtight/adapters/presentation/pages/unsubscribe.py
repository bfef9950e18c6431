"""The page behind the unsubscribe link: what it ends, a button, and that it has ended."""

from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation.jinja import render
from leadtight.app.compliance.unsubscribe import UnsubscribeLink
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.policy import Policy

_CALLED = {Channel.EMAIL: "e-mails", Channel.SMS: "text messages", Channel.VOICE: "automatic calls"}


def unsubscribe(policy: Policy, leaving: UnsubscribeLink) -> str:
    """Return the page: before, with its button; after, that it is done. It names no address: links get forwarded."""
    return render(
        "pages/unsubscribe.html",
        {
            "company": policy.company,
            "style": page_headers.style(),
            "messages": _CALLED[leaving.channel],
            "is_done": leaving.is_done,
        },
    )
