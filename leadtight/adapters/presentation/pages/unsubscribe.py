"""The page of an unsubscribe link, before and after."""

from leadtight.adapters.http import page_headers
from leadtight.adapters.presentation.jinja import render
from leadtight.app.compliance.unsubscribe import UnsubscribeLink
from leadtight.domain.model.message import Channel
from leadtight.domain.policy.policy import Policy

_CALLED = {Channel.EMAIL: "e-mails", Channel.SMS: "text messages", Channel.VOICE: "automatic calls"}


def unsubscribe(policy: Policy, leaving: UnsubscribeLink) -> str:
    """Return the page, with its button or a confirmation.

    It names no address, because links get forwarded.
    """
    return render(
        "pages/unsubscribe.html",
        {
            "company": policy.company,
            "style": page_headers.style(),
            "messages": _CALLED[leaving.channel],
            "is_done": leaving.is_done,
        },
    )
