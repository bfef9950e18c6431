"""Read leads can be posted back.

One field has one name; what only the product decides is left out.
"""

from typing import Any

import pytest

from leadtight.app.intake.lead_document import LEAD_SCHEMA, READ_ONLY, as_posted


def posted(**body: Any) -> dict[str, Any]:
    return dict(as_posted({"schema": LEAD_SCHEMA, **body}))


def test_a_body_without_these_names_is_posted_unchanged() -> None:
    body = {"name": "Ada", "email": "", "phone": None, "owner": {"id": "ana"}, "stage": "new"}
    assert as_posted(body) == body


@pytest.mark.parametrize("extension", ["11", " 11 ", 11, "1234567"])
def test_an_extension_ends_its_number(extension: object) -> None:
    body = {"phone": "+49 30 901820", "extension": extension}
    assert as_posted(body) == {"phone": f"+49 30 901820 ext. {str(extension).strip()}"}
    assert body["extension"] == extension, "the delivery is unchanged"


@pytest.mark.parametrize(
    "body",
    [
        {"phone": "+49 30 901820", "extension": "12345678"},
        {"phone": "+49 30 901820", "extension": "front desk"},
        {"phone": "+49 30 901820", "extension": "١١"},
        {"phone": "+49 30 901820", "extension": None},
        {"phone": " ", "extension": "11"},
        {"phone": 4930901820, "extension": "11"},
        {"extension": "11"},
    ],
)
def test_an_invalid_extension_or_one_without_a_number_stays_a_field(body: dict[str, Any]) -> None:
    assert as_posted(body) == body


@pytest.mark.parametrize("beside", [{}, {"value": None}, {"value": ""}, {"value": 500}])
def test_the_estimated_value_is_the_value(beside: dict[str, Any]) -> None:
    assert as_posted({"estimated_value": 500, **beside}) == {"value": 500}


def test_another_value_beside_the_estimated_one_is_kept_in_the_fields() -> None:
    assert as_posted({"estimated_value": 500, "value": 0}) == {"value": 500, "fields": {"value (also)": 0}}
    fields = {"roof": "flat"}
    body = {"estimated_value": 500, "value": "700", "fields": fields}
    assert as_posted(body) == {"value": 500, "fields": {"roof": "flat", "value (also)": "700"}}
    assert as_posted({**body, "fields": "flat"}) == {"value": 500, "fields": "flat"}


def test_product_decisions_and_empty_values_are_left_out() -> None:
    decided = dict.fromkeys(READ_ONLY - {"schema", "flags"}, "decided")
    assert posted(**decided, name="Ada", email="", phone=None) == {"name": "Ada"}


def test_an_owner_is_posted_as_their_id_and_others_unchanged() -> None:
    assert posted(owner={"id": "ana", "name": "Ana Ruiz"}) == {"owner": "ana"}
    assert posted(owner={"name": "Ana Ruiz"}) == {"owner": {"name": "Ana Ruiz"}}
    assert posted(owner="ana") == {"owner": "ana"}


def test_unreadable_values_are_read_again_from_typed_text() -> None:
    fields = {"email": "ada at example", "phone": "call me", "roof": "flat"}
    assert posted(flags=["email_odd"], fields=fields) == {
        "email": "ada at example",
        "fields": {"phone": "call me", "roof": "flat"},
    }
    assert posted(flags=["phone_odd"], fields=fields)["phone"] == "call me"
    assert posted(flags=None, fields=fields) == {"fields": fields}
    assert posted(flags=["phone_odd"], fields="flat") == {"fields": "flat"}


def test_a_number_read_with_its_extension_is_not_replaced_by_typed_text() -> None:
    fields = {"phone": "030 901820 DW 11", "email": "typed"}
    assert posted(phone="+4930901820", extension="11", fields=fields) == {
        "phone": "+4930901820 ext. 11",
        "fields": {"email": "typed"},
    }
