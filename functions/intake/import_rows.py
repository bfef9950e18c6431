"""Receive the rows of `leadtight import`.

Only callers that may invoke this function by name can: no HTTP request reads like this.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from leadtight import bootstrap
from leadtight.adapters.aws import item_time
from leadtight.adapters.aws.time_left import time_left
from leadtight.app.intake.file_import import ImportResult, ImportRow

logger = Logger(child=True)
ROW_SECONDS = 2.0
"""Minimum seconds of a row, while there is time."""

IN_HAND = timedelta(seconds=2)
"""Time of the function reserved for its answer."""


def take(request: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Receive rows; return their results in order."""
    rows = [_row(row) for row in request["rows"]]
    limits = item_time.shares(time_left(context, IN_HAND), ROW_SECONDS)
    done = bootstrap.app().file_import.take(request["source"], rows, bootstrap.clock()(), limits)
    logger.info("rows_imported", source=request["source"], rows=len(done))
    return {"results": [_result_document(result) for result in done]}


def _row(row: Mapping[str, Any]) -> ImportRow:
    return ImportRow(number=row["row"], key=row["key"], body=row["body"], past=row.get("past"))


def _result_document(result: ImportResult) -> dict[str, Any]:
    problems = [{"field": p.field, "detail": p.detail} for p in result.problems]
    return {"row": result.number, "result": result.result, "lead_id": result.lead_id, "problems": problems}
