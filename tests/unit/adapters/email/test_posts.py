"""Mail providers' webhooks.

Each authenticates in its own way, and the posted mail is the mail that was sent.
"""

import base64
import json
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadtight.adapters.inbound.signatures import REPLAY_WINDOW, WebhookSecrets, WebhookVerificationError
from leadtight.adapters.inbound.webhooks import MAIL_PROVIDERS, mail_provider
from leadtight.adapters.inbound.webhooks.email.mail_intake import StoredMails, keep
from leadtight.adapters.inbound.webhooks.provider import Request
from leadtight.adapters.memory.files import MemoryMails
from leadtight.app.ports.files import StoredMail
from leadtight.domain.intake.inbound_email import InboundEmail, ReportKind, Suspicion
from leadtight.domain.model.errors import InvalidInquiry
from leadtight.domain.policy import sources
from leadtight.domain.policy.sources import Webhook
from leadtight.domain.policy.trust import Sender
from leadtight.policy import loader as policies
from tests.unit.adapters.email.posts import (
    BREVO,
    FORM,
    HIDDEN,
    OTHER,
    POSTMARK,
    POSTS,
    SECRET,
    WORDS,
    Post,
    form,
    public,
)
from tests.unit.adapters.inbound.webhooks.deliveries import NOW, URL

each = pytest.mark.parametrize("post", POSTS.values(), ids=POSTS.keys())


def check(post: Post, request: Request, *signing: str, later: timedelta = timedelta()) -> None:
    mail_provider(post.provider).check(request, WebhookSecrets(signing=signing or (post.secret,)), NOW + later)


def stored(post: Post, body: bytes | None = None) -> list[InboundEmail]:
    """Return the mails of a request, read back from storage."""
    webhook = Webhook(id="inbox", provider=post.provider, source="our_inbox")
    files, request = MemoryMails(NOW), post.request(body=body)
    names = keep(files, webhook, mail_provider(post.provider), request.body, post.content_type)
    reader = StoredMails(replace(policies.shipped(), webhooks={"inbox": webhook}))
    return [reader.read(name, files.files[name]) for name in names]


def test_every_provider_has_a_sample_post() -> None:
    assert {post.provider for post in POSTS.values()} == set(MAIL_PROVIDERS) == sources.MAIL_PROVIDERS


@each
def test_a_proved_post_is_authentic_under_any_live_secret_only(post: Post) -> None:
    other = public(OTHER) if post.provider == "sendgrid" else "other:other"
    check(post, post.request())
    check(post, post.request(), other, post.secret)
    for signing in ((other,), ("",), ("not base64!",)):
        with pytest.raises(WebhookVerificationError):
            check(post, post.request(), *signing)
    with pytest.raises(WebhookVerificationError):
        mail_provider(post.provider).check(post.request(), WebhookSecrets(), NOW)


@each
def test_a_post_without_its_proof_is_refused(post: Post) -> None:
    bare = Request(method="POST", url=URL, headers={"content-type": post.content_type}, query={}, body=form({"a": "b"}))
    with pytest.raises(WebhookVerificationError):
        check(post, bare)


@pytest.mark.parametrize("post", [post for post in POSTS.values() if post.signs_body])
def test_another_body_fails_where_the_body_is_signed(post: Post) -> None:
    signed = post.request()
    altered = replace(signed, body=signed.body + b"x")
    with pytest.raises(WebhookVerificationError):
        check(post, altered)


@pytest.mark.parametrize("post", [post for post in POSTS.values() if post.signs_time])
@pytest.mark.parametrize("way", [1, -1])
def test_where_the_time_is_signed_a_late_replay_fails(post: Post, way: int) -> None:
    check(post, post.request(), later=way * REPLAY_WINDOW)
    with pytest.raises(WebhookVerificationError):
        check(post, post.request(), later=way * (REPLAY_WINDOW + timedelta(seconds=1)))


@each
def test_the_mail_equals_the_one_that_was_sent(post: Post) -> None:
    [letter] = stored(post)
    assert (letter.sender, letter.sender_name, letter.subject) == ("ada@example.com", "Ada Obi", "Re: Solar roof")
    assert (letter.text, letter.quotes) == (WORDS, True)
    assert (letter.message_id, letter.references) == ("m1@example.com", ("0102-1@eu-central-1.amazonses.com",))
    assert letter.recipients == (HIDDEN, "sales@firm.example")
    assert [a.name for a in letter.attachments] == (["plan.pdf"] if post.attached else [])
    assert (letter.source, letter.suspicion) == ("our_inbox", None)


def test_several_mails_in_a_request_are_several_files() -> None:
    second = {**BREVO, "MessageId": "<m2@example.com>", "Headers": {}}
    letters = stored(POSTS["brevo"], json.dumps({"items": [BREVO, second]}).encode())
    assert [letter.message_id for letter in letters] == ["m1@example.com", "m2@example.com"]


def test_a_repeated_post_uses_the_same_file() -> None:
    webhook, files = Webhook(id="inbox", provider="postmark", source="inbox"), MemoryMails(NOW)
    for body in (b"{}", b"{}", b'{"a": 1}'):
        keep(files, webhook, mail_provider("postmark"), body, "application/json")
    assert len(files.files) == 2
    assert all(name.startswith("webhooks/inbox/") for name in files.files)


def test_html_is_read_when_there_is_no_text() -> None:
    content = {**POSTMARK, "TextBody": "", "HtmlBody": "<p>Call me</p>"}
    assert stored(POSTS["postmark"], json.dumps(content).encode())[0].text == "Call me"


def test_a_mail_that_a_provider_marks_as_spam_is_suspected() -> None:
    marked = {**POSTMARK, "Headers": [{"Name": "X-Spam-Status", "Value": "Yes"}]}
    [letter] = stored(POSTS["postmark"], json.dumps(marked).encode())
    assert letter.suspicion is Suspicion.SPAM
    headers = json.dumps([["From", "ada@example.com"], ["X-Mailgun-Sflag", "Yes"]])
    [letter] = stored(POSTS["mailgun"], form({"message-headers": headers, "body-plain": "x"}))
    assert letter.suspicion is Suspicion.SPAM


def test_a_header_value_cannot_add_a_second_header() -> None:
    content = {**POSTMARK, "Headers": [{"Name": "X-A", "Value": "b\r\nAuto-Submitted: auto-replied"}]}
    assert stored(POSTS["postmark"], json.dumps(content).encode())[0].headers == {}


def test_a_public_key_of_another_type_verifies_nothing() -> None:
    post = POSTS["sendgrid"]
    with pytest.raises(WebhookVerificationError):
        check(post, post.request(), base64.b64encode(b"not a key").decode())


def test_a_mail_by_a_removed_webhook_cannot_be_read() -> None:
    nothing = StoredMail(content=b"{}", content_type="", stored_at=NOW)
    with pytest.raises(InvalidInquiry):
        StoredMails(policies.shipped()).read("webhooks/gone/1", nothing)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*POSTMARK, *BREVO, "items"]), inner),
    max_leaves=20,
)


@given(content=JSON, name=st.sampled_from(sorted(MAIL_PROVIDERS)))
def test_any_authentic_post_is_stored_and_read_or_rejected(content: object, name: str) -> None:
    # no assert: any error but the rejection is raised
    read_or_refused(name, json.dumps(content).encode(), "application/json")


@given(
    fields=st.dictionaries(
        st.sampled_from(
            ["email", "headers", "message-headers", "body-mime", "body-plain", "envelope", "charsets", "text"]
        ),
        st.text(max_size=40)
        | st.sampled_from(["[[1]]", '{"to": 1}', "punycode", '{"text": "x"}', "From: a@b.example"]),
    ),
    name=st.sampled_from(["mailgun", "sendgrid"]),
)
def test_any_authentic_form_is_stored_and_read_or_rejected(fields: dict[str, str], name: str) -> None:
    # no assert: any error but the rejection is raised
    encoded = {key: value.encode("utf-8", "replace") for key, value in fields.items()}
    read_or_refused(name, form(encoded), FORM)  # type: ignore[arg-type]  # a dictionary of bytes is one of texts or bytes


@given(body=st.binary(max_size=200), kind=st.sampled_from([FORM, "", "multipart/form-data", "application/json"]))
@pytest.mark.parametrize("name", sorted(MAIL_PROVIDERS))
def test_any_posted_bytes_are_stored_and_read_or_rejected(name: str, body: bytes, kind: str) -> None:
    read_or_refused(name, body, kind)
    request = Request(method="POST", url=URL, headers={"content-type": kind}, query={}, body=body)
    with pytest.raises(WebhookVerificationError):
        mail_provider(name).check(request, WebhookSecrets(signing=(SECRET,)), NOW)


def read_or_refused(name: str, body: bytes, kind: str) -> None:
    try:
        stored(replace(POSTS["brevo"], provider=name, content_type=kind), body)
    except InvalidInquiry:
        return


def test_a_field_in_another_charset_is_read_as_mail_programs_mean_it() -> None:
    words = {
        "text": ("gb2312", "我叫朱镕基"),
        "subject": ("iso-8859-1", "Budget 20 €"),
        "from": ("utf-8", "Zoë <zoë@x.example>"),
    }
    codecs = {"gb2312": "gbk", "iso-8859-1": "cp1252"}
    fields = {name: value.encode(codecs.get(charset, charset)) for name, (charset, value) in words.items()}
    charsets = json.dumps({name: charset for name, (charset, _) in words.items()}).encode()
    body = urlencode({**fields, "charsets": charsets, "headers": b"To: sales@firm.example\n"}).encode()
    letter = mail_provider("sendgrid").parse_mail(body, "application/x-www-form-urlencoded")
    assert (letter.text, letter.subject, letter.sender) == ("我叫朱镕基", "Budget 20 €", "zoë@x.example")


def test_a_receipt_parsed_by_a_provider_is_not_an_answer() -> None:
    pairs = [["From", "ada@example.com"], ["Content-Type", "multipart/report; report-type=disposition-notification"]]
    body = urlencode({"message-headers": json.dumps(pairs), "body-plain": "Your message was read."}).encode()
    letter = mail_provider("mailgun").parse_mail(body, "application/x-www-form-urlencoded")
    assert letter.report is ReportKind.RECEIPT


@each
def test_headers_of_a_posted_mail_do_not_prove_its_sender(post: Post) -> None:
    forged = b"Authentication-Results: amazonses.com; dmarc=pass header.from=example.com"
    line = rb"\r\n" if post.content_type == "application/json" else b"\r\n"
    body = post.request().body.replace(b"From: Ada", forged + line + b"From: Ada")
    letters = stored(post, body)
    assert letters
    assert {letter.authentication.sender("ada@example.com") for letter in letters} == {Sender.UNPROVED}


def attested(post: Post, body: bytes) -> Sender:
    [letter] = stored(post, body)
    return letter.authentication.sender(letter.sender)


@pytest.mark.parametrize(
    ("verdict", "sender"),
    [
        ({"dkim": "{@evil.example : pass, @example.com : pass}"}, Sender.PROVED),
        ({"SPF": "pass", "envelope": '{"from": "x@example.com"}'}, Sender.PROVED),
        ({"SPF": "pass", "envelope": '{"from": "x@evil.example"}'}, Sender.UNPROVED),
        ({"SPF": "softfail", "dkim": "{@example.com : fail}"}, Sender.UNPROVED),
        ({"dkim": "none"}, Sender.UNPROVED),
    ],
)
def test_sendgrids_verdicts_prove_a_sender(verdict: dict[str, str], sender: Sender) -> None:
    fields: dict[str, str | bytes] = {"headers": "From: ada@example.com\r\n", "text": "STOP", **verdict}
    assert attested(POSTS["sendgrid"], form(fields, file=False)) is sender


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ([["X-Mailgun-Spf", "Pass"]], Sender.PROVED),
        ([["X-Mailgun-Spf", "Fail"]], Sender.UNPROVED),
        ([["X-Mailgun-Spf", "Fail"], ["X-Mailgun-Spf", "Pass"]], Sender.UNPROVED),
    ],
)
def test_mailguns_verdict_proves_a_sender(headers: list[list[str]], sender: Sender) -> None:
    message_headers = json.dumps([*headers, ["From", "ada@example.com"]])
    fields: dict[str, str | bytes] = {
        "message-headers": message_headers,
        "body-plain": "STOP",
        "sender": "x@example.com",
    }
    assert attested(POSTS["mailgun"], form(fields, file=False)) is sender


@pytest.mark.parametrize(
    ("tests", "sender"),
    [
        (["SPF_PASS, DKIM_VALID_AU"], Sender.PROVED),
        (["DKIM_VALID,SPF_PASS"], Sender.UNPROVED),
        (["SPF_FAIL", "DKIM_VALID_AU"], Sender.UNPROVED),
    ],
)
def test_postmarks_verdict_proves_a_sender(tests: list[str], sender: Sender) -> None:
    headers = [{"Name": "X-Spam-Tests", "Value": value} for value in tests]
    assert attested(POSTS["postmark"], json.dumps({**POSTMARK, "Headers": headers}).encode()) is sender
