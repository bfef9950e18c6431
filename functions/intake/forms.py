"""Web forms over HTTP: whatever is odd about a post, its sender sees the same page."""

from dataclasses import replace

from aws_lambda_powertools import Logger

from leadtight import wiring
from leadtight.adapters import form_posts, http, pages_plain
from leadtight.adapters.forms import authentic
from leadtight.adapters.outages import is_outage
from leadtight.adapters.webhooks.provider import NotAuthentic
from leadtight.app import large_posts
from leadtight.app.deliveries import Settled
from leadtight.app.form_door import Posted, Spilled
from leadtight.domain.errors import Conflict, InvalidInquiry, Problem
from leadtight.domain.forms import Builder, Form

logger = Logger(child=True)


def receive(event: http.Event) -> http.Response:
    """Take a form's post: on to the thank-you page, or JSON for programs."""
    form = wiring.policy().forms.get(event["pathParameters"]["form"])
    if form is None:
        return http.problem(404, "There is no such form", [Problem("form", "not in the policy")])
    try:
        post = form_posts.read(event)
    except http.BodyTooLargeError:
        if not _wants_page(form, event):
            raise
        return http.page(413, pages_plain.form_too_large())
    body = http.body(event, form_posts.LARGEST_POST)
    try:
        is_signed = authentic.check(
            form, post.fields, body, http.header(event, "tally-signature"), wiring.webhook_keys()
        )
    except NotAuthentic as error:
        logger.warning("form_refused", form=form.id, why=str(error))
        return http.problem(401, "This post is not authentic")
    posted = Posted(
        fields=post.fields,
        visitor=http.visitor(event),
        page=http.seen(event, "referer"),
        uploads=tuple(post.uploads),
        signed=is_signed,
    )
    return _taken(form, posted, event)


def _taken(form: Form, posted: Posted, event: http.Event) -> http.Response:
    as_page = _wants_page(form, event)
    by_visitor = as_page or form.builder is Builder.HTML
    now = wiring.clock()()
    try:
        large_posts.take_turn(wiring.outbox(), large_posts.size_of(posted.fields), now)
        settled = wiring.form_door().take(form, posted, now, by_visitor=by_visitor)
    except InvalidInquiry as error:
        return http.page(422, pages_plain.form_problems(error.problems)) if as_page else http.incomplete(error)
    except Exception as error:
        if not (is_outage(error) or isinstance(error, Conflict)):
            raise
        logger.warning("form_spilled", form=form.id, why=type(error).__name__)
        words = replace(posted, uploads=())  # a message of the queue is too small for files
        wiring.spill().put(Spilled(form=form.id, posted=words, at=now))  # raises when it cannot be kept: answered 503
        settled = Settled(id="", status="held")
    if settled:
        logger.info("form_taken", form=form.id, id=settled.id, status=settled.status)
    if as_page:
        check = "" if settled is None or settled.is_reachable else "?check=address"
        return http.see_other(form.thank_you_url or f"{form.id}/thanks{check}")
    return http.settled(settled) if settled else http.answer(200, {"status": "ignored"})


def _wants_page(form: Form, event: http.Event) -> bool:
    """Tell whether a person waits for a page: programs ask for JSON, and builders' servers for nothing."""
    accepted = http.header(event, "accept")
    return "text/html" in accepted or (form.builder is Builder.HTML and "application/json" not in accepted)
