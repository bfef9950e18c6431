"""DynamoDB calls in words: items, kind of read, conditions."""

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


def in_words(operation: str, params: Call) -> str:
    """Return a call as one line."""
    match operation:
        case "TransactWriteItems":
            return "transaction: " + "; ".join(_written(*next(iter(item.items()))) for item in params["TransactItems"])
        case "BatchWriteItem":
            [requests] = params["RequestItems"].values()
            return "batch: " + "; ".join(f"put {_row(request['PutRequest']['Item'])}" for request in requests)
        case "BatchGetItem":
            [of_table] = params["RequestItems"].values()
            rows = " ".join(sorted(_row(key) for key in of_table["Keys"]))
            return f"get {rows}{_consistently(of_table)}"
        case "GetItem":
            return f"get {_row(params['Key'])}{_consistently(params)}"
        case "Query":
            return _queried(params)
        case "Scan":
            return f"scan where {_condition(params, 'FilterExpression')}{_consistently(params)}"
        case "PutItem" | "UpdateItem" | "DeleteItem":
            return _written(operation.removesuffix("Item"), params)
    return operation


def _written(kind: str, params: Call) -> str:
    row = _row(params.get("Item") or params["Key"])
    change = f" {_condition(params, 'UpdateExpression')}" if "UpdateExpression" in params else ""
    condition = _condition(params, "ConditionExpression")
    return f"{kind.lower()} {row}{change}{f' if {condition}' if condition else ''}"


def _queried(params: Call) -> str:
    where = _condition(params, "KeyConditionExpression")
    which = "index" if params.get("IndexName") else "table"
    order = "" if params.get("ScanIndexForward", True) else ", latest first"
    filtered = ", filtered" if params.get("FilterExpression") or params.get("QueryFilter") else ""
    limit = f", {params['Limit']} a page" if "Limit" in params else ""
    return f"query {which} where {where}{order}{limit}{filtered}{_consistently(params)}"


def _condition(params: Call, name: str) -> str:
    """Return an expression with its names and without its values."""
    words = str(params.get(name, ""))
    for placeholder, attribute in sorted(params.get("ExpressionAttributeNames", {}).items(), reverse=True):
        words = re.sub(rf"{placeholder}\b", attribute, words)
    return re.sub(r":\d+", "?", words)


def _row(item: Call) -> str:
    partition, sort = item["pk"]["S"], item["sk"]["S"]
    return f"{partition.partition('#')[0]}/{sort.partition('#')[0]}"


def _consistently(params: Call) -> str:
    return " consistently" if params.get("ConsistentRead") else ""
