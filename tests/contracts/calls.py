"""What is asked of DynamoDB, call by call, in words: which items, read how, written on which condition."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

Call = dict[str, Any]


@contextmanager
def recorded(client: Any) -> Iterator[list[str]]:
    """Collect the calls that a client makes inside."""
    calls: list[str] = []

    def note(**call: Any) -> None:
        calls.append(in_words(call["model"].name, json.loads(call["params"]["body"])))

    client.meta.events.register("before-call.dynamodb", note, unique_id="calls")
    try:
        yield calls
    finally:
        client.meta.events.unregister("before-call.dynamodb", unique_id="calls")


def in_words(operation: str, asked: Call) -> str:
    """Return a call as one line."""
    match operation:
        case "TransactWriteItems":
            return "transaction: " + "; ".join(_written(*next(iter(item.items()))) for item in asked["TransactItems"])
        case "BatchWriteItem":
            [requests] = asked["RequestItems"].values()
            return "batch: " + "; ".join(f"put {_row(request['PutRequest']['Item'])}" for request in requests)
        case "BatchGetItem":
            [of_table] = asked["RequestItems"].values()
            rows = " ".join(sorted(_row(key) for key in of_table["Keys"]))
            return f"get {rows}{_consistently(of_table)}"
        case "GetItem":
            return f"get {_row(asked['Key'])}{_consistently(asked)}"
        case "Query":
            return _queried(asked)
        case "Scan":
            return f"scan where {_condition(asked, 'FilterExpression')}{_consistently(asked)}"
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return _written(operation.removesuffix("Item"), asked)
    return operation


def _written(kind: str, asked: Call) -> str:
    row = _row(asked.get("Item") or asked["Key"])
    change = f" {_condition(asked, 'UpdateExpression')}" if "UpdateExpression" in asked else ""
    condition = _condition(asked, "ConditionExpression")
    return f"{kind.lower()} {row}{change}{f' if {condition}' if condition else ''}"


def _queried(asked: Call) -> str:
    where = _condition(asked, "KeyConditionExpression")
    which = "index" if asked.get("IndexName") else "table"
    order = "" if asked.get("ScanIndexForward", True) else ", latest first"
    filtered = ", filtered" if asked.get("FilterExpression") or asked.get("QueryFilter") else ""
    limit = f", {asked['Limit']} a page" if "Limit" in asked else ""
    return f"query {which} where {where}{order}{limit}{filtered}{_consistently(asked)}"


def _condition(asked: Call, name: str) -> str:
    """Return an expression with its names and without its values."""
    words = str(asked.get(name, ""))
    for placeholder, attribute in sorted(asked.get("ExpressionAttributeNames", {}).items(), reverse=True):
        words = re.sub(rf"{placeholder}\b", attribute, words)
    return re.sub(r":\d+", "?", words)


def _row(item: Call) -> str:
    partition, sort = item["pk"]["S"], item["sk"]["S"]
    return f"{partition.partition('#')[0]}/{sort.partition('#')[0]}"


def _consistently(asked: Call) -> str:
    return " consistently" if asked.get("ConsistentRead") else ""
