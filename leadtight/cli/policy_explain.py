"""`leadtight policy explain`: the handling of one lead, with reasons.

It runs the production code.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
from leadtight.adapters.memory.alarms import MemoryAlarms
from leadtight.adapters.memory.table import MemoryTable
from leadtight.app.intake.receive import Intake
from leadtight.app.intake.submission import Submission
from leadtight.app.routing.route import Route
from leadtight.domain.model.codec import from_document, to_document
from leadtight.domain.model.lead import Lead
from leadtight.domain.policy.evaluation import Arrival
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter
from leadtight.domain.routing.receipt import Receipt
from leadtight.domain.routing.rule_trace import RuleTrace, trace_rules


def explain(policy: Policy, body: dict[str, Any], now: datetime) -> dict[str, Any]:
    """Explain a `POST /leads` body as `leadtight.explain/1`.

    The body is handled as if it came with an API key; everyone is available and the rotation is at its start. An
    excluded lead has no owner, rule, steps or receipt. Raises InvalidInquiry as the real intake does.
    """
    table = MemoryTable()
    source = body.get("source") if isinstance(body.get("source"), str) else "api"
    submission = Submission(source=str(source), key="explain", body=body, caller=Submitter.KEYED_API)
    Intake(policy, table, PhoneEmailNormalizer(), lambda: "explained", MemoryAlarms()).receive(submission, now)
    lead = table.load("explained")
    assert lead is not None, "it has just been stored"
    change = Route(policy, table, MemoryAlarms()).route(lead, now)
    if change is None:
        return _document(policy, lead, None, now)
    return _document(policy, change.after, _receipt(change.events[0].data["receipt"]), now)


def _document(policy: Policy, lead: Lead, receipt: Any, now: datetime) -> dict[str, Any]:
    arrival = Arrival.of(lead)
    rule = receipt["rule"] if receipt else None
    return {
        "schema": "leadtight.explain/1",
        "policy_version": policy.version,
        "at": now.isoformat(),
        "excluded": to_document(lead.excluded) if lead.excluded else None,
        "exclude": _traces(trace_rules(policy.exclude, policy, arrival), lead.excluded.rule if lead.excluded else None),
        "tier": lead.promise.tier,
        "tiers": _traces(trace_rules(policy.tiers, policy, arrival), lead.promise.tier),
        "rule": rule,
        "rules": _traces(trace_rules(policy.routing.rules, policy, arrival), rule),
        "owner": lead.owner_id,
        "owner_name": policy.person_name(lead.owner_id) if lead.owner_id else None,
        "target": lead.promise.target,
        "deadline": lead.promise.deadline.isoformat(),
        "steps": [
            {"kind": str(step.kind), "at": step.at.isoformat(), "level": step.level, "notify": step.notify}
            for clock in lead.clocks
            for step in clock.steps
        ],
        "receipt": receipt,
    }


def _receipt(stored: Any) -> dict[str, Any]:
    """Return a receipt with its facts spelled out per candidate."""
    receipt = from_document(Receipt, stored)
    document = {name: value for name, value in to_document(receipt).items() if name not in _PER_CANDIDATE}
    return {**document, "candidates": to_document(receipt.candidates)}


_PER_CANDIDATE = ("people", "weights", "left_out", "loads", "matches")


def _traces(traces: tuple[RuleTrace, ...], decides: str | None) -> list[dict[str, Any]]:
    """Return the tried rules in order.

    A matching rule need not decide: a tier's own pool takes precedence.
    """
    return [
        {"id": rule.id, "holds": rule.holds, "chosen": rule.id == decides, "missing": list(rule.missing)}
        for rule in traces
    ]


def show(policy: Policy, explanation: dict[str, Any], console: Console) -> None:
    """Print an explanation as tables, times in the company's zone."""
    if explanation["excluded"]:
        console.print(
            f"Excluded as [bold]{explanation['excluded']['reason']}[/] by rule {explanation['excluded']['rule']}"
        )
        console.print(_rules("Exclude rules, in order", explanation["exclude"]))
        return
    console.print(
        f"Owner [bold]{explanation['owner_name']}[/] by rule {explanation['rule']}: {explanation['receipt']['reason']}"
    )
    if begins := explanation["receipt"].get("clock_starts_at"):
        console.print(
            f"No one at work can take it: the clock starts {_moment(policy, begins)}, with the owner's next shift"
        )
    console.print(_rules("Tiers, in order", explanation["tiers"]))
    console.print(_rules("Routing rules, in order", explanation["rules"]))
    people = Table("person", "share", "not eligible because", title="Candidates", title_justify="left")
    for candidate in explanation["receipt"]["candidates"]:
        people.add_row(
            policy.person_name(candidate["person"]), str(candidate["weight"]), candidate.get("left_out") or "–"
        )
    console.print(people)
    steps = Table("when", "step", "notifies", title=f"Target {explanation['target']}", title_justify="left")
    for step in explanation["steps"]:
        steps.add_row(_moment(policy, step["at"]), step["kind"], step["notify"] or "owner")
    console.print(steps)


def _moment(policy: Policy, text: str) -> str:
    return f"{datetime.fromisoformat(text).astimezone(policy.company.zone):%a %Y-%m-%d %H:%M:%S %Z}"


def _rules(title: str, rules: list[dict[str, Any]]) -> Table:
    table = Table("id", "holds", "decides", "unmet conditions", title=title, title_justify="left")
    for rule in rules:
        holds, decides = ("yes" if rule[key] else "no" for key in ("holds", "chosen"))
        table.add_row(rule["id"], holds, decides, ", ".join(rule["missing"]) or "–")
    return table


def read_lead(file: Path) -> dict[str, Any]:
    """Return the body in a file.

    Raises ValueError when it is not one JSON object.
    """
    body = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(body, dict):
        raise ValueError("must be one JSON object, as POST /leads accepts it")  # noqa: TRY004 - reported like any unreadable input
    return body
