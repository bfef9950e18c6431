"""One post of each site builder in its documented shape.

All people are made up.
"""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from leadtight.domain.policy.forms import Builder

URLENCODED, JSON = "application/x-www-form-urlencoded", "application/json"
MULTIPART = "multipart/form-data; boundary=b7"


@dataclass(frozen=True)
class SampleFormPost:
    """A builder's post, its mapping in the policy, its lead."""

    builder: Builder
    body: bytes
    content_type: str
    fields: dict[str, str] = field(default_factory=dict)
    expected: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, str] = field(default_factory=dict)


def multipart(parts: dict[str, str]) -> bytes:
    each = (f'--b7\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in parts.items())
    return ("".join(each) + "--b7--\r\n").encode()


ADA = {"name": "Ada Obi", "email": "ada@example.com", "phone": "+4930901820", "message": "A new roof"}
CONTACT_FORM_7 = SampleFormPost(
    Builder.CONTACT_FORM_7,
    multipart(
        {
            "_wpcf7": "12",
            "_wpcf7_version": "6.0",
            "_wpcf7_unit_tag": "wpcf7-f12-p5-o1",
            "your-name": "Ada Obi",
            "your-email": "ada@example.com",
            "tel-451": "030 901820",
            "your-subject": "Roof",
            "your-message": "A new roof",
        }
    ),
    MULTIPART,
    {"tel-451": "phone"},
    ADA,
    {"your-subject": "Roof"},
)
GRAVITY_FORMS = SampleFormPost(
    Builder.GRAVITY_FORMS,
    json.dumps(
        {
            "id": "41",
            "form_id": "3",
            "date_created": "2026-11-23 08:59:00",
            "ip": "198.51.100.7",
            "source_url": "https://www.example.com/contact/",
            "user_agent": "Mozilla/5.0",
            "status": "active",
            "is_read": 0,
            "payment_status": None,
            "1.2": "",
            "1.3": "Ada",
            "1.6": "Obi",
            "2": "ada@example.com",
            "3": "030 901820",
            "4": "A new roof",
            "5.1": "1",
            "5.2": "You may text me.",
            "7": "blue",
        }
    ).encode(),
    JSON,
    {
        "1.3": "first_name",
        "1.6": "last_name",
        "2": "email",
        "3": "phone",
        "4": "message",
        "5.1": "consent_sms",
        "5.2": "consent_text",
    },
    ADA,
    {"7": "blue"},
)
WEBFLOW = SampleFormPost(
    Builder.WEBFLOW,
    json.dumps(
        {
            "triggerType": "form_submission",
            "payload": {
                "name": "Contact",
                "siteId": "S1",
                "data": {
                    "First Name": "Ada",
                    "Last Name": "Obi",
                    "Email Address": "ada@example.com",
                    "Phone": "030 901820",
                    "Message": "A new roof",
                    "Colour": "blue",
                },
                "submittedAt": "2026-11-23T08:59:00.000Z",
                "id": "F1",
                "formId": "9",
            },
        }
    ).encode(),
    JSON,
    {},
    ADA,
    {"Colour": "blue", "form_name": "Contact"},
)
JOTFORM = SampleFormPost(
    Builder.JOTFORM,
    multipart(
        {
            "action": "",
            "formID": "233",
            "submissionID": "601",
            "ip": "198.51.100.7",
            "pretty": "Name:Ada Obi, Email:ada@example.com",
            "rawRequest": json.dumps(
                {
                    "slug": "submit/233/",
                    "jsExecutionTracker": "build-date-1",
                    "submitSource": "form",
                    "q3_name": {"first": "Ada", "last": "Obi"},
                    "q4_email": "ada@example.com",
                    "q5_phoneNumber": {"full": "030 901820"},
                    "q6_whatDo": "A new roof",
                    "q8_address": {"addr_line1": "Am Hafen 1", "city": "Hamburg", "postal": "20457"},
                    "q9_consent": ["You may text me."],
                    "event_id": "E1",
                }
            ),
        }
    ),
    MULTIPART,
    {
        "q5_phoneNumber": "phone",
        "q6_whatDo": "message",
        "q8_address.postal": "postcode",
        "q9_consent": "consent_sms",
    },
    {**ADA, "postcode": "20457"},
    {"address": "Am Hafen 1 Hamburg 20457"},
)
STRUCTURE = {
    "Fields": [
        {
            "Title": "Name",
            "Type": "shortname",
            "ID": "Field1",
            "SubFields": [{"ID": "Field1", "Label": "First"}, {"ID": "Field2", "Label": "Last"}],
        },
        {"Title": "Where can we write?", "Type": "email", "ID": "Field3"},
        {"Title": "Your number", "Type": "phone", "ID": "Field4"},
        {"Title": "What is it about?", "Type": "textarea", "ID": "Field5"},
    ]
}
WUFOO = SampleFormPost(
    Builder.WUFOO,
    urlencode(
        {
            "Field1": "Ada",
            "Field2": "Obi",
            "Field3": "ada@example.com",
            "Field4": "030901820",
            "Field5": "A new roof",
            "CreatedBy": "public",
            "DateCreated": "2026-11-23 03:59:00",
            "EntryId": "17",
            "IP": "198.51.100.7",
            "HandshakeKey": "a handshake",
            "FieldStructure": json.dumps(STRUCTURE),
            "FormStructure": json.dumps({"Name": "Contact"}),
        }
    ).encode(),
    URLENCODED,
    {"Field5": "message"},
    ADA,
    {"DateCreated": "2026-11-23 03:59:00"},
)
TALLY = SampleFormPost(
    Builder.TALLY,
    json.dumps(
        {
            "eventId": "E1",
            "eventType": "FORM_RESPONSE",
            "createdAt": "2026-11-23T08:59:01.000Z",
            "data": {
                "responseId": "R1",
                "submissionId": "R1",
                "formId": "T1",
                "formName": "Contact",
                "createdAt": "2026-11-23T08:59:00.000Z",
                "fields": [
                    {"key": "question_1", "label": "Full name", "type": "INPUT_TEXT", "value": "Ada Obi"},
                    {"key": "question_2", "label": "Where?", "type": "INPUT_EMAIL", "value": "ada@example.com"},
                    {"key": "question_3", "label": None, "type": "INPUT_PHONE_NUMBER", "value": "+4930901820"},
                    {"key": "question_4", "label": "What about?", "type": "TEXTAREA", "value": "A new roof"},
                    {
                        "key": "question_5",
                        "label": "Colours",
                        "type": "MULTIPLE_CHOICE",
                        "value": ["o2", "o1"],
                        "options": [{"id": "o1", "text": "blue"}, {"id": "o2", "text": "red"}],
                    },
                ],
            },
        }
    ).encode(),
    JSON,
    {"What about?": "message"},
    ADA,
    {"Colours": "red, blue"},
)
ELEMENTOR = SampleFormPost(
    Builder.ELEMENTOR,
    urlencode(
        {
            "form[id]": "7f",
            "form[name]": "Contact",
            "fields[name][id]": "name",
            "fields[name][type]": "text",
            "fields[name][title]": "Name",
            "fields[name][value]": "Ada Obi",
            "fields[name][raw_value]": "Ada Obi",
            "fields[email][id]": "email",
            "fields[email][type]": "email",
            "fields[email][title]": "E-Mail",
            "fields[email][value]": "ada@example.com",
            "fields[field_a1][type]": "tel",
            "fields[field_a1][title]": "How to reach you",
            "fields[field_a1][value]": "030 901820",
            "fields[field_b2][type]": "textarea",
            "fields[field_b2][title]": "What is it about?",
            "fields[field_b2][value]": "A new roof",
            "meta[remote_ip][value]": "198.51.100.7",
            "meta[page_url][value]": "https://www.example.com/contact/",
        }
    ).encode(),
    URLENCODED,
    {"field_b2": "message"},
    ADA,
    {},
)
ELEMENTOR_PAGE = SampleFormPost(
    Builder.ELEMENTOR,
    urlencode(
        {
            "post_id": "5",
            "form_id": "7f",
            "form_fields[name]": "Ada Obi",
            "form_fields[email]": "ada@example.com",
            "form_fields[field_a1]": "030 901820",
            "form_fields[message]": "A new roof",
        }
    ).encode(),
    URLENCODED,
    {"field_a1": "phone"},
    ADA,
)
ELEMENTOR_LABELS = SampleFormPost(
    Builder.ELEMENTOR,
    urlencode({"Name": "Ada Obi", "E-Mail": "ada@example.com", "Tel": "030 901820", "Message": "A new roof"}).encode(),
    URLENCODED,
    {},
    ADA,
)
ANY_JSON = SampleFormPost(
    Builder.JSON,
    json.dumps(
        {"who": {"full": "Ada Obi", "mail": "ada@example.com"}, "tel": "030 901820", "ask": ["A new roof"]}
    ).encode(),
    JSON,
    {"who.full": "name", "$.who.mail": "email", "tel": "phone", "ask[0]": "message"},
    ADA,
    {"who.full": "Ada Obi"},
)
HTML = SampleFormPost(
    Builder.HTML,
    urlencode(
        {"Full name": "Ada Obi", "e-mail": "ada@example.com", "tel": "030 901820", "nachricht": "A new roof"}
    ).encode(),
    URLENCODED,
    {"nachricht": "message"},
    ADA,
)
POSTS = {
    "html": HTML,
    "contact_form_7": CONTACT_FORM_7,
    "gravity_forms": GRAVITY_FORMS,
    "webflow": WEBFLOW,
    "jotform": JOTFORM,
    "wufoo": WUFOO,
    "tally": TALLY,
    "elementor": ELEMENTOR,
    "elementor_page": ELEMENTOR_PAGE,
    "elementor_labels": ELEMENTOR_LABELS,
    "json": ANY_JSON,
}
