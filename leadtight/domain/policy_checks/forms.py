"""Checks of forms: settings and rate limits."""

from collections.abc import Iterator

from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.forms import Builder
from leadtight.domain.policy.policy import Policy


def check_forms(policy: Policy) -> Iterator[Problem]:
    """Yield form settings that the builder cannot support."""
    for name, form in policy.forms.items():
        if form.builder is Builder.HTML:
            continue
        settings = (
            ("rates.per_address", form.rates.per_address),
            ("challenge", form.challenge),
            ("min_fill_time", form.min_fill_time),
            ("honeypot", form.honeypot),
        )
        for key in (key for key, value in settings if value):
            yield Problem(f"forms.{name}.{key}", f"{form.builder} posts from its own servers: protect the form there")
