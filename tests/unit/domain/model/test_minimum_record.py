"""No lead is stored without a required field (A10, I3)."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from leadtight.domain.change import ChangeBuilder
from leadtight.domain.model.lead import Lead
from leadtight.domain.model.minimum_record import IncompleteLead, missing_fields
from leadtight.domain.model.stage import Stage
from tests.scenarios.world import World

OWNED = ("owner_id", "owned_since", "first_owner_id", "next_action")


def owned() -> Lead:
    world = World()
    return world.lead(world.receive())


def contacted() -> Lead:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "connected")
    return world.lead(lead_id)


def lost() -> Lead:
    world = World()
    lead_id = world.receive()
    world.press(lead_id, "lost", reason="price")
    return world.lead(lead_id)


def broken() -> Iterable[tuple[Lead, str, Any]]:
    yield from ((owned(), field, None) for field in OWNED)
    yield from ((contacted(), field, None) for field in (*OWNED, "last_contact_at"))
    yield lost(), "closed_at", None
    yield owned(), "source", ""


@pytest.mark.parametrize("lead", [owned(), contacted(), lost()], ids=["owned", "contacted", "lost"])
def test_lead_as_the_product_stores_it_is_whole(lead: Lead) -> None:
    assert missing_fields(lead) == ()


@pytest.mark.parametrize(("lead", "field", "value"), list(broken()))
def test_write_without_a_required_field_is_rejected(lead: Lead, field: str, value: Any) -> None:
    builder = ChangeBuilder(lead, replace(lead, **{field: value}), lead.received_at)
    with pytest.raises(IncompleteLead, match=rf"lead {lead.id} would be stored without {field}"):
        builder.build()


def test_closed_lead_with_something_due_is_rejected() -> None:
    lead = owned()
    closed = replace(lead, stage=Stage.LOST, closed_at=lead.received_at)
    with pytest.raises(IncompleteLead, match="without an empty next_action"):
        ChangeBuilder(lead, closed, lead.received_at).build()


def test_lead_of_an_older_version_can_still_be_changed() -> None:
    former = replace(lost(), closed_at=None)
    change = ChangeBuilder(former, replace(former, attempts=9), former.received_at).build()
    assert change.after.attempts == 9


def test_new_lead_needs_no_owner_yet() -> None:
    world = World(stream_down=True, sweeping=False)
    lead = world.lead(world.receive())
    assert lead.owner_id is None
    assert missing_fields(lead) == ()
