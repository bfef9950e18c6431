"""Read web forms, and the API's door, from the policy: every problem is named by its path."""

import re
from typing import Any

from leadtight import toml
from leadtight.domain.forms import Api, Builder, Challenge, ChallengeProvider, Form, Rates, Wording

_ORIGIN = re.compile(r"https?://[^/\s?#@]+")


FORM_RATES = Rates(per_address=20, per_source=500)
BUILDERS_RATES = Rates(per_source=500)
"""A builder's server posts for all visitors: its address tells nothing."""

API_RATES = Rates(per_address=100, per_source=1_000)
"""A server without a key sends the leads of many visitors."""


def form(name: str, table: toml.Table) -> Form:
    """Return the form that a table describes."""
    made_by = table.get("builder", builder, Builder.HTML)
    return Form(
        id=name,
        builder=made_by,
        thank_you_url=table.get("thank_you_url", toml.text, None),
        source=table.get("source", toml.text, "web_form"),
        fields=table.get("fields", toml.text_map, {}),
        consent=_wording(table.table("consent")),
        origins=table.get("origins", origins, ()),
        honeypot=table.get("honeypot", toml.text, None),
        min_fill_time=table.get("min_fill_time", toml.span, None),
        rates=_rates(table.table("rates"), FORM_RATES if made_by is Builder.HTML else BUILDERS_RATES),
        challenge=_challenge(table.table("challenge")) if table.has("challenge") else None,
        keep_files=table.get("keep_files", toml.flag, False),
    )


def api(table: toml.Table) -> Api:
    """Return what holds of `POST /leads`."""
    with table.closed():
        return Api(
            origins=table.get("origins", origins, ()),
            sources=table.get("sources", toml.texts, ()),
            rates=_rates(table.table("rates"), API_RATES),
        )


def _wording(table: toml.Table) -> Wording:
    with table.closed():
        return Wording(
            sms=table.get("sms", toml.text, ""),
            marketing_email=table.get("marketing_email", toml.text, ""),
            marketing_sms=table.get("marketing_sms", toml.text, ""),
            marketing_voice=table.get("marketing_voice", toml.text, ""),
            url=table.get("url", toml.text, ""),
        )


def _rates(table: toml.Table, usual: Rates) -> Rates:
    with table.closed():
        return Rates(
            per_address=table.get("per_address", limit, usual.per_address),
            per_source=table.get("per_source", limit, usual.per_source),
            within=table.get("within", toml.span, usual.within),
        )


def _challenge(table: toml.Table) -> Challenge:
    with table.closed():
        return Challenge(
            provider=table.need("provider", challenge_provider, ChallengeProvider.TURNSTILE),
            verify_url=table.get("verify_url", toml.text, None),
        )


def builder(value: Any) -> Builder:
    """Read who builds a form."""
    return toml.one_of(Builder, value)


def challenge_provider(value: Any) -> ChallengeProvider:
    """Read whose challenge stands beside a form."""
    return toml.one_of(ChallengeProvider, value)


def limit(value: Any) -> int:
    """Read how many are taken: at least one."""
    if not (number := toml.count(value)):
        raise ValueError("must be a whole number, 1 or more")
    return number


def origins(value: Any) -> tuple[str, ...]:
    """Read the origins of web sites, as browsers send them: scheme, host and perhaps a port, nothing after."""
    given = toml.texts(value)
    for one in given:
        if not _ORIGIN.fullmatch(one) or one != one.lower():
            raise ValueError(f"must be an origin such as https://www.example.com, in lower case: {one!r}")
    return given
