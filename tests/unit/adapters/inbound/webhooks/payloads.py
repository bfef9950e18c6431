"""Payloads with every field that their providers document.

Each value is unique; all names are made up.
"""

from typing import Any

TYPEFORM: Any = {
    "event_id": "E-100",
    "event_type": "form_response",
    "form_response": {
        "form_id": "F-101",
        "token": "T-102",
        "landed_at": "2026-11-23T08:50:00Z",
        "submitted_at": "2026-11-23T08:59:00Z",
        "hidden": {"source": "newsletter-103", "utm_campaign": "autumn-104", "value": "v-105"},
        "calculated": {"score": 1061},
        "variables": [
            {"key": "budget_var", "type": "number", "number": 10731},
            {"key": "name_var", "type": "text", "text": "text-108"},
        ],
        "definition": {
            "id": "F-101",
            "title": "Roof request 109",
            "fields": [
                {"id": "a1", "ref": "r1", "type": "short_text", "title": "Vorname"},
                {"id": "a2", "ref": "r2", "type": "short_text", "title": "Nachname"},
                {"id": "a3", "ref": "r3", "type": "short_text", "title": "Name of your company"},
                {"id": "a4", "ref": "r4", "type": "email", "title": "E-Mail"},
                {"id": "a5", "ref": "r5", "type": "email", "title": "Who decides?"},
                {"id": "a6", "ref": "r6", "type": "multiple_choice", "title": "Needs"},
                {"id": "a7", "ref": "r7", "type": "payment", "title": "Deposit"},
                {"id": "a8", "ref": "r8", "type": "file_upload", "title": "Photo"},
                {"id": "a9", "ref": "r9", "type": "date", "title": "When"},
                {"id": "b1", "ref": "s1", "type": "yes_no", "title": "Owner?"},
                {"id": "b2", "ref": "s2", "type": "number", "title": "Floors"},
                {"id": "b3", "ref": "s3", "type": "rating", "title": "Floors"},
                {"id": "b4", "ref": "s4", "type": "ranking", "title": "Priorities"},
                {"id": "b5", "ref": "s5", "type": "website", "title": "Site"},
                {
                    "id": "c0",
                    "ref": "t0",
                    "type": "address",
                    "title": "Where?",
                    "properties": {
                        "fields": [
                            {
                                "id": "c1",
                                "ref": "t1",
                                "type": "short_text",
                                "title": "Street",
                                "subfield_key": "address",
                            },
                            {"id": "c2", "ref": "t2", "type": "short_text", "title": "Zip", "subfield_key": "zip_code"},
                        ]
                    },
                },
                {
                    "id": "d0",
                    "ref": "u0",
                    "type": "matrix",
                    "title": "How good?",
                    "properties": {"fields": [{"id": "d1", "ref": "u1", "type": "multiple_choice", "title": "Doors"}]},
                },
                {"id": "e1", "ref": "w1", "type": "phone_number", "title": "Call us at"},
                {"id": "e2", "ref": "w2", "type": "phone_number", "title": "Or at"},
            ],
        },
        "answers": [
            {"type": "text", "text": "Ada", "field": {"id": "a1", "ref": "r1", "type": "short_text"}},
            {"type": "text", "text": "Obi", "field": {"id": "a2", "ref": "r2", "type": "short_text"}},
            {"type": "text", "text": "Obi Dental", "field": {"id": "a3", "ref": "r3", "type": "short_text"}},
            {"type": "email", "email": "ada@example.com", "field": {"id": "a4", "ref": "r4", "type": "email"}},
            {"type": "email", "email": "boss@example.com", "field": {"id": "a5", "ref": "r5", "type": "email"}},
            {
                "type": "choices",
                "choices": {"labels": ["Heating-110", "Bath-111"], "other": "Stable-112"},
                "field": {"id": "a6", "ref": "r6", "type": "multiple_choice"},
            },
            {
                "type": "payment",
                "payment": {"amount": "49.13", "last4": "1134", "name": "A OBI CARD", "success": True},
                "field": {"id": "a7", "ref": "r7", "type": "payment"},
            },
            {
                "type": "file_url",
                "file_url": "https://f.example/114",
                "field": {"id": "a8", "ref": "r8", "type": "file_upload"},
            },
            {"type": "date", "date": "2027-03-01", "field": {"id": "a9", "ref": "r9", "type": "date"}},
            {"type": "boolean", "boolean": True, "field": {"id": "b1", "ref": "s1", "type": "yes_no"}},
            {"type": "number", "number": 115, "field": {"id": "b2", "ref": "s2", "type": "number"}},
            {"type": "number", "number": 116, "field": {"id": "b3", "ref": "s3", "type": "rating"}},
            {
                "type": "choices",
                "choices": {"labels": ["First-117", "Second-118"]},
                "field": {"id": "b4", "ref": "s4", "type": "ranking"},
            },
            {"type": "url", "url": "https://obi.example/119", "field": {"id": "b5", "ref": "s5", "type": "website"}},
            {"type": "text", "text": "Quay 120", "field": {"id": "c1", "ref": "t1", "type": "short_text"}},
            {"type": "text", "text": "20457", "field": {"id": "c2", "ref": "t2", "type": "short_text"}},
            {
                "type": "choice",
                "choice": {"label": "Fine-121"},
                "field": {"id": "d1", "ref": "u1", "type": "multiple_choice"},
            },
            {"type": "phone_number", "phone_number": "+4930901820", "field": {"id": "e1", "type": "phone_number"}},
            {"type": "phone_number", "phone_number": "+4930901821", "field": {"id": "e2", "type": "phone_number"}},
        ],
        "ending": {"id": "end-122", "ref": "endref-123"},
    },
}
CALENDLY: Any = {
    "event": "invitee.created",
    "created_at": "2026-11-23T09:00:01Z",
    "created_by": "https://api.example/users/U200",
    "payload": {
        "uri": "https://api.example/invitees/201",
        "email": "ada@example.com",
        "first_name": "Ada",
        "last_name": "Obi",
        "name": "Ada Obi",
        "timezone": "Europe/Lisbon",
        "created_at": "2026-11-23T08:59:00Z",
        "updated_at": "2026-11-23T08:59:30Z",
        "cancel_url": "https://c.example/cancel/202",
        "reschedule_url": "https://c.example/move/203",
        "old_invitee": "https://api.example/invitees/204",
        "rescheduled": False,
        "status": "active",
        "text_reminder_number": "+49 30 901821",
        "tracking": {"utm_source": "ads-205", "salesforce_uuid": "sf-206"},
        "payment": {
            "external_id": "pay-207",
            "amount": 12.5,
            "currency": "EUR",
            "terms": "terms-208",
            "successful": True,
        },
        "routing_form_submission": "https://api.example/routing/209",
        "questions_and_answers": [
            {"question": "Company", "answer": "Obi Dental", "position": 0},
            {"question": "name", "answer": "Rex-210", "position": 1},
            {"question": "Email", "answer": "boss@example.com", "position": 2},
            {"question": "Phone Number", "answer": "+49 30 901829", "position": 3},
            {"question": "source", "answer": "friend-211", "position": 4},
            {"question": "Roof?", "answer": "slate-212", "position": 5},
            {"question": "Roof?", "answer": "tiles-213", "position": 6},
        ],
        "scheduled_event": {
            "uri": "https://api.example/scheduled_events/214",
            "name": "Roof visit 215",
            "status": "active",
            "start_time": "2026-11-25T09:00:00Z",
            "end_time": "2026-11-25T09:30:00Z",
            "location": {"type": "outbound_call", "location": "+1 212-555-0123"},
            "event_memberships": [{"user": "https://api.example/users/216", "user_email": "host@firm.example"}],
            "event_guests": [{"email": "guest@example.com"}],
        },
    },
}
GOOGLE_ADS: Any = {
    "lead_id": "G-300",
    "api_version": "1.0",
    "form_id": 3011,
    "campaign_id": 3021,
    "adgroup_id": 3031,
    "creative_id": 3041,
    "asset_group_id": 3051,
    "google_key": "the key",
    "gcl_id": "click-306",
    "is_test": False,
    "lead_source": "YOUTUBE-307",
    "lead_submit_time": "2026-11-23T08:59:00Z",
    "user_column_data": [
        {"column_id": "FULL_NAME", "column_name": "Full name", "string_value": "Ada Obi"},
        {"column_id": "EMAIL", "column_name": "Email", "string_value": "ada@example.com"},
        {"column_id": "WORK_EMAIL", "column_name": "Work email", "string_value": "work@example.com"},
        {"column_id": "WORK_PHONE", "column_name": "Work phone", "string_value": "+49 30 901820"},
        {"column_id": "PHONE_NUMBER", "column_name": "Phone number", "string_value": "+49 30 901821"},
        {"column_id": "COMPANY_NAME", "string_value": "Obi Dental"},
        {"column_id": "JOB_TITLE", "string_value": "Owner-308"},
        {"column_id": "POSTAL_CODE", "string_value": "20457"},
        {"column_id": "REGION", "string_value": "HH-309"},
        {"column_id": "COUNTRY", "string_value": "DE"},
        {"column_id": "CITY", "string_value": "Hamburg-310"},
        {"column_id": "STREET_ADDRESS", "string_value": "Quay 311"},
        {"column_id": "which_roof", "column_name": "Which roof?", "string_value": "roof-312"},
        {"column_id": "which_roof", "column_name": "Which roof?", "string_value": "bath-313"},
    ],
}
WHATSAPP: Any = {
    "object": "whatsapp_business_account",
    "entry": [
        {
            "id": "WABA-400",
            "changes": [
                {
                    "field": "messages",
                    "value": {
                        "messaging_product": "whatsapp",
                        "metadata": {"display_phone_number": "4930999999", "phone_number_id": "PN-401"},
                        "contacts": [
                            {
                                "profile": {"name": "Ada Obi", "username": "adaobi-402"},
                                "wa_id": "4930901820",
                                "user_id": "DE.403",
                                "identity_key_hash": "hash-404",
                            }
                        ],
                        "messages": [
                            {
                                "from": "4930901820",
                                "from_user_id": "DE.403",
                                "id": "wamid.405",
                                "timestamp": "1795424340",
                                "type": "document",
                                "context": {"from": "4930999998", "id": "wamid.406", "forwarded": True},
                                "referral": {
                                    "source_url": "https://ads.example/407",
                                    "source_type": "ad",
                                    "source_id": "ad-408",
                                    "headline": "New roofs 409",
                                    "body": "In a week 410",
                                    "ctwa_clid": "click-411",
                                },
                                "document": {
                                    "caption": "The plan 412",
                                    "filename": "plan-413.pdf",
                                    "mime_type": "application/pdf",
                                    "sha256": "sha-414",
                                    "id": "media-415",
                                    "url": "https://media.example/416",
                                },
                            }
                        ],
                    },
                }
            ],
        }
    ],
}
MESSENGER: Any = {
    "object": "page",
    "entry": [
        {
            "id": "PAGE-500",
            "time": 1795424340001,
            "messaging": [
                {
                    "sender": {"id": "PSID-501"},
                    "recipient": {"id": "PAGE-500"},
                    "timestamp": 1795424340000,
                    "message": {
                        "mid": "mid-502",
                        "text": "Do you do roofs? 503",
                        "quick_reply": {"payload": "quick-504"},
                        "reply_to": {"mid": "mid-505"},
                        "referral": {
                            "ref": "ref-506",
                            "ad_id": "ad-507",
                            "ads_context_data": {"ad_title": "title-508"},
                        },
                        "attachments": [
                            {"type": "image", "payload": {"url": "https://cdn.example/509", "sticker_id": 5101}}
                        ],
                    },
                }
            ],
        }
    ],
}
PIPEDRIVE: Any = {
    "meta": {
        "action": "create",
        "entity": "person",
        "entity_id": "12",
        "company_id": "600",
        "user_id": "601",
        "correlation_id": "corr-602",
        "id": "hook-603",
        "timestamp": "2026-11-23T08:59:00Z",
        "version": "2.0",
        "change_source": "app",
    },
    "data": {
        "id": 12,
        "name": "Ada Obi",
        "first_name": "Ada",
        "last_name": "Obi",
        "owner_id": 6041,
        "org_name": "Obi Dental",
        "emails": [
            {"label": "home", "value": "other@example.com"},
            {"label": "work-605", "primary": True, "value": "ada@example.com"},
        ],
        "phones": [
            {"label": "work", "primary": True, "value": "+4930901820"},
            {"label": "mobile-606", "value": "+4930901821"},
        ],
        "custom_fields": {"hash1": {"type": "varchar", "value": "slate-607"}, "hash2": {"type": "enum", "id": 6081}},
        "label_ids": [6091],
        "job_title": "Owner-610",
        "notes": "Called in 611",
    },
    "previous": None,
}
WEBFLOW: Any = {
    "triggerType": "form_submission",
    "payload": {
        "id": "S-700",
        "name": "Contact form 701",
        "siteId": "site-702",
        "formElementId": "form-703",
        "pageId": "page-704",
        "publishedPath": "/contact-705",
        "pageUrl": "https://www.example.com/contact-706",
        "submittedAt": "2026-11-23T08:59:00Z",
        "schema": [{"fieldName": "First Name", "fieldType": "FormTextInput", "fieldElementId": "el-707"}],
        "data": {
            "First Name": "Ada",
            "Last Name": "Obi",
            "E-Mail": "ada@example.com",
            "Second E-Mail": "boss@example.com",
            "Phone": "+49 30 901820",
            "source": "ads-708",
            "Needs": ["roof-709", "bath-710"],
            "Address": {"city": "Hamburg-711"},
        },
    },
}
STANDARD: Any = {
    "person": {"full": "Ada Obi", "mail": "ada@example.com"},
    "total": 4500,
    "lines": [{"sku": "tile-800", "n": 8011}, {"sku": "slate-802", "options": ["a-803", "b-804"]}],
    "a.b": "dotted-805",
    "a": {"b": "nested-806"},
    "urgent": True,
}
LEAD_ADS_FETCHED: Any = {
    "id": "9001",
    "created_time": "2026-11-23T08:59:00+0000",
    "form_id": "901",
    "ad_id": "902",
    "campaign_id": "903",
    "platform": "ig-904",
    "is_organic": False,
    "custom_disclaimer_responses": [{"checkbox_key": "box-905", "is_checked": "1"}],
    "field_data": [
        {"name": "full_name", "values": ["Ada Obi"]},
        {"name": "email", "values": ["ada@example.com"]},
        {"name": "work_email", "values": ["work@example.com"]},
        {"name": "phone_number", "values": ["+4930901820"]},
        {"name": "what_do_you_need?", "values": ["roof-906", "bath-907"]},
        {"name": "source", "values": ["radio-908"]},
    ],
}
HUBSPOT_FETCHED: Any = {
    "id": "1000",
    "createdAt": "2026-11-23T08:59:00Z",
    "updatedAt": "2026-11-23T09:00:00Z",
    "archived": False,
    "url": "https://crm.example/1001",
    "properties": {
        "firstname": "Ada",
        "lastname": "Obi",
        "email": "ada@example.com",
        "phone": "+4930901820",
        "mobilephone": "+4930901821",
        "company": "Obi Dental",
        "hs_object_id": "1002",
        "message": "A roof 1003",
    },
}
LINKEDIN_FETCHED: Any = {
    "id": "li-1100",
    "submittedAt": 1795424340000,
    "leadType": "SPONSORED-1101",
    "testLead": False,
    "versionedLeadGenFormUrn": "urn:li:form:1102",
    "associatedEntity": {"associatedCreative": "urn:li:creative:1103"},
    "formResponse": {
        "answers": [
            {"questionId": 1, "name": "firstName", "answerDetails": {"textQuestionAnswer": {"answer": "Ada"}}},
            {"questionId": 2, "name": "lastName", "answerDetails": {"textQuestionAnswer": {"answer": "Obi"}}},
            {"questionId": 3, "name": "email", "answerDetails": {"textQuestionAnswer": {"answer": "ada@example.com"}}},
            {"questionId": 4, "answerDetails": {"multipleChoiceAnswer": {"options": [11041, 11051]}}},
        ],
        "consentResponses": [{"consentId": 11061, "accepted": True}],
    },
}
TWILIO = {
    "MessageSid": "SM-1200",
    "SmsSid": "SM-1200",
    "AccountSid": "AC-1201",
    "ApiVersion": "2010-04-01",
    "SmsStatus": "received",
    "MessagingServiceSid": "MG-1202",
    "From": "whatsapp:+4930901820",
    "To": "whatsapp:+4930999999",
    "Body": "Look at this 1203",
    "NumMedia": "1",
    "NumSegments": "1",
    "MediaUrl0": "https://m.example/1204",
    "MediaContentType0": "image/jpeg",
    "ProfileName": "Ada Obi",
    "WaId": "4930901820",
    "ExternalUserId": "DE.1205",
    "Latitude": "53.51206",
    "Longitude": "9.91207",
    "Address": "Quay 1208",
    "Label": "Yard 1209",
    "ButtonText": "Yes 1210",
    "ButtonPayload": "yes-1211",
    "ReferralBody": "New 1212",
    "ReferralSourceId": "ad-1213",
    "OriginalRepliedMessageSid": "SM-1214",
    "FromCity": "Hamburg-1215",
    "FromCountry": "DE",
}
BOOKING: dict[str, Any] = {
    "triggerEvent": "BOOKING_CREATED",
    "createdAt": "2026-11-23T08:59:00.000Z",
    "payload": {
        "uid": "bFJeNb2uX8ANpT3JL5EfXw",
        "type": "30-minutes",
        "title": "Thirty minutes between Cem Kaya and Ada Obi",
        "startTime": "2026-11-25T09:00:00Z",
        "endTime": "2026-11-25T09:30:00Z",
        "additionalNotes": "The roof faces south",
        "organizer": {"name": "Cem Kaya", "email": "cem@firm.example", "timeZone": "Europe/Berlin"},
        "attendees": [{"name": "Ada Obi", "email": "ada@example.com", "timeZone": "Europe/Berlin"}],
        "responses": {"company": {"label": "Your company", "value": "Obi Dental"}},
        "location": "integrations:daily",
        "length": 30,
    },
}
