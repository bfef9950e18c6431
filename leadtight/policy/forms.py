"""Read web forms, and the API's door, from the policy: every problem is named by its path."""

import re
from typing import Any

from leadtight.domain.policy.forms import Api, Builder, Challenge, ChallengeProvider, Form, Rates, Wording
from leadtight.policy import toml_table

_ORIGIN = re.compile(r"https?://[^/\s?#@]+")


FORM_RATES = Rates(per_address=20, per_source=500)
BUILDERS_RATES = Rates(per_source=500)
"""A builder's server posts for all visitors: its address tells nothing."""

API_RATES = Rates(per_address=100, per_source=1_000)
"""A server without a key sends the leads of many visitors."""


def form(name: str, table: toml_table.Table) -> Form:
    """Return the form that a table describes."""
    made_by = table.get("builder", builder, Builder.HTML)
    return Form(
        id=name,
        builder=made_by,
        thank_you_url=table.get("thank_you_url", toml_table.text, None),
        source=table.get("source", toml_table.text, "web_form"),
        fields=table.get("fields", toml_table.text_map, {}),
        consent=_wording(table.table("consent")),
        origins=table.get("origins", origins, ()),
        honeypot=table.get("honeypot", toml_table.text, None),
        min_fill_time=table.get("min_fill_time", toml_table.span, None),
        rates=_rates(table.table("rates"), FORM_RATES if made_by is Builder.HTML else BUILDERS_RATES),
        challenge=_challenge(table.table("challenge")) if table.has("challenge") else None,
        keep_files=table.get("keep_files", toml_table.flag, False),
    )


def api(table: toml_table.Table) -> Api:
    """Return what holds of `POST /leads`."""
    with table.closed():
        return Api(
            origins=table.get("origins", origins, ()),
            sources=table.get("sources", toml_table.texts, ()),
            rates=_rates(table.table("rates"), API_RATES),
        )


def _wording(table: toml_table.Table) -> Wording:
    with table.closed():
        return Wording(
            sms=table.get("sms", toml_table.text, ""),
            marketing_email=table.get("marketing_email", toml_table.text, ""),
            marketing_sms=table.get("marketing_sms", toml_table.text, ""),
            marketing_voice=table.get("marketing_voice", toml_table.text, ""),
            url=table.get("url", toml_table.text, ""),
        )


def _rates(table: toml_table.Table, usual: Rates) -> Rates:
    with table.closed():
        return Rates(
            per_address=table.get("per_address", limit, usual.per_address),
            per_source=table.get("per_source", limit, usual.per_source),
            within=table.get("within", toml_table.span, usual.within),
        )


def _challenge(table: toml_table.Table) -> Challenge:
    with table.closed():
        return Challenge(
            provider=table.need("provider", challenge_provider, ChallengeProvider.TURNSTILE),
            verify_url=table.get("verify_url", toml_table.text, None),
        )


def builder(value: Any) -> Builder:
    """Read who builds a form."""
    return toml_table.one_of(Builder, value)


def challenge_provider(value: Any) -> ChallengeProvider:
    """Read whose challenge stands beside a form."""
    return toml_table.one_of(ChallengeProvider, value)


def limit(value: Any) -> int:
    """Read how many are taken: at least one."""
    if not (number := toml_table.count(value)):
        raise ValueError("must be a whole number, 1 or more")
    return number


def origins(value: Any) -> tuple[str, ...]:
    """Read the origins of web sites, as browsers send them: scheme, host and perhaps a port, nothing after."""
    given = toml_table.texts(value)
    for one in given:
        if not _ORIGIN.fullmatch(one) or one != one.lower():
            raise ValueError(f"must be an origin such as https://www.example.com, in lower case: {one!r}")
    return given
