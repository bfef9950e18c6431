"""Read sequences and concerns from the policy's tables, and tell the templates that their messages are written from."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from leadtight.domain.model.concern import Concern, ConcernRule
from leadtight.domain.model.enrolment import Means, StepAction
from leadtight.domain.model.errors import Problem
from leadtight.domain.policy.messaging import Voice
from leadtight.domain.policy.outcomes import OWNER
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import ALWAYS_STOP, STOP_ON, Basis, Sequence, SequenceStep
from leadtight.policy import toml_table

TEMPLATES = Path(__file__).parents[1] / "adapters" / "presentation" / "templates"
_NAME = re.compile(r"[a-z0-9_]+")
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
_FILES = {
    StepAction.EMAIL: ("mail/steps/{}.subject.j2", "mail/steps/{}.txt.j2", "mail/steps/{}.html.j2"),
    StepAction.SMS: ("sms/steps/{}.txt.j2",),
}


def sequence(name: str, table: toml_table.Table) -> Sequence:
    """Return the sequence that a table describes."""
    standard = Sequence(id=name, calendar=table.need("calendar", toml_table.text, ""), steps=())
    stops = table.get("stop_on", meanings, None)
    return Sequence(
        id=name,
        calendar=standard.calendar,
        steps=tuple(_step(t) for t in table.tables("steps")),
        stop_on=ALWAYS_STOP | frozenset(STOP_ON if stops is None else stops),
        max_attempts=table.get("max_attempts", toml_table.count, standard.max_attempts),
        retire=table.get("retire", toml_table.text, None),
    )


def _step(table: toml_table.Table) -> SequenceStep:
    with table.closed():
        send, task = table.get("send", channel, None), table.get("task", toml_table.text, None)
        template = table.get("template", toml_table.text, None)
        call = table.get("call", toml_table.text, None)
        if sum(given is not None for given in (send, task, call)) != 1:
            table.problem("", "needs exactly one of `send`, `call` and `task`")
        elif (send is None) != (template is None):
            table.problem("template", "goes with `send`, and `send` with it")
        return SequenceStep(
            id=table.need("id", toml_table.text, ""),
            after=table.need("after", toml_table.duration, timedelta()),
            action=send or (StepAction.VOICE if call else StepAction.TASK),
            what=template or call or task or "",
            within=table.get("within", toml_table.span, timedelta(hours=4)),
        )


def voice(table: toml_table.Table) -> Voice:
    """Return how automatic calls are placed."""
    with table.closed():
        number, queue = table.get("source_number", phone_number, ""), table.get("queue", connect_id, "")
        if not number and not queue:
            table.problem("source_number", "is missing: give a `source_number` or a `queue` to call from")
        return Voice(
            instance=table.need("instance", connect_id, ""),
            contact_flow=table.need("contact_flow", connect_id, ""),
            source_number=number,
            queue=queue,
            outcome_within=table.get("outcome_within", toml_table.span, timedelta(minutes=30)),
        )


def connect_id(value: Any) -> str:
    """Read the id of something of Amazon Connect."""
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise ValueError("must be an id such as 12345678-1234-1234-1234-123456789012")
    return value


def phone_number(value: Any) -> str:
    """Read a number in E.164."""
    if not isinstance(value, str) or not _NUMBER.fullmatch(value):
        raise ValueError("must be a number such as +14155550100")
    return value


def channel(value: Any) -> StepAction:
    """Read on which channel a step sends."""
    if value not in (StepAction.EMAIL, StepAction.SMS):
        raise ValueError(f"must be {StepAction.EMAIL} or {StepAction.SMS}")
    return StepAction(value)


def means(value: Any) -> Means:
    """Read what an outcome says of the person."""
    if value not in list(Means):
        raise ValueError(f"must be one of {', '.join(Means)}")
    return Means(value)


def meanings(value: Any) -> tuple[Means, ...]:
    """Read what a sequence stops on."""
    stops = tuple(means(v) for v in toml_table.texts(value))
    if not STOP_ON.issuperset(stops):
        raise ValueError(f"must be of {', '.join(sorted(STOP_ON))}")
    return stops


def basis(value: Any) -> Basis:
    """Read what allows the mails of a sequence."""
    if value not in list(Basis):
        raise ValueError(f"must be one of {', '.join(Basis)}")
    return Basis(value)


def unknown_templates(policy: Policy) -> Iterator[Problem]:
    """Yield the steps whose message has no template: every file of it must be there."""
    for name, declared in policy.sequences.items():
        for number, step in enumerate(declared.steps):
            if step.action in _FILES and not _is_there(step):
                yield Problem(f"sequences.{name}.steps[{number}].template", f"unknown template {step.what!r}")


def _is_there(step: SequenceStep) -> bool:
    files = (TEMPLATES / file.format(step.what) for file in _FILES[step.action])
    return bool(_NAME.fullmatch(step.what)) and all(file.is_file() for file in files)


def concern(table: toml_table.Table) -> ConcernRule:
    """Read a rule that hands a message over to a person."""
    with table.closed():
        return ConcernRule(
            id=table.need("id", toml_table.text, ""),
            concern=table.need("concern", kind_of_concern, Concern.HIGH_INTENT),
            words=table.get("words", toml_table.texts, ()),
            at_most_words=table.get("at_most_words", toml_table.count, None),
            notify=table.get("notify", toml_table.text, OWNER),
        )


def kind_of_concern(value: Any) -> Concern:
    """Read why a message is for a person."""
    return toml_table.one_of(Concern, value)
