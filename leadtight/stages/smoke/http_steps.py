"""The API as strangers meet it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from leadtight.domain.policy.forms import Builder, Form
from leadtight.stages.checks import Verdict, failed, not_asked, passed, warned
from leadtight.stages.smoke.session import Session, TrialLead
from leadtight.stages.smoke.web import WebAnswer, multipart

STRANGE_ORIGIN = "https://stranger.invalid"
TOO_LARGE = 65 * 1024
BURST = 200
AT_ONCE = 50
ALLOWED = "access-control-allow-origin"
LOG_OF_INTAKE = "read the log of intake (/leadtight/NAME/intake)"


def health_is_answered(session: Session) -> Verdict:
    """Check GET and HEAD of /health."""
    answers = {method: session.web.ask(method, "/health") for method in ("GET", "HEAD")}
    wrong = {method: answer.status for method, answer in answers.items() if answer.status != 200}
    if "GET" in wrong:
        return failed(f"GET answered {wrong['GET']} {answers['GET'].body[:200]}", LOG_OF_INTAKE)
    session.measure("health", answers["GET"].seconds)
    if wrong:
        return warned(f"HEAD answered {wrong['HEAD']}", "let uptime monitors use GET, or deploy this version")
    return passed(f"GET and HEAD answered 200, GET in {answers['GET'].seconds:.2f} s")


def unknown_route_is_404(session: Session) -> Verdict:
    """Check that an unknown path is not found."""
    answer = session.web.get("/no-such-route")
    if answer.status != 404:
        return failed(f"GET /no-such-route answered {answer.status}", "check the API's routes: `make diff`")
    return passed("GET /no-such-route answered 404")


def scripts_may_read(session: Session) -> Verdict:
    """Check CORS for an allowed and for a strange origin."""
    allowed = session.policy.api.origins
    strange = _preflight(session, STRANGE_ORIGIN)
    if strange.status >= 500 or strange.status == 0:
        return failed(f"OPTIONS /leads answered {strange.status}", LOG_OF_INTAKE)
    if ALLOWED in strange.headers:
        return failed(
            f"a page of {STRANGE_ORIGIN} may read answers", "deploy again: only `api.origins` of the policy may"
        )
    if not allowed:
        return passed("no origin is allowed by the policy, and none is")
    known = _preflight(session, allowed[0])
    if known.headers.get(ALLOWED) != allowed[0]:
        return failed(
            f"a page of {allowed[0]} may not read answers: {known.status}, {known.headers.get(ALLOWED)}",
            "deploy again: the policy's `api.origins` names it",
        )
    return passed(f"{allowed[0]} may read answers, {STRANGE_ORIGIN} may not")


def forms_are_taken(session: Session) -> Verdict:
    """Post a form as browsers do, urlencoded and as multipart."""
    form = plain_form(session.policy.forms)
    if form is None:
        return not_asked("the policy has no form without a challenge or a signature")
    urlencoded = post_form(session, form, "form")
    with_parts = post_form(session, form, "parts")
    wrong = [lead for lead in (urlencoded, with_parts) if lead.answer.status != 202]
    if wrong:
        return failed(
            "; ".join(f"{lead.name}: {lead.answer.status} {lead.answer.body[:200]}" for lead in wrong), LOG_OF_INTAKE
        )
    return passed(f"/forms/{form.id} accepted an urlencoded and a multipart post")


def large_post_is_413(session: Session) -> Verdict:
    """Check that a body of 65 KB is refused."""
    body = {"name": "x" * TOO_LARGE, "email": session.address("large")}
    answer = session.web.post_json("/leads", body)
    if answer.status != 413:
        return failed(f"a body of 65 KB was answered {answer.status} {answer.body[:200]}", LOG_OF_INTAKE)
    return passed("a body of 65 KB was answered 413")


def burst_is_throttled(session: Session) -> Verdict:
    """Send two hundred requests at once: some 429, none 5xx.

    Last of all, so that no other step meets the limit.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = Counter(answer.status for answer in pool.map(lambda _: session.web.get("/health"), range(BURST)))
    saw = ", ".join(f"{count} times {status}" for status, count in sorted(statuses.items()))
    if any(status >= 500 or status == 0 for status in statuses):
        return failed(
            saw, "raise the account's concurrent Lambda executions (Service Quotas), or lower the API's limits"
        )
    if not statuses[429]:
        return warned(saw, "the API's limits are above this machine's rate: check them in the API's stage")
    return passed(saw)


def plain_form(forms: Mapping[str, Form]) -> Form | None:
    """Return a form that a program can post."""
    return next(
        (form for form in forms.values() if form.builder is Builder.HTML and form.challenge is None),
        None,
    )


def post_form(session: Session, form: Form, name: str) -> TrialLead:
    """Post a form; in parts for the lead `parts`."""
    address = session.address(name)
    session.remember(address)
    known = {ours: theirs for theirs, ours in form.fields.items()}
    values = {"name": f"Smoke test {name}", "email": address, "message": "This is a test of the deployment."}
    fields = {known.get(field, field): value for field, value in values.items()}
    posted_at, path, asks = session.now(), f"/forms/{form.id}", {"accept": "application/json"}
    if name != "parts":
        answer = session.web.post_form(path, fields, asks)
    else:
        boundary = f"smoke{session.run}"
        kind = {"content-type": f"multipart/form-data; boundary={boundary}"} | asks
        answer = session.web.ask("POST", path, multipart(fields, boundary), kind)
    return session.keep(TrialLead(name=name, address=address, posted_at=posted_at, answer=answer))


def _preflight(session: Session, origin: str) -> WebAnswer:
    headers = {"origin": origin, "access-control-request-method": "POST"}
    return session.web.ask("OPTIONS", "/leads", headers=headers)
