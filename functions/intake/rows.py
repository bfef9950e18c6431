"""Rows that `leadtight import` sends: only who may call this function by name can, for no HTTP request reads so."""

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools import Logger

from leadtight import wiring
from leadtight.app.importing import Imported, Row

logger = Logger(child=True)


def take(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what became of each row, in order."""
    rows = [_row(given) for given in asked["rows"]]
    done = wiring.importing().take(asked["source"], rows, wiring.clock()())
    logger.info("rows_imported", source=asked["source"], rows=len(done))
    return {"results": [_told(one) for one in done]}


def _row(given: Mapping[str, Any]) -> Row:
    return Row(number=given["row"], key=given["key"], body=given["body"], past=given.get("past"))


def _told(one: Imported) -> dict[str, Any]:
    problems = [{"field": p.field, "detail": p.detail} for p in one.problems]
    return {"row": one.number, "result": one.result, "lead_id": one.lead_id, "problems": problems}
