"""Receive web forms over HTTP.

A sender always sees the same page, however odd the post.
"""

from dataclasses import replace

from aws_lambda_powertools import Logger

from leadtight import bootstrap
from leadtight.adapters.aws.outages import is_outage
from leadtight.adapters.http import events
from leadtight.adapters.inbound.forms import authenticity, post_body
from leadtight.adapters.inbound.signatures import WebhookVerificationError
from leadtight.adapters.presentation.pages import intake
from leadtight.app.intake import large_posts
from leadtight.app.intake.deliveries import SettledItem
from leadtight.app.intake.form_posts import FormPost, SpilledFormPost
from leadtight.domain.model.errors import Conflict, InvalidInquiry, Problem
from leadtight.domain.policy.forms import Builder, Form

logger = Logger(child=True)


def receive(event: events.Event) -> events.Response:
    """Receive a form post.

    A visitor is sent to the thank-you page, a program gets JSON.
    """
    form = bootstrap.policy().forms.get(event["pathParameters"]["form"])
    if form is None:
        return events.problem(404, "There is no such form", [Problem("form", "not in the policy")])
    try:
        post = post_body.read(event)
    except events.BodyTooLargeError:
        if not _wants_page(form, event):
            raise
        return events.page(413, intake.form_too_large())
    body = events.body(event, post_body.LARGEST_POST)
    try:
        is_signed = authenticity.check(
            form, post.fields, body, events.header(event, "tally-signature"), bootstrap.webhook_keys()
        )
    except WebhookVerificationError as error:
        logger.warning("form_refused", form=form.id, why=str(error))
        return events.problem(401, "This post is not authentic")
    posted = FormPost(
        fields=post.fields,
        visitor=events.visitor(event),
        page=events.sanitized_header(event, "referer"),
        uploads=tuple(post.uploads),
        signed=is_signed,
    )
    return _taken(form, posted, event)


def _taken(form: Form, posted: FormPost, event: events.Event) -> events.Response:
    as_page = _wants_page(form, event)
    by_visitor = as_page or form.builder is Builder.HTML
    now = bootstrap.clock()()
    try:
        large_posts.take_turn(bootstrap.ports().outbox, large_posts.size_of(posted.fields), now)
        settled = bootstrap.form_intake().take(form, posted, now, by_visitor=by_visitor)
    except InvalidInquiry as error:
        return events.page(422, intake.form_problems(error.problems)) if as_page else events.incomplete(error)
    except Exception as error:
        if not (is_outage(error) or isinstance(error, Conflict)):
            raise
        logger.warning("form_spilled", form=form.id, why=type(error).__name__)
        words = replace(posted, uploads=())  # files do not fit into a queue message
        bootstrap.spill().put(
            SpilledFormPost(form=form.id, posted=words, at=now)
        )  # raises when it cannot be queued: answered 503
        settled = SettledItem(id="", status="held")
    if settled:
        bootstrap.trace_lead(settled.id)
        logger.info("form_taken", form=form.id, lead_id=settled.id, status=settled.status)
    if as_page:
        check = "" if settled is None or settled.is_reachable else "?check=address"
        return events.see_other(form.thank_you_url or f"{form.id}/thanks{check}")
    return events.settled(settled) if settled else events.answer(200, {"status": "ignored"})


def _wants_page(form: Form, event: events.Event) -> bool:
    """Return whether a person waits for a page.

    Programs ask for JSON, and builders' servers for nothing.
    """
    accepted = events.header(event, "accept")
    return "text/html" in accepted or (form.builder is Builder.HTML and "application/json" not in accepted)
