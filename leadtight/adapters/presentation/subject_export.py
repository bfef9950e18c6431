"""A data subject's export: `export.json` and `evidence.html`.

The former is for machines, the latter for people.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from leadtight.adapters.presentation import formatting
from leadtight.adapters.presentation.jinja import render
from leadtight.app.compliance.export_person import SubjectExport
from leadtight.domain.model.codec import to_document

SCHEMA = "leadtight.export/1"


def files(dossier: SubjectExport, company: str) -> Mapping[str, str]:
    """Return the files of a dossier by name."""
    return {"export.json": _json(dossier), "evidence.html": _page(dossier, company)}


def _json(dossier: SubjectExport) -> str:
    document: dict[str, Any] = {"schema": SCHEMA, **to_document(dossier)}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _page(dossier: SubjectExport, company: str) -> str:
    return render(
        "evidence.html",
        {
            "company": company,
            "dossier": dossier,
            "names": sorted({file.lead.inquiry.display_name for file in dossier.leads}),
            "leads": formatting.counted(len(dossier.leads), "lead"),
            "moment": _moment,
            "listed": [f"{number}: {status.listed}" for number, status in dossier.standing.items() if status.listed],
        },
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
