"""Copies of leads that only the former table has."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from leadtight.adapters.dynamodb import keys
from leadtight.restore.comparison import Item, kind_of
from leadtight.restore.items import Items
from leadtight.restore.verification import readable_lead
from leadtight.restore.waiting import Waiting, code_of

ABSENT = "attribute_not_exists(pk)"


class LeadCopier:
    """Copies leads with all that belongs to them.

    That is their history and messages, their people's keys and consents, and the guards that recognise a repetition.
    """

    def __init__(self, dynamodb: Any, items: Items, waiting: Waiting) -> None:
        """Take DynamoDB's client."""
        self._dynamodb = dynamodb
        self._items = items
        self._waiting = waiting

    def copy(self, former: str, target: str, lead_ids: frozenset[str]) -> None:
        """Copy leads; rows that are there stay.

        The row of a lead is its last, so a lead that is there is complete.
        """
        leads: list[Item] = []
        for item in self._items.scan(former) if lead_ids else ():
            if kind_of(item) == "person":
                self._link(target, item, lead_ids & {*item.get("lead_ids", {}).get("SS", ())})
            elif _lead_of(item) in lead_ids:
                leads += [item] if item["sk"]["S"] == keys.LEAD_SK else []
                if item["sk"]["S"] != keys.LEAD_SK:
                    self._items.put(target, item, replace=False)
        for item in leads:
            self._complete(target, item)

    def _link(self, target: str, person: Item, lead_ids: frozenset[str]) -> None:
        """Let a person's key lead to their copied leads."""
        if not lead_ids:
            return
        self._call(
            "update_item",
            TableName=target,
            Key={"pk": person["pk"], "sk": person["sk"]},
            UpdateExpression="SET #kind = :kind, latest = :latest ADD lead_ids :leads",
            ExpressionAttributeNames={"#kind": "kind"},
            ExpressionAttributeValues={
                ":kind": {"S": "person"},
                ":latest": person.get("latest", {"S": max(lead_ids)}),
                ":leads": {"SS": sorted(lead_ids)},
            },
        )

    def _complete(self, target: str, item: Item) -> None:
        """Put a lead's row and count it, or neither."""
        writes = [{"Put": {"TableName": target, "Item": dict(item), "ConditionExpression": ABSENT}}]
        writes += ({"Update": {"TableName": target, **count}} for count in _counts(item))
        try:
            self._call("transact_write_items", TransactItems=writes)
        except ClientError as error:
            if code_of(error) != "TransactionCanceledException" or not _is_there(error):
                raise

    def _call(self, operation: str, **params: Any) -> Any:
        return self._waiting.attempt(lambda: getattr(self._dynamodb, operation)(**params))


def _lead_of(item: Item) -> str | None:
    """Return the lead that a row belongs to, if any."""
    partition, sort = item["pk"]["S"], item["sk"]["S"]
    if partition.startswith("LEAD#"):
        return str(partition.removeprefix("LEAD#"))
    if "lead_id" in item:  # a guard, or a provider's id
        return str(item["lead_id"]["S"])
    if sort.startswith(keys.CONSENT_PREFIX):
        return str(json.loads(item["doc"]["S"]).get("lead_id"))
    return None


def _counts(item: Item) -> Iterator[dict[str, Any]]:
    """Yield the update of the owner's count of open leads."""
    for lead in readable_lead(item):
        if lead.owner_id and lead.is_open and lead.counts_to_cap:
            yield _one_more(lead.owner_id)


def _one_more(owner_id: str) -> dict[str, Any]:
    return {
        "Key": {"pk": {"S": keys.owner(owner_id)}, "sk": {"S": keys.OWNER_SK}},
        "UpdateExpression": "SET #kind = :kind, gsi1pk = :owners, gsi1sk = :id ADD open_leads :one",
        "ExpressionAttributeNames": {"#kind": "kind"},
        "ExpressionAttributeValues": {
            ":kind": {"S": "owner"},
            ":owners": {"S": keys.OWNERS},
            ":id": {"S": owner_id},
            ":one": {"N": "1"},
        },
    }


def _is_there(error: ClientError) -> bool:
    """Return whether a transaction failed since the lead is there."""
    reasons = [reason.get("Code") for reason in error.response.get("CancellationReasons", [])]
    return reasons[:1] == ["ConditionalCheckFailed"]
