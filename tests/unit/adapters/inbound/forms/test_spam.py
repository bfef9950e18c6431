"""Suspected spam is held, listed and released by a person.

Its sender sees the usual page.
"""

import json
from datetime import timedelta

import pytest

from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.errors import FetchFailed, FetchRefused, InvalidInquiry
from leadtight.domain.model.message import Template
from leadtight.domain.policy.forms import Api, Builder, Challenge, ChallengeProvider, FormLimits
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy_checks.checks import check_policy
from tests.unit.adapters.inbound.forms.conftest import ADA, Site

TURNSTILE = Challenge(provider=ChallengeProvider.TURNSTILE)
ANSWERED = {**ADA, "cf-turnstile-response": "a token"}


def person(number: int) -> dict[str, str]:
    return {**ADA, "email": f"ada{number}@example.com"}


def test_a_filled_in_honeypot_is_held_and_the_sender_sees_the_same_page(site: Site) -> None:
    site.show(honeypot="website")
    honest, spam = site.post({**ADA, "website": ""}), site.post({**person(2), "website": "http://spam.example"})
    assert spam == honest
    assert spam["statusCode"] == 303
    [delivery] = site.quarantine.suspected(9)
    assert (delivery.reason, delivery.detail) == (Reason.SPAM, "the hidden field website was filled in")
    assert site.quarantine.waiting(9) == (), "a flood of spam must not hide other deliveries"
    [lead_id] = site.lead_ids()
    assert "website" not in site.lead(lead_id).inquiry.fields
    assert [m.permission.address for m in site.mailer.sent if m.permission.purpose is Template.ACKNOWLEDGE] == [
        "ada@example.com"
    ]


def test_a_released_one_is_an_ordinary_lead_and_a_discarded_one_is_none(site: Site) -> None:
    site.show(honeypot="website")
    site.post({**ADA, "website": "https://obi.example"})
    site.post({**person(2), "website": "x"})
    real, spam = sorted(site.quarantine.suspected(9), key=lambda delivery: delivery.id)
    site.advance(hours=2)
    site.quarantine.release(real.id, "mia", site.now)
    site.quarantine.discard(spam.id, "mia", "an advert", site.now)
    site.run_stream()
    [lead_id] = site.lead_ids()
    lead = site.lead(lead_id)
    assert (lead.inquiry.email, lead.source, lead.form) == ("ada@example.com", "web_form", "contact")
    assert lead.owner_id
    assert len(site.mails(lead_id, Template.ACKNOWLEDGE)) == 1
    assert site.quarantine.suspected(9) == ()


@pytest.mark.parametrize(("took", "is_held"), [("900", True), ("2999.9", True), ("3000", False), ("", False)])
def test_a_form_filled_in_too_fast_is_held(site: Site, took: str, is_held: bool) -> None:
    site.show(min_fill_time=timedelta(seconds=3))
    site.post({**ADA, "fill_ms": took})
    assert [bool(site.quarantine.suspected(9)), bool(site.lead_ids())] == [is_held, not is_held]


@pytest.mark.parametrize("took", [None, "soon", "-5", "٣", "9" * 50, "NaN", "<b>"])
def test_an_invalid_timing_is_ignored(site: Site, took: str | None) -> None:
    site.show(min_fill_time=timedelta(seconds=3))
    site.post({**ADA, **({} if took is None else {"fill_ms": took})})
    assert len(site.lead_ids()) == 1


def test_one_address_has_a_limit_of_leads_in_a_window_and_further_ones_are_held(site: Site) -> None:
    site.show(rates=FormLimits(per_address=2, within=timedelta(minutes=10)))
    answers = [site.post(person(number)) for number in range(4)]
    assert [a["statusCode"] for a in answers] == [303] * 4
    assert len(site.lead_ids()) == 2
    assert [delivery.reason for delivery in site.quarantine.waiting(9)] == [Reason.TOO_MANY] * 2
    site.post(person(7), address="192.0.2.77")
    assert len(site.lead_ids()) == 3
    site.advance(minutes=10)
    site.post(person(8))
    assert len(site.lead_ids()) == 4
    site.quarantine.replay("form:contact", "mia", site.now)
    assert len(site.lead_ids()) == 6, "released leads are not counted"


def test_a_network_of_addresses_counts_as_one_visitor(site: Site) -> None:
    site.show(rates=FormLimits(per_address=1))
    for number in range(3):
        site.post(person(number), address=f"2001:db8:1:2::{number}")
    assert len(site.lead_ids()) == 1
    site.post(person(9), address="2001:db8:1:3::1")
    assert len(site.lead_ids()) == 2


def test_a_form_has_a_limit_for_all_visitors_together(site: Site) -> None:
    site.show(rates=FormLimits(per_source=3))
    for number in range(5):
        site.post(person(number), address=f"192.0.2.{number}")
    assert (len(site.lead_ids()), len(site.quarantine.waiting(9))) == (3, 2)


def test_a_repeated_post_does_not_count_again(site: Site) -> None:
    site.show(rates=FormLimits(per_address=2))
    for _ in range(5):
        site.post(ADA)
    site.post(person(2))
    assert (len(site.lead_ids()), site.quarantine.waiting(9)) == (2, ())


def test_api_leads_are_counted_by_listed_source_and_held_above_the_limit(site: Site) -> None:
    site.show(api=Api(rates=FormLimits(per_source=1), sources=("crm", "ads")))
    answers = [site.send({**person(n), "source": source}) for n, source in enumerate(("crm", "crm", "ads"))]
    assert [json.loads(a["body"])["status"] for a in answers] == ["created", "held", "created"]
    [delivery] = site.quarantine.waiting(9)
    site.quarantine.release(delivery.id, "mia", site.now)
    assert len(site.lead_ids()) == 3
    assert site.lead(site.lead_ids()[-1]).source == "crm"


def test_an_address_stored_only_for_counting_is_not_in_clear_text(site: Site) -> None:
    site.show(rates=FormLimits(per_address=1), honeypot="website")
    for number in range(3):
        site.post(person(number), address="198.51.100.9")
    site.post({**person(4), "website": "x"}, address="198.51.100.9")
    stored = repr(vars(site.table))
    assert "198.51.100" not in stored


def test_a_passed_challenge_is_a_lead_and_the_secret_goes_only_to_its_provider(site: Site) -> None:
    site.show(challenge=TURNSTILE)
    site.post(ANSWERED)
    [(url, params)] = site.requests
    assert url == "https://challenges.cloudflare.com/turnstile/v0/siteverify"
    assert (params["secret"], params["response"]) == ("a secret", "a token")
    [lead_id] = site.lead_ids()
    assert site.lead(lead_id).inquiry.fields == {}


def test_a_repeated_form_is_verified_once_and_another_with_its_token_is_not(site: Site) -> None:
    site.show(challenge=TURNSTILE)
    for fields in (ANSWERED, ANSWERED, {**ANSWERED, "message": "buy"}):
        site.post(fields)
    first, again, other = (params["idempotency_key"] for _, params in site.requests)
    assert first == again != other


def test_the_verifiers_address_is_configurable(site: Site) -> None:
    site.show(challenge=Challenge(provider=ChallengeProvider.HCAPTCHA, verify_url="https://verify.example/v"))
    site.post({**ADA, "h-captcha-response": "a token"})
    assert [url for url, _ in site.requests] == ["https://verify.example/v"]
    assert len(site.lead_ids()) == 1


@pytest.mark.parametrize("fields", [ADA, {**ADA, "cf-turnstile-response": " "}])
def test_an_unanswered_challenge_is_suspected_without_a_request(site: Site, fields: dict[str, str]) -> None:
    site.show(challenge=TURNSTILE)
    site.post(fields)
    assert (site.requests, [delivery.reason for delivery in site.quarantine.suspected(9)]) == ([], [Reason.SPAM])


@pytest.mark.parametrize(
    ("verdict", "reason"),
    [
        (b'{"success": false, "error-codes": ["invalid-input-response"]}', Reason.SPAM),
        (b'{"success": false}', Reason.SPAM),
        (b'{"success": false, "error-codes": ["invalid-input-secret"]}', Reason.UNVERIFIED),
        (b'{"success": false, "error-codes": ["internal-error"]}', Reason.UNVERIFIED),
        (b'{"success": "yes"}', Reason.UNVERIFIED),
        (b"[]", Reason.UNVERIFIED),
        (b"<html>", Reason.UNVERIFIED),
        (b"\xff", Reason.UNVERIFIED),
        (FetchFailed("no answer"), Reason.UNVERIFIED),
        (FetchRefused("answered 404"), Reason.UNVERIFIED),
    ],
)
def test_any_verdict_shows_the_sender_the_same_page_and_loses_nothing(
    site: Site, verdict: bytes | Exception, reason: Reason
) -> None:
    site.show(challenge=TURNSTILE)
    site.said = verdict
    assert site.post(ANSWERED)["statusCode"] == 303
    [delivery] = (*site.quarantine.waiting(9), *site.quarantine.suspected(9))
    assert delivery.reason is reason
    assert "a token" not in delivery.content
    site.quarantine.release(delivery.id, "mia", site.now)
    assert len(site.lead_ids()) == 1


def test_a_challenge_without_its_secret_is_held(site: Site) -> None:
    site.show(challenge=TURNSTILE)
    site.keys = {}
    site.post(ANSWERED)
    assert [delivery.reason for delivery in site.quarantine.waiting(9)] == [Reason.UNVERIFIED]


def test_settings_that_a_builders_server_cannot_support_are_refused_by_path(site: Site) -> None:
    site.show(builder=Builder.WUFOO, honeypot="x", challenge=TURNSTILE, rates=FormLimits(per_address=1))
    assert problems(site.policy) == ["rates.per_address", "challenge", "honeypot"]
    site.show(honeypot="x", challenge=TURNSTILE, rates=FormLimits(per_address=1))
    assert problems(site.policy) == []


def problems(policy: Policy) -> list[str]:
    return [p.field.removeprefix("forms.contact.") for p in check_policy(policy) if p.field.startswith("forms.")]


def test_a_post_without_a_contact_is_reported_to_its_sender_and_not_held(site: Site) -> None:
    answer = site.post({"message": "hello"})
    assert (answer["statusCode"], site.quarantine.waiting(9)) == (422, ())
    with pytest.raises(InvalidInquiry):
        site.quarantine.discard("none", "mia", " ", site.now)
