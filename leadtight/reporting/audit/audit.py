"""An audit from files to bytes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.reporting.audit.columns.questions import FileDescription
from leadtight.reporting.audit.document import document
from leadtight.reporting.audit.mapping import AuditMapping
from leadtight.reporting.audit.options import AuditOptions
from leadtight.reporting.audit.pipeline import load
from leadtight.reporting.audit.refusals import refuse_unread_times
from leadtight.reporting.metrics import ledger
from leadtight.reporting.metrics.ledger import LeakedLead
from leadtight.reporting.metrics.report import money_json

FACTS_SCHEMA = "leadtight.audit.facts/3"


@dataclass(frozen=True, slots=True)
class Audit:
    """A finished audit with its report and latest leaks.

    `mapping` is the one that was used, `sheets` and `files` describe the input. `facts` and `ledger` are None unless
    requested.
    """

    document: dict[str, Any]
    mapping: AuditMapping
    sheets: tuple[str, ...]
    files: Mapping[str, FileDescription]
    leaks: tuple[LeakedLead, ...]
    facts: bytes | None
    ledger: bytes | None

    def as_json(self) -> str:
        """Return the report as JSON text.

        The same files and options give the same bytes.
        """
        return json.dumps(self.document, ensure_ascii=False, indent=1, default=money_json) + "\n"


def audit(options: AuditOptions, *, with_facts: bool = False, with_ledger: bool = False) -> Audit:
    """Run an audit.

    The facts are Parquet, the ledger is CSV in UTF-8 with a byte order mark; without contacts there is no ledger.
    Raises UnusableError and NothingReadError with one line that names the fault.
    """
    loaded = load(options)
    with loaded.table as table:
        refuse_unread_times(loaded, options)
        facts = table.parquet({"schema": FACTS_SCHEMA}) if with_facts else None
        report = document(loaded, options)
        posted = ledger.as_csv(table.connection) if with_ledger and report["ledger"] is not None else None
        leaks = ledger.latest(table.connection) if report["ledger"] is not None else ()
        return Audit(report, loaded.mapping, loaded.sheets, loaded.files, leaks, facts, posted)
