"""The console's routes."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from leadtight.adapters.aws.s3 import S3Files
from leadtight.adapters.clock_and_ids import clock
from leadtight.adapters.dynamodb.table import DynamoTable
from leadtight.devstage.console.actions import Actions
from leadtight.devstage.console.deployed import LocalStack
from leadtight.devstage.console.guard import RequestGuard
from leadtight.devstage.console.health import Health
from leadtight.devstage.console.layout import Layout
from leadtight.devstage.console.pages import ConsolePages
from leadtight.devstage.console.people import PersonStates
from leadtight.devstage.console.reading import LeadReader
from leadtight.devstage.console.reports import ReportBrowser
from leadtight.devstage.console.sent import SentMessages
from leadtight.devstage.deployment import POLICY
from leadtight.devstage.info import DevInfo
from leadtight.domain.policy.policy import Policy
from leadtight.policy import loader as policies

STATIC = Path(__file__).with_name("static")


def create_app(info: DevInfo, policy: Policy | None = None) -> Starlette:
    """Create the console of a running local stage.

    `policy` is the deployed one, by default that of `make dev`. The process's environment locates AWS.
    """
    policy = policy or policies.load(POLICY)
    table, deployed, sent = DynamoTable(info.table, info.region), LocalStack(info), SentMessages(info.aws_endpoint)
    people = PersonStates(policy, table)
    layout = Layout(info, policy)
    pages = ConsolePages(
        layout,
        reading=LeadReader(policy, table, sent, outcome_address=f"{info.api_url}/o/"),
        sent=sent,
        people=people,
        reports=ReportBrowser(policy, S3Files(info.reports_bucket), deployed, info.api_url),
        health=Health(info, table, deployed, clock()),
    )
    actions = Actions(layout, people=people, deployed=deployed, zone=policy.company.zone)
    return Starlette(
        routes=_routes(pages, actions),
        middleware=[Middleware(RequestGuard, api_url=info.api_url)],
        exception_handlers={404: pages.not_found, 500: pages.broken},
    )


def _routes(pages: ConsolePages, actions: Actions) -> list[Route | Mount]:
    return [
        Route("/", pages.home),
        Route("/leads/{lead_id}", pages.lead),
        Route("/outbox", pages.outbox),
        Route("/outbox/{message_id}", pages.message),
        Route("/people", pages.people),
        Route("/people/{person_id}/board", pages.open_board),
        Route("/people/{person_id}/away", actions.send_away, methods=["POST"]),
        Route("/people/{person_id}/back", actions.bring_back, methods=["POST"]),
        Route("/report", pages.report),
        Route("/report/weekly/open", pages.open_review),
        Route("/report/files/{key:path}", pages.open_file),
        Route("/report/{kind}", actions.run_report, methods=["POST"]),
        Route("/sweep", actions.sweep, methods=["POST"]),
        Route("/health", pages.health),
        Route("/health/quarantine", pages.open_quarantine),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]
