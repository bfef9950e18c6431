"""Genuine visitors during a flood of form posts.

They still get an owner, a promise and a reply.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from leadtight.domain.intake.quarantine import Reason
from leadtight.domain.model.message import Template
from leadtight.domain.policy.forms import API_RATES, FORM_RATES, Api, Builder, FormLimits
from leadtight.policy.loader import load, shipped
from tests.unit.adapters.inbound.forms.conftest import Site

pytestmark = pytest.mark.slow

Post = tuple[dict[str, str], str]
GENUINE = 20
POLICIES = Path(__file__).parents[5] / "docs" / "policies"


def spam(number: int, message: str = "") -> dict[str, str]:
    return {"name": f"N {number}", "email": f"victim{number}@example.org", "message": message or f"offer {number}"}


def from_25_networks(count: int) -> Iterator[Post]:
    for number in range(count):
        yield spam(number), f"2001:db8:{number % 25:x}:{number % 25:x}::{number:x}"


def from_many_networks_of_one_site(count: int) -> Iterator[Post]:
    for number in range(count):
        yield spam(number), f"2001:db8:aaaa:{number:x}::1"


def from_one_address(count: int) -> Iterator[Post]:
    for number in range(count):
        yield spam(number), "203.0.113.9"


def from_addresses_of_one_network(count: int) -> Iterator[Post]:
    for number in range(count):
        yield spam(number), f"203.0.113.{number % 250}"


def with_one_text_from_everywhere(count: int) -> Iterator[Post]:
    words = "Dear owner we rank your web site first, only {} euros, answer today"
    for number in range(count):
        yield spam(number, words.format(number)), f"2001:db8:{number:x}::1"


def for_one_person_from_everywhere(count: int) -> Iterator[Post]:
    for number in range(count):
        yield {**spam(number), "email": "victim@example.org"}, f"2001:db8:{number:x}::1"


def with_a_link_from_everywhere(count: int) -> Iterator[Post]:
    for number in range(count):
        yield spam(number, f"see https://spam.example/{number}"), f"2001:db8:{number:x}::1"


SHAPES = [
    from_25_networks,
    from_many_networks_of_one_site,
    from_one_address,
    from_addresses_of_one_network,
    with_one_text_from_everywhere,
    for_one_person_from_everywhere,
    with_a_link_from_everywhere,
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("seconds_apart", [0, 5], ids=["at once", "a slow drip"])
def test_genuine_visitors_during_a_flood_get_an_owner_and_a_reply(
    site: Site, shape: Callable[[int], Iterator[Post]], seconds_apart: int
) -> None:
    site.show(rates=FormLimits(per_address=20, per_source=100))
    for number, (fields, address) in enumerate(shape(150)):
        site.post(fields, address=address)
        if seconds_apart and number % 10 == 0:
            site.advance(seconds=seconds_apart * 10)
    for number in range(GENUINE):
        visitor = {"name": f"Ada {number}", "email": f"ada{number}@example.com", "message": "Please call me today"}
        site.post(visitor, address=f"198.51.100.{number + 1}")
    theirs = {lead.inquiry.email: lead for lead in map(site.lead, site.lead_ids())}
    for number in range(GENUINE):
        lead = theirs[f"ada{number}@example.com"]
        assert lead.owner_id, "an owner"
        assert lead.clocks, "a promise that runs"
        assert len(site.mails(lead.id, Template.ACKNOWLEDGE)) == 1, "and a reply"
    flooded = len(theirs) - GENUINE
    assert flooded <= (105 if shape is with_one_text_from_everywhere else 101)
    deliveries = site.quarantine.waiting(999)
    assert {each.reason for each in deliveries} <= {Reason.TOO_MANY}
    joined = 150 if shape is for_one_person_from_everywhere else flooded + len(deliveries)
    assert joined == 150, "nothing is dropped"


def test_visitors_with_a_prefilled_message_are_served_during_a_flood_up_to_a_twentieth_of_the_limit(
    site: Site,
) -> None:
    site.show(rates=FormLimits(per_address=20, per_source=100))
    for fields, address in with_one_text_from_everywhere(150):
        site.post(fields, address=address)
    served = len(site.lead_ids())
    filled_in = "Please send me more information about the flat in Example Street 12"
    for number in range(6):
        site.post({**spam(1_000 + number), "message": filled_in}, address=f"198.51.100.{number + 1}")
    assert len(site.lead_ids()) - served == 5
    assert "the rate limit for its words is exceeded" in site.quarantine.waiting(999)[-1].detail


def test_a_visitor_impersonated_by_a_flood_is_a_lead_when_they_write_themselves(site: Site) -> None:
    site.show(api=Api(rates=FormLimits(per_address=20, per_source=1)))
    site.send(spam(0), address="2001:db8:f::1")
    in_her_name = {"name": "Vic Tim", "email": "ada@example.com", "phone": "+4930901820", "message": "Garden, please"}
    site.send(in_her_name, address="2001:db8:1::1")
    hers = {"name": "Ada Obi", "email": "ada@example.com", "phone": "+4930901821", "message": "Call me"}
    answer = json.loads(site.send(hers, address="198.51.100.1")["body"])
    assert answer["status"] in ("created", "merged")


def test_the_reason_names_what_was_repeated(site: Site) -> None:
    site.show(rates=FormLimits(per_source=1))
    site.post(spam(1), address="203.0.113.9")
    site.post(spam(2), address="203.0.113.9")
    [delivery] = site.quarantine.waiting(9)
    assert delivery.detail == ("the form's rate limit is exceeded, and the rate limit for its address is exceeded")


def test_one_form_over_its_limit_does_not_affect_the_api(site: Site) -> None:
    site.show(rates=FormLimits(per_source=1), api=Api(rates=FormLimits(per_source=1)))
    for number in range(3):
        site.post(spam(number), address="203.0.113.9")
    assert json.loads(site.send(spam(7), address="203.0.113.9")["body"])["status"] == "created"


def test_an_address_is_counted_under_any_source_it_names(site: Site) -> None:
    site.show(api=Api(rates=FormLimits(per_address=2), sources=("crm",)))
    answers = [site.send({**spam(n), "source": source}) for n, source in enumerate(("crm", "ads", "a", "b"))]
    assert [json.loads(answer["body"])["status"] for answer in answers] == ["created", "created", "held", "held"]


def test_unlisted_sources_are_counted_as_one(site: Site) -> None:
    site.show(api=Api(rates=FormLimits(per_source=2)))
    sent = [{**spam(n, "see www.spam.example"), "source": f"s{n}"} for n in range(4)]
    answers = [site.send(body, address=f"2001:db8:{n}::1") for n, body in enumerate(sent)]
    assert [json.loads(answer["body"])["status"] for answer in answers] == ["created", "created", "held", "held"]


@pytest.mark.parametrize("name", ["x_forwarded_for", "forwarded", "x_real_ip", "cf_connecting_ip", "true_client_ip"])
def test_a_header_written_by_the_caller_is_not_an_address(site: Site, name: str) -> None:
    site.show(rates=FormLimits(per_address=1), api=Api(rates=FormLimits(per_address=1)))
    for number in range(3):
        site.post(spam(number), address="203.0.113.9", **{name: f"198.51.100.{number}"})
        site.send(spam(10 + number), address="203.0.113.9", **{name: f"198.51.100.{number}"})
    assert len(site.lead_ids()) == 2


def test_ipv4_in_ipv6_is_the_ipv4_address(site: Site) -> None:
    site.show(rates=FormLimits(per_address=1))
    for number, address in enumerate(("203.0.113.9", "::ffff:203.0.113.9", "::ffff:cb00:7109")):
        site.post(spam(number), address=address)
    assert len(site.lead_ids()) == 1


def test_behind_our_own_proxy_addresses_are_not_counted(site: Site) -> None:
    site.show(rates=FormLimits(per_address=3, per_source=3))
    for number in range(6):
        site.post(spam(number), address="10.0.0.1")
    assert len(site.lead_ids()) == 6


def test_the_next_window_starts_from_zero(site: Site) -> None:
    site.show(rates=FormLimits(per_source=1, within=timedelta(minutes=10)))
    for number in range(2):
        site.post(spam(number))
        site.advance(minutes=10)
    assert len(site.lead_ids()) == 2


def test_a_policy_without_limits_gets_the_defaults() -> None:
    assert load(POLICIES / "renovation.toml").api.rates == API_RATES
    assert shipped().forms["contact"].rates == FORM_RATES


def test_over_the_limit_a_network_is_recognised_by_any_of_its_addresses_and_another_is_new(site: Site) -> None:
    site.show(rates=FormLimits(per_address=5, per_source=6))
    for number in range(6):
        site.post(spam(number), address=f"2001:db8:7:{number:x}::1")
    site.post(spam(7), address="2001:db8:7:99::1")
    assert len(site.quarantine.waiting(9)) == 1
    site.post(spam(8), address="2001:db8:8:99::1")
    site.post(spam(9), address="203.0.113.9")
    assert len(site.lead_ids()) == 8


def test_households_sharing_an_ipv4_network_are_not_a_flood(site: Site) -> None:
    site.show(rates=FormLimits(per_address=5, per_source=20))
    for number in range(20):
        site.post(spam(number), address=f"2001:db8:{number:x}::1")
    for number in range(6):
        site.post(spam(100 + number), address=f"203.0.113.{number}")
    assert (len(site.lead_ids()), len(site.quarantine.waiting(9))) == (24, 2), "a fifth of the form's limit"


def test_a_builders_server_is_not_counted_as_one_visitor(site: Site) -> None:
    site.show(builder=Builder.ELEMENTOR, rates=FormLimits(per_address=1))
    for name in ("ada", "bo", "cy"):
        site.post({"email": f"{name}@example.com", "message": f"{name} asks for a roof"}, address="203.0.113.9")
    assert len(site.lead_ids()) == 3
