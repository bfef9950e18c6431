"""Statements of made-up people, as each sender would deliver them.

Providers, browsers and mail programs.

Written from the senders' side: nothing here knows how a delivery is read.
"""

import base64
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote_from_bytes, urlencode

FIRST = ["Ada", "Jürgen", "Łucja", "Zoë", "Iñigo", "Søren", "Chloé", "Бо", "陽子", "Ngozi", "Mary Ann", "D'Arcy"]
LAST = ["Obi", "Müller", "Wałęsa", "García Ruiz", "Øster", "O'Neill", "Żak", "Иванов", "髙橋", "van den Berg", "Weiß"]
OPENINGS = [
    "I need a roof",
    "Brauche ein neues Dach – bald",
    "Besoin d’un devis, s’il vous plaît",
    "Necesito un presupuesto",
    "Proszę o wycenę",
    "見積もりお願いします",
    "Нужна новая крыша",
    "Ho bisogno di un tetto (20 €)",
    "Jag behöver ett tak",
]
CHARSETS = ["utf-8", "windows-1252", "iso-8859-2", "windows-1251", "shift_jis", "euc-jp", "koi8-r"]
LABELS = {
    "name": [
        "name",
        "Name",
        "your-name",
        "Full name",
        "lead[name]",
        "Vollständiger Name",
        "Nom complet",
        "Imię i nazwisko",
    ],
    "first_name": [
        "first_name",
        "First name",
        "Vorname",
        "Prénom",
        "Voornaam",
        "user[first_name]",
        "Imię",
        "Input.FirstName",
    ],
    "last_name": ["last_name", "Last name", "Nachname", "Nom de famille", "Achternaam", "user[last_name]", "Nazwisko"],
    "email": ["email", "E-Mail", "your-email", "Adresse e-mail", "Correo electrónico", "lead[email]", "emailAddress"],
    "phone": ["phone", "Telefon", "tel", "Phone number", "Teléfono", "lead[phone]", "Numéro de téléphone"],
    "message": ["message", "Message", "Nachricht", "your-message", "Mensaje", "Wiadomość", "lead[message]"],
}
TICKS = [["0", "1"], ["true", "false"], ["on"], ["off", "on"], ["ja"], ["I agree"], ["You may text me."]]
EMPTY_BOXES = [["0"], ["false"], [], ["off"], ["nein"], [""]]
HIDDEN = ["source", "utm_source", "external_id", "campaign", "colour", "gclid", "handle"]


@dataclass(frozen=True)
class Person:
    """A person's contact points.

    An address, a number (without its plus), the id of a chat.
    """

    number: int
    first: str
    last: str
    email: str = ""
    phone: str = ""
    user: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


@dataclass(frozen=True)
class Said:
    """One statement of a person, and its context.

    What their page or advert added to it, and whether they agreed to texts, if asked.
    """

    person: Person
    words: str
    extra: str
    agrees: bool


@dataclass(frozen=True)
class Posted:
    """A delivery: channel, body, content type, and fetchable content."""

    door: str
    body: bytes
    content_type: str = "application/json"
    fetched: dict[str, bytes] = field(default_factory=dict)
    key: str = ""


Way = Callable[[Said, str, random.Random], Posted]


def truth(rng: random.Random) -> list[Said]:
    """Return statements; each person's first has all contact points."""
    people = [_person(number, rng) for number in range(rng.randint(2, 5))]
    statements = [
        [
            Said(p, f"{rng.choice(OPENINGS)} [{p.number}.{n}]", f"x-{p.number}-{n}-é", rng.random() < 0.3)
            for n in range(rng.randint(1, 3))
        ]
        for p in people
    ]
    return _interleaved(statements, rng)


def ways(statement: Said, is_first: bool) -> Sequence[Way]:
    """Return possible channels by the person's contact points.

    At first every contact point is given.
    """
    person = statement.person
    if person.user:
        return [whatsapp_user, messenger, instagram][person.number % 3 : person.number % 3 + 1]
    both = [form, form, typeform, google_ads, lead_ads, hubspot, pipedrive, webflow, standard, tally, elementor]
    if is_first and person.email and person.phone:
        return both
    by_mail = [*both, calendly, mail, mail, linkedin] if person.email else []
    by_phone = [whatsapp, whatsapp, text_message, whatsapp_by_twilio] if person.phone else []
    return [*by_mail, *by_phone, *([form, google_ads] if not person.email else [])]


def _person(number: int, rng: random.Random) -> Person:
    contact = rng.choice(["email", "phone", "both", "user"])
    return Person(
        number=number,
        first=rng.choice(FIRST),
        last=rng.choice(LAST),
        email=f"person{number}@example.com" if contact in ("email", "both") else "",
        phone=f"4930901{8200 + number}" if contact in ("phone", "both") else "",
        user=f"{rng.randint(10**14, 10**15)}" if contact == "user" else "",
    )


def _interleaved(statements: list[list[Said]], rng: random.Random) -> list[Said]:
    waiting, order = [list(each) for each in statements], []
    while any(waiting):
        order.append(rng.choice([each for each in waiting if each]).pop(0))
    return order


def _spelled(number: str, rng: random.Random) -> str:
    """Return a number as people write it.

    The company is in the same country.
    """
    national = f"0{number[2:]}"
    return rng.choice(
        [
            f"+{number}",
            f"+49 {number[2:4]} {number[4:]}",
            national,
            f"{national[:3]}/{national[3:]}",
            f"0049{number[2:]}",
        ]
    )


def _facts(statement: Said, rng: random.Random) -> dict[str, str]:
    person = statement.person
    contact_facts = {"email": person.email, "phone": _spelled(person.phone, rng) if person.phone else ""}
    parts = {"first_name": person.first, "last_name": person.last} if rng.random() < 0.5 else {"name": person.name}
    return {**parts, **{name: text for name, text in contact_facts.items() if text}, "message": statement.words}


def _charset(texts: str, rng: random.Random) -> str:
    able = []
    for charset in CHARSETS:
        try:
            texts.encode(charset)
        except UnicodeEncodeError:
            continue
        able.append(charset)
    return rng.choice(able)


def form(statement: Said, id_: str, rng: random.Random) -> Posted:
    """Post by the person's own page.

    It may use any charset, be urlencoded or have files, or come from a script.
    """
    label = {name: rng.choice(LABELS[name]) for name in LABELS}
    pairs = [(label[name], text) for name, text in _facts(statement, rng).items()] + [
        (rng.choice(HIDDEN), statement.extra)
    ]
    pairs += [("consent_sms", value) for value in rng.choice(TICKS if statement.agrees else EMPTY_BOXES)]
    charset = _charset("".join(f"{k}{v}" for k, v in pairs), rng)
    declared = charset not in ("utf-8", "windows-1252") or rng.random() < 0.5
    kind = rng.choice(["urlencoded", "multipart", "json"])
    if kind == "json":
        merged: dict[str, Any] = {}
        for name, text in pairs:
            merged[name] = [merged[name], text] if name in merged else text
        codec = rng.choice(["utf-8", "utf-8-sig", "utf-16"])
        return Posted("form", json.dumps(merged, ensure_ascii=False).encode(codec))
    in_field = declared and rng.random() < 0.5
    if in_field:
        pairs.append(("_charset_", charset))
    charset_of_type = f"; charset={charset}" if declared and not in_field else ""
    if kind == "multipart":
        parts = [_part(name, text.encode(charset), charset, rng, in_field) for name, text in pairs]
        parts.append(_part("photo", rng.randbytes(3_000), charset, rng, True, b'; filename="roof.jpg"'))
        own = "" if in_field else charset_of_type
        return Posted("form", b"".join(parts) + b"--B--\r\n", f"multipart/form-data; boundary=B{own}")
    encoded = "&".join(f"{_quoted(name, charset)}={_quoted(text, charset)}" for name, text in pairs)
    return Posted("form", encoded.encode(), f"application/x-www-form-urlencoded{charset_of_type}")


def _part(name: str, raw: bytes, charset: str, rng: random.Random, plain: bool, more: bytes = b"") -> bytes:
    own = b"" if plain or more else f"\r\nContent-Type: text/plain; charset={charset}".encode()
    head = b'--B\r\nContent-Disposition: form-data; name="' + name.encode(charset) + b'"' + more + own
    return head + b"\r\n\r\n" + raw + b"\r\n"


def _quoted(text: str, charset: str) -> str:
    return quote_from_bytes(text.encode(charset))


def typeform(statement: Said, id_: str, rng: random.Random) -> Posted:
    """Post a response with a hidden field.

    Its questions are in some language.
    """
    kinds = {"email": "email", "phone": "phone_number"}
    questions = [
        (kinds.get(name, "short_text"), rng.choice(LABELS[name]), text) for name, text in _facts(statement, rng).items()
    ]
    rng.shuffle(questions)
    fields, answers = [], []
    for n, (kind, title, text) in enumerate(questions):
        by = "text" if kind == "short_text" else kind
        fields.append({"id": f"q{n}", "ref": f"r{n}", "type": kind, "title": title})
        answers.append({"type": by, by: text, "field": {"id": f"q{n}", "ref": f"r{n}", "type": kind}})
    definition: dict[str, Any] = {"id": "F", "title": "Form", "fields": fields}
    if rng.random() < 0.5:
        block = {"id": "b", "ref": "b", "type": "contact_info", "title": "You", "properties": {"fields": fields}}
        definition = {**definition, "fields": [block]}
    response = {
        "token": id_,
        "hidden": {rng.choice(HIDDEN): statement.extra},
        "definition": definition,
        "answers": answers,
    }
    return _json("typeform", {"event_id": f"E{id_}", "event_type": "form_response", "form_response": response})


def google_ads(statement: Said, id_: str, rng: random.Random) -> Posted:
    ids = {"name": "FULL_NAME", "first_name": "FIRST_NAME", "last_name": "LAST_NAME", "message": "message"}
    ids |= {"email": rng.choice(["EMAIL", "WORK_EMAIL"]), "phone": rng.choice(["PHONE_NUMBER", "WORK_PHONE"])}
    columns = [{"column_id": ids[name], "string_value": text} for name, text in _facts(statement, rng).items()]
    columns.append({"column_id": "colour", "column_name": "Which colour?", "string_value": statement.extra})
    return _json(
        "google_ads", {"lead_id": id_, "google_key": "k", "user_column_data": columns, "gcl_id": "g", "is_test": False}
    )


def webflow(statement: Said, id_: str, rng: random.Random) -> Posted:
    data = {rng.choice(LABELS[name]): text for name, text in _facts(statement, rng).items()} | {
        "source": statement.extra
    }
    return _json("webflow", {"triggerType": "form_submission", "payload": {"id": id_, "name": "Contact", "data": data}})


def standard(statement: Said, id_: str, rng: random.Random) -> Posted:
    person = statement.person
    content = {
        "who": {"n": person.name, "m": person.email, "t": person.phone and f"+{person.phone}"},
        "said": statement.words,
    }
    return Posted("standard", json.dumps({"items": [content | {"source": statement.extra}]}).encode(), key=id_)


def pipedrive(statement: Said, id_: str, rng: random.Random) -> Posted:
    person = statement.person
    data = {
        "id": id_,
        "name": person.name,
        "emails": [{"value": "", "primary": False}, {"value": person.email, "primary": True}] if person.email else [],
        "phones": [{"value": f"+{person.phone}", "primary": True}] if person.phone else [],
        "custom_fields": {
            "said": {"type": "text", "value": statement.words},
            "from": {"type": "varchar", "value": statement.extra},
        },
    }
    return _json("pipedrive", {"meta": {"entity": "person", "action": "create"}, "data": data})


def calendly(statement: Said, id_: str, rng: random.Random) -> Posted:
    person = statement.person
    place = {"type": "outbound_call", "location": f"+{person.phone}"} if person.phone else {"type": "zoom"}
    answers = [{"question": rng.choice(["Message", "Nachricht"]), "answer": statement.words}]
    answers += [
        {"question": rng.choice(HIDDEN), "answer": statement.extra},
        {"question": "Name of your dog?", "answer": "Rex"},
    ]
    payload: dict[str, Any] = {"uri": f"https://api.example/invitees/{id_}", "email": person.email, "name": person.name}
    payload |= {
        "questions_and_answers": answers,
        "scheduled_event": {"start_time": "2026-11-25T09:00:00Z", "location": place},
    }
    return _json("calendly", {"event": "invitee.created", "payload": payload})


def lead_ads(statement: Said, id_: str, rng: random.Random) -> Posted:
    names = {"name": "full_name", "phone": "phone_number", "message": "message"}
    answers = [{"name": names.get(name, name), "values": [text]} for name, text in _facts(statement, rng).items()]
    lead = {"id": id_, "field_data": [*answers, {"name": "source", "values": [statement.extra]}], "platform": "fb"}
    change = {"field": "leadgen", "value": {"leadgen_id": id_, "form_id": "5"}}
    return Posted("facebook", _meta([change]), fetched={id_: json.dumps(lead).encode()})


def hubspot(statement: Said, id_: str, rng: random.Random) -> Posted:
    person = statement.person
    properties: dict[str, str | None] = {
        "firstname": person.first,
        "lastname": person.last,
        "email": person.email,
        "message": statement.words,
    }
    properties |= {"phone": f"+{person.phone}" if person.phone else None, "hs_analytics_source": statement.extra}
    kind = rng.choice(
        [{"subscriptionType": "contact.creation"}, {"subscriptionType": "object.creation", "objectTypeId": "0-1"}]
    )
    events = [{"objectId": id_, "portalId": 3, **kind}, {"objectId": id_, "subscriptionType": "company.creation"}]
    return Posted(
        "hubspot",
        json.dumps(events).encode(),
        fetched={id_: json.dumps({"id": id_, "properties": properties}).encode()},
    )


def linkedin(statement: Said, id_: str, rng: random.Random) -> Posted:
    answers = {"1": statement.person.name, "2": statement.person.email, "3": statement.words, "4": statement.extra}
    listed = [
        {"questionId": int(q), "answerDetails": {"textQuestionAnswer": {"answer": a}}} for q, a in answers.items()
    ]
    content = {"leadGenFormResponse": f"urn:li:leadGenFormResponse:{id_}", "leadAction": "CREATED"}
    response = {"id": id_, "formResponse": {"answers": listed}}
    return Posted("linkedin", json.dumps(content).encode(), fetched={id_: json.dumps(response).encode()})


def whatsapp(statement: Said, id_: str, rng: random.Random) -> Posted:
    return Posted(
        "whatsapp",
        _meta([_chat({"from": statement.person.phone}, {"wa_id": statement.person.phone}, statement, id_, rng)]),
    )


def whatsapp_user(statement: Said, id_: str, rng: random.Random) -> Posted:
    user = f"DE.{statement.person.user}"
    return Posted("whatsapp", _meta([_chat({"from_user_id": user}, {"user_id": user}, statement, id_, rng)]))


def _chat(sender: dict[str, str], ids: dict[str, str], statement: Said, id_: str, rng: random.Random) -> dict[str, Any]:
    message: dict[str, Any] = {**sender, "id": f"wamid.{id_}", "timestamp": "1795424340"}
    kind = rng.choice(["text", "image", "button", "interactive", "document"])
    contents = {
        "text": {"body": statement.words},
        "image": {"caption": statement.words, "id": "m1", "mime_type": "image/jpeg"},
        "document": {"filename": "plan.pdf", "caption": statement.words, "id": "m2"},
        "button": {"text": statement.words, "payload": "p"},
        "interactive": {"type": "list_reply", "list_reply": {"id": "l", "title": statement.words}},
    }
    message |= {"type": kind, kind: contents[kind], "referral": {"headline": statement.extra}}
    contact = {"profile": {"name": statement.person.name}, **ids}
    return {"field": "messages", "value": {"metadata": {}, "contacts": [contact], "messages": [message]}}


def messenger(statement: Said, id_: str, rng: random.Random) -> Posted:
    return _page("page", statement, id_)


def instagram(statement: Said, id_: str, rng: random.Random) -> Posted:
    return _page("instagram", statement, id_)


def _page(product: str, statement: Said, id_: str) -> Posted:
    message = {"mid": id_, "text": statement.words, "quick_reply": {"payload": statement.extra}}
    event = {
        "sender": {"id": statement.person.user},
        "recipient": {"id": "7"},
        "timestamp": 1795424340000,
        "message": message,
    }
    return _json("facebook", {"object": product, "entry": [{"id": "7", "messaging": [event]}]})


def text_message(statement: Said, id_: str, rng: random.Random) -> Posted:
    return _twilio(f"+{statement.person.phone}", statement, id_)


def whatsapp_by_twilio(statement: Said, id_: str, rng: random.Random) -> Posted:
    return _twilio(f"whatsapp:+{statement.person.phone}", statement, id_, ProfileName=statement.person.name)


def _twilio(sender: str, statement: Said, id_: str, **more: str) -> Posted:
    sent = {
        "MessageSid": id_,
        "From": sender,
        "To": "+4930999999",
        "Body": statement.words,
        "ReferralHeadline": statement.extra,
    }
    return Posted("twilio", urlencode(sent | more).encode(), "application/x-www-form-urlencoded")


def tally(statement: Said, id_: str, rng: random.Random) -> Posted:
    kinds = {"email": "INPUT_EMAIL", "phone": "INPUT_PHONE_NUMBER", "message": "TEXTAREA"}
    facts = _facts(statement, rng) | {"colour": statement.extra}
    fields = [
        {
            "key": f"question_{n}",
            "label": rng.choice(LABELS.get(name, [name])),
            "type": kinds.get(name, "INPUT_TEXT"),
            "value": text,
        }
        for n, (name, text) in enumerate(facts.items())
    ]
    return _json("form:tally", {"eventType": "FORM_RESPONSE", "data": {"responseId": id_, "fields": fields}})


def elementor(statement: Said, id_: str, rng: random.Random) -> Posted:
    facts = _facts(statement, rng) | {"source": statement.extra}
    pairs = {f"form_fields[{name}]": text for name, text in facts.items()}
    return Posted("form:elementor", urlencode(pairs).encode(), "application/x-www-form-urlencoded")


def mail(statement: Said, id_: str, rng: random.Random) -> Posted:
    """Send a mail in some charset.

    Perhaps with HTML, too, and with a signature.
    """
    message = EmailMessage()
    message["From"] = f'"{statement.person.name}" <{statement.person.email}>'
    message["To"] = "sales@firm.example"
    message["Subject"] = f"Question {statement.extra}"
    message["Message-ID"] = f"<{id_}@example.com>"
    signature = rng.choice(["", f"\n-- \n{statement.person.name}\nObi Dental"])
    message.set_content(
        f"{statement.words}\n{signature}", charset=_charset(statement.words + statement.person.name, rng)
    )
    if rng.random() < 0.3:
        message.add_alternative(f"<p>{statement.words}</p>", subtype="html")
    return Posted("mail", bytes(message), "message/rfc822")


def _json(door: str, content: Any) -> Posted:
    return Posted(door, json.dumps(content).encode())


def _meta(changes: list[Any]) -> bytes:
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]}).encode()


def together(first: Posted, rubbish: Any) -> Posted:
    """Return a delivery with an additional unreadable item.

    Where the sender sends several at once.
    """
    content = json.loads(first.body)
    if first.door in ("whatsapp", "facebook"):
        entries = [*content["entry"], {"id": "2", "changes": [{"field": "messages", "value": {"messages": [rubbish]}}]}]
        if first.door == "facebook":
            entries = [*content["entry"], {"id": "2", "changes": [{"field": "leadgen", "value": {"odd": rubbish}}]}]
        mixed: Any = {**content, "entry": entries}
    elif first.door == "hubspot":
        mixed = [rubbish, *content]
    else:
        mixed = {"items": [*content["items"], rubbish]}
    return Posted(first.door, json.dumps(mixed).encode(), first.content_type, first.fetched, first.key)


def as_sent_by_a_gateway(posted: Posted) -> dict[str, Any]:
    """Return the HTTP event of a form post."""
    return {
        "headers": {"content-type": posted.content_type},
        "body": base64.b64encode(posted.body).decode(),
        "isBase64Encoded": True,
        "requestContext": {"http": {"sourceIp": "192.0.2.1"}},
    }
