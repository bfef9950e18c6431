"""The pages of intake, without a template engine.

A visitor would wait for its cold start.
"""

from collections.abc import Iterable

from leadtight.adapters.http.page_headers import style
from leadtight.domain.model.errors import Problem


def thanks(company_name: str, *, lacks_address: bool = False) -> str:
    """Return the page of thanks, for forms without their own."""
    return _page(
        "Thank you",
        f'<p class="company">{_escaped(company_name)}</p><h1>Thank you</h1>{_LACKS if lacks_address else _ARRIVED}',
    )


_ARRIVED = (
    "<p>Your message has arrived. Someone from our team will get in touch with you.</p>"
    "<p>If you gave an e-mail address, a confirmation is on its way to it.</p>"
)
_LACKS = (
    '<div class="problems" role="alert"><p><strong>Your message has arrived, but we cannot answer it:</strong> we could'
    " not read an e-mail address or a phone number in it.</p></div>"
    "<p>Please go back in your browser, check both, and send it again.</p>"
)


def form_problems(problems: Iterable[Problem]) -> str:
    """Return the page that lists what to correct.

    The browser's back button keeps what was typed.
    """
    items = "".join(f"<li><strong>{_escaped(_field(p.field))}</strong>: {_escaped(p.detail)}</li>" for p in problems)
    return _page(
        "Something is missing",
        f'<div class="problems" role="alert"><h1>Please check your message</h1><ul>{items}</ul></div>'
        "<p>Nothing was sent. Go back in your browser: what you typed should still be there.</p>",
    )


def form_too_large() -> str:
    """Return the page for a form over the size limit."""
    return _page(
        "That was too large",
        '<div class="problems" role="alert"><h1>Your message is too large</h1>'
        "<p>The limit is 64 KB of text, and 4 MB with all files. Nothing was sent.</p></div>"
        "<p>Go back in your browser: what you typed should still be there. Choose smaller files, or send the form "
        "without them and say in your message that you have them.</p>",
    )


def _escaped(text: str) -> str:
    from html import escape  # imported here: its tables slow down every cold start

    return escape(text)


def _field(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _page(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">'
        f"<title>{_escaped(title)}</title><style>{style()}</style></head>"
        f'<body><main><section class="card">{body}</section></main></body></html>'
    )
