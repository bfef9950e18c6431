"""A Typeform response as questions and answers, in any blocks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leadtight.adapters.inbound.field_names import meaning, ours, put
from leadtight.adapters.inbound.flat_fields import as_text, leaves

Object = Mapping[str, Any]
BY_TYPE = {"email": "email", "phone_number": "phone", "website": "website"}
"""The meaning of an answer by its type.

It counts where no question says it in words.
"""


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question's wording, reference and part of a block.

    The form's builder sets the reference.
    """

    title: str
    ref: str
    part: str


def questions(definition: Object) -> dict[str, FormQuestion]:
    """Return a form's questions by id, with those inside blocks."""
    return dict(_questions(definition.get("fields"), ""))


def named_answers(
    response: Object, questions: Mapping[str, FormQuestion], mapping: Mapping[str, str]
) -> dict[str, Any]:
    """Return the answers by name.

    A name is one of ours, the policy's, or the question's own; nothing is overwritten.
    """
    answers: dict[str, Any] = {}
    by_type: dict[str, str] = {}
    for number, answer in enumerate(_objects(response.get("answers"))):
        question = _question(answer, questions, number)
        kept_as = question.ref if question.ref in mapping else question.title
        if question.part and kept_as not in mapping and meaning(question.part):
            kept_as = question.part
        earlier = set(answers)
        put(answers, kept_as, _value(answer))
        if field := BY_TYPE.get(str(_object(answer.get("field")).get("type") or answer.get("type"))):
            by_type.setdefault(field, next(iter(set(answers) - earlier), kept_as))
    for name, value in _object(response.get("hidden")).items():
        put(answers, str(name), value)
    fields = ours(answers, mapping)
    for field, kept_as in by_type.items():
        if field not in fields and field not in mapping.values() and kept_as not in mapping:
            fields = {field if name == kept_as else name: value for name, value in fields.items()}
    return fields


def variables(response: Object) -> dict[str, Any]:
    """Return the form's calculated values, by variable name."""
    values: dict[str, Any] = {}
    for number, variable in enumerate(_objects(response.get("variables"))):
        put(values, str(variable.get("key") or f"variable {number + 1}"), _value(variable))
    return values


def _questions(fields: Any, above: str) -> Iterator[tuple[str, FormQuestion]]:
    for field in _objects(fields):
        title = str(field.get("title") or field.get("subfield_key") or field.get("ref") or "")
        whole = f"{above}: {title}" if above else title
        yield (
            str(field.get("id")),
            FormQuestion(whole, str(field.get("ref") or ""), str(field.get("subfield_key") or "")),
        )
        is_matrix = field.get("type") == "matrix"
        yield from _questions(_object(field.get("properties")).get("fields"), title if is_matrix else "")


def _question(answer: Object, questions: Mapping[str, FormQuestion], number: int) -> FormQuestion:
    about = _object(answer.get("field"))
    ref = str(about.get("ref") or "")
    question = questions.get(str(about.get("id")))
    title = (question.title if question else "") or str(
        about.get("title") or ref or about.get("id") or f"answer {number + 1}"
    )
    return FormQuestion(title, ref, question.part if question else str(about.get("subfield_key") or ""))


def _value(answer: Object) -> Any:
    """Return an answer as text.

    A choice is its label and the text for "other".
    """
    kind = str(answer.get("type") or "")
    value = answer.get(kind)
    if kind in ("choice", "choices") and isinstance(value, Mapping):
        labels = value.get("labels") or [value.get("label")]
        return as_text([*(labels if isinstance(labels, list) else [labels]), value.get("other")]) or _spelled(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping | list):
        return _spelled(value)
    return (
        value if value is not None else _spelled({k: v for k, v in answer.items() if k not in ("field", "key", "type")})
    )


def _spelled(value: Any) -> str:
    return ", ".join(f"{path}: {text}" if path else text for path, text in leaves(value, ""))


def _objects(value: Any) -> list[Object]:
    return (
        [each if isinstance(each, Mapping) else {"answer": each} for each in value] if isinstance(value, list) else []
    )


def _object(value: Any) -> Object:
    return value if isinstance(value, Mapping) else {}
