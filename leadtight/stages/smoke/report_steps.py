"""Pages, reports and facts."""

from __future__ import annotations

import json
import urllib.parse

from leadtight.domain.calendar.week import Week
from leadtight.stages.checks import Verdict, failed, passed, warned
from leadtight.stages.smoke import policy_fit
from leadtight.stages.smoke.session import Session
from leadtight.stages.smoke.stores import QueryFailed

SIGNED_BY = "X-Amz-Algorithm"
PAGES = ("board", "queue", "quarantine")


def pages_open(session: Session) -> Verdict:
    """Open a manager's board, queue and quarantine."""
    manager, now = policy_fit.manager_of_tests(session.policy, session.now()), session.now()
    links = {
        "board": session.links.board(manager, now),
        "queue": session.links.queue(manager, now),
        "quarantine": session.links.quarantine(manager, now),
    }
    answers = {name: session.web.get(link) for name, link in links.items()}
    for name, answer in answers.items():
        session.measure(f"page_{name}", answer.seconds)
    wrong = {name: answer.status for name, answer in answers.items() if answer.status != 200}
    if wrong:
        return failed(", ".join(f"{name} answered {status}" for name, status in wrong.items()), "read the log of desk")
    return passed(f"{', '.join(PAGES)} opened")


def report_is_written(session: Session) -> Verdict:
    """Check that today's figures hold no test lead."""
    day = session.now().astimezone(session.policy.company.zone).date().isoformat()
    answer = session.stage.invoke("report", {"kind": "nightly", "date": day})
    if answer.error:
        return failed(f"the report function: {answer.error[:300]}", "read the log of report")
    stored = session.stores.report(f"metrics/dt={day}/metrics.json")
    facts = session.stores.report(f"facts/dt={day}/facts.parquet")
    if stored is None or facts is None:
        return failed(f"no figures of {day} in the reports bucket", "read the log of report")
    metrics = json.loads(stored)
    session.notes["facts"] = str(metrics["rows"]["leads"]["read"])
    session.notes["day"] = day
    tests = metrics["day"]["excluded"]["by_reason"].get("test", 0)
    if session.leads and tests < 1:
        return failed(
            f"the figures of {day} count the test leads as leads", "give the tier of test leads `test = true`"
        )
    return passed(
        f"{day}: {metrics['rows']['leads']['read']} leads in the facts, {tests} of them tests and not counted"
    )


def report_opens(session: Session) -> Verdict:
    """Write this week's page, and open it by its link."""
    day = session.now().astimezone(session.policy.company.zone).date()
    answer = session.stage.invoke("report", {"kind": "weekly", "date": day.isoformat()})
    if answer.error:
        return failed(f"the report function: {answer.error[:300]}", "read the log of report")
    manager = policy_fit.manager_of_tests(session.policy, session.now())
    link = session.links.report(f"weekly/{Week.of(day)}/index.html", manager, session.now())
    session.notes["report_link"] = link
    return opens(session, link)


def opens(session: Session, link: str) -> Verdict:
    """Open a report's link as its reader does."""
    redirect = session.web.get(link)
    address = redirect.headers.get("location", "")
    if redirect.status != 302 or not address:
        return failed(f"the link answered {redirect.status}", "read the log of desk")
    page = session.web.get(address)
    host = urllib.parse.urlsplit(address).netloc
    if page.status != 200 or "<html" not in page.body:
        return failed(
            f"{host} answered {page.status} {page.body[:200]}",
            "the link must be signed with SigV4 for the bucket's regional host: deploy this version",
        )
    if SIGNED_BY not in address:
        return warned(f"{host} answered 200 to a link of SigV2", "newer buckets refuse SigV2: deploy this version")
    session.measure("report_page", page.seconds)
    return passed(f"{host} answered 200, signed with SigV4")


def facts_are_queried(session: Session) -> Verdict:
    """Count the facts of today in Athena."""
    if "day" not in session.notes:
        return failed("there are no figures of today", "see the step report-written")
    try:
        counted = session.stores.count_facts(session.notes["day"])
    except QueryFailed as error:
        return failed(
            f"Athena: {error}", "give the reader `FactsReaderPolicyArn`, and check the catalogue (docs/reference)"
        )
    if str(counted) != session.notes["facts"]:
        return failed(f"Athena counts {counted}, the page {session.notes['facts']}", "check the table's location")
    return passed(f"Athena counts {counted} leads, as the page does")
