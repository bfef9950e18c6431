"""Show managers held deliveries behind a signed link.

They can release and discard them. Looking changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from leadtight.app.intake.bulk_settlement import BulkSettlement, BulkSettlementResult, GoOn, SettlementSelection
from leadtight.app.intake.quarantine import Quarantine
from leadtight.app.messaging.links import Links
from leadtight.domain.access.signed_links import LinkPurpose
from leadtight.domain.intake.quarantine import QuarantinedDelivery, Reason
from leadtight.domain.model.errors import LinkExpired, NotFound
from leadtight.domain.model.listing import unreadable_in
from leadtight.domain.policy.policy import Policy

SHOWN = 50
LOOKED_THROUGH = 200
"""Deliveries read for one page.

Within these, a flood comes after everything else that waits.
"""

DAYS_SHOWN = 2
"""Days of set-aside deliveries on the page.

Each day costs one call to the table.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineListing:
    """Deliveries that wait for a person, and those set aside.

    Waiting ones come oldest first; suspected spam and set-aside ones latest first. Each list may be cut at `SHOWN`;
    `unreadable` more are in none of them. At least `flooded` exceeded a rate limit: they come after those held for
    another reason.
    """

    person: str
    waiting: tuple[QuarantinedDelivery, ...]
    suspected: tuple[QuarantinedDelivery, ...]
    set_aside: tuple[QuarantinedDelivery, ...] = ()
    flooded: int = 0
    unreadable: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineDetail:
    """One held delivery with the bodies of its leads."""

    person: str
    held: QuarantinedDelivery
    reads_as: tuple[Mapping[str, Any], ...]


class QuarantineDesk:
    """The actions behind a quarantine link."""

    def __init__(self, policy: Policy, quarantine: Quarantine, links: Links) -> None:
        """Take the policy, the quarantine and who signs links."""
        self._policy = policy
        self._quarantine = quarantine
        self._together = BulkSettlement(quarantine)
        self._links = links

    def link(self, person_id: str, now: datetime) -> str:
        """Return a manager's quarantine link.

        Raises NotFound for anyone else.
        """
        if not self._policy.answers_for_leads(person_id):
            raise NotFound(f"{person_id!r} is neither a manager nor the catch-all person in the policy")
        return self._links.quarantine(person_id, now)

    def show(self, token: str, now: datetime) -> QuarantineListing:
        """Return the held deliveries.

        Raises InvalidLink for a link that we did not sign, LinkExpired for an old one.
        """
        person = self._person(token, now)
        waiting, suspected = self._quarantine.waiting(LOOKED_THROUGH), self._quarantine.suspected(SHOWN)
        others = [delivery for delivery in waiting if delivery.reason is not Reason.TOO_MANY]
        flooded = [delivery for delivery in waiting if delivery.reason is Reason.TOO_MANY]
        set_aside = self._quarantine.set_aside(now, SHOWN, DAYS_SHOWN)
        return QuarantineListing(
            person=person,
            waiting=tuple([*others, *flooded][:SHOWN]),
            flooded=len(flooded),
            suspected=suspected,
            set_aside=set_aside,
            unreadable=len(unreadable_in(waiting, suspected, set_aside)),
        )

    def show_whole(self, token: str, held_id: str, now: datetime) -> QuarantineDetail:
        """Return one delivery with everything that can be read.

        Raises what `show` raises, and NotFound.
        """
        person, delivery = self._person(token, now), self._quarantine.find(held_id)
        return QuarantineDetail(person=person, held=delivery, reads_as=self._quarantine.reads_as(delivery))

    def release(
        self, token: str, held_id: str, now: datetime, completed: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        """Release a delivery as a lead.

        Raises what `show` and `Quarantine.release` raise.
        """
        self._quarantine.release(held_id, self._person(token, now), now, completed)

    def discard(self, token: str, held_id: str, reason: str, now: datetime) -> None:
        """Discard a delivery as not a lead.

        Raises what `show` and `Quarantine.discard` raise.
        """
        self._quarantine.discard(held_id, self._person(token, now), reason, now)

    def release_all(self, token: str, until: datetime, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Release all deliveries over a rate limit, seen at `until`.

        Raises what `show` raises.
        """
        chosen = SettlementSelection(reason=Reason.TOO_MANY, until=until)
        return self._together.release(chosen, self._person(token, now), now, go_on)

    def discard_all(self, token: str, until: datetime, reason: str, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Discard all deliveries over a rate limit, seen at `until`.

        Raises what `show` and `discard` raise.
        """
        chosen = SettlementSelection(reason=Reason.TOO_MANY, until=until)
        return self._together.discard(chosen, self._person(token, now), reason, now, go_on)

    def reopen_all(self, token: str, now: datetime, go_on: GoOn) -> BulkSettlementResult:
        """Hold again what was discarded so. Raises what `show` raises."""
        self._person(token, now)
        return self._together.reopen(Reason.TOO_MANY, now, go_on)

    def _person(self, token: str, now: datetime) -> str:
        person = self._links.open(token, LinkPurpose.QUARANTINE, now).person
        if not self._policy.answers_for_leads(person):
            raise LinkExpired("You no longer have access to the quarantine.")
        return person
