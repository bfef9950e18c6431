"""The console's light and dark colours, and its samples."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.devstage.console.app import STATIC
from leadtight.devstage.console.samples import sample
from leadtight.devstage.deployment import POLICY
from leadtight.policy import loader as policies
from tests.scenarios.world import World
from tests.unit.contrast import contrast

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        *(("ink", ground, 4.5) for ground in ("page", "card", "grey")),
        *(("soft", ground, 4.5) for ground in ("page", "card")),
        *(("accent", ground, 4.5) for ground in ("page", "card")),
        *((f"on-{tone}", tone, 4.5) for tone in ("accent", "tint", "amber", "red")),
        ("on-red", "card", 4.5),
        *((line, ground, 3.0) for line in ("field", "focus") for ground in ("page", "card")),
    ],
)
def test_colours_have_enough_contrast_by_day_and_night(text: str, ground: str, least: float) -> None:
    day_and_night = re.findall(r":root \{(.*?)\}", (STATIC / "console.css").read_text(), re.DOTALL)
    assert len(day_and_night) == 2
    for block in day_and_night:
        colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", block))
        assert contrast(colours[text], colours[ground]) >= least


@pytest.mark.parametrize("tier", ["hot", "warm"])
def test_a_sample_lands_in_its_tier_with_a_readable_address_and_number(tier: str) -> None:
    world, contacts = World(policy=policies.load(POLICY)), PhoneEmailNormalizer()
    for second in range(12):
        lead_sample = sample(tier, NOW + timedelta(seconds=second))
        lead = world.lead(
            world.receive(
                name=lead_sample.name, email=lead_sample.email, phone=lead_sample.phone, message=lead_sample.message
            )
        )
        assert lead.promise.tier == tier
        assert (lead.inquiry.email, lead.inquiry.flags) == (lead_sample.email, ())
        assert contacts.phone(lead_sample.phone, "DE")


def test_samples_differ_and_without_one_the_form_is_empty() -> None:
    assert sample("hot", NOW) != sample("hot", NOW + timedelta(seconds=1))
    assert sample("elsewhere", NOW).name == ""
