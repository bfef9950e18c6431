"""Raw reads and writes of a table's items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from leadtight.restore.comparison import Comparison, Item
from leadtight.restore.waiting import Waiting, code_of


class Items:
    """Scans tables, and carries refusals of contact over."""

    def __init__(self, dynamodb: Any, waiting: Waiting) -> None:
        """Take DynamoDB's client."""
        self._dynamodb = dynamodb
        self._waiting = waiting

    def scan(self, table: str, **options: Any) -> Iterator[Item]:
        """Yield every item of a table, or of its index.

        Reads of the table are consistent, page by page.
        """
        start: dict[str, Any] = {}
        reads = {"TableName": table, "ConsistentRead": "IndexName" not in options, **options}
        while True:
            page = self._page(reads | start)
            yield from page.get("Items", ())
            if not page.get("LastEvaluatedKey"):
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}

    def carry_over(self, target: str, since: Comparison, *, replace: bool) -> None:
        """Close what people closed, and list who was listed, since.

        Both only ever refuse contact, so neither can bring damage back. Rows of lists that are there stay, unless they
        are to be replaced.
        """
        for person, channels in sorted(since.opt_outs.items()):
            self._close(target, person, channels)
        for item in since.do_not_call:
            self.put(target, item, replace=replace)

    def put(self, target: str, item: Item, *, replace: bool) -> None:
        """Put an item, in place of another only to `replace`."""
        condition = {} if replace else {"ConditionExpression": "attribute_not_exists(pk)"}
        try:
            self._waiting.attempt(lambda: self._dynamodb.put_item(TableName=target, Item=dict(item), **condition))
        except ClientError as error:
            if code_of(error) != "ConditionalCheckFailedException":
                raise

    def _page(self, params: Mapping[str, Any]) -> Any:
        return self._waiting.attempt(lambda: self._dynamodb.scan(**params))

    def _close(self, target: str, person: str, channels: frozenset[str]) -> None:
        self._waiting.attempt(
            lambda: self._dynamodb.update_item(
                TableName=target,
                Key={"pk": {"S": person}, "sk": {"S": "PERSON"}},
                UpdateExpression="SET #kind = :kind ADD suppressed :closed",
                ExpressionAttributeNames={"#kind": "kind"},
                ExpressionAttributeValues={":kind": {"S": "person"}, ":closed": {"SS": sorted(channels)}},
            )
        )
