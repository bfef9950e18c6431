"""Composition root: builds each part lazily, once per process.

Imports stand inside the functions on purpose: a Lambda pays at cold start only for the parts that it uses.
"""

from __future__ import annotations

import gc
from functools import cache, cached_property
from typing import TYPE_CHECKING

from leadtight import settings
from leadtight.policy import loader as policies

if TYPE_CHECKING:
    from leadtight.adapters.aws.s3 import S3Files, S3Mails, S3Uploads
    from leadtight.adapters.aws.secret_store import ApiKeys, WebhookKeys
    from leadtight.adapters.aws.spill_queue import SpillQueue
    from leadtight.adapters.dynamodb.table import DynamoTable
    from leadtight.adapters.http.origin import OriginVerifier
    from leadtight.adapters.inbound.webhooks.client import Fetching
    from leadtight.adapters.presentation.pages.outcome import Pages
    from leadtight.app.intake.fetch_announced import ReadFetched
    from leadtight.app.intake.form_posts import FormIntake, FormPost
    from leadtight.app.intake.mail_bucket import MailBucket
    from leadtight.app.intake.reconcile import Reconcile
    from leadtight.app.messaging.links import Links
    from leadtight.app.ports.alarms import Alarms
    from leadtight.app.ports.board import BoardStore
    from leadtight.app.ports.clock_and_ids import Clock, NewId
    from leadtight.app.ports.compliance import DncLists
    from leadtight.app.ports.files import MailFiles
    from leadtight.app.ports.leads import LeadStore
    from leadtight.app.ports.messaging import CallPlacer, Chat, Mailer, Renderer, Texter
    from leadtight.app.ports.outbox import CountMessage, Outbox, Retries, SendPace
    from leadtight.app.ports.quarantine import Fetch, Hint, QuarantineStore
    from leadtight.app.ports.runs import RunLog
    from leadtight.application import Application
    from leadtight.domain.policy.forms import Form
    from leadtight.domain.policy.policy import Policy


def clock() -> Clock:
    """Return the real clock."""
    from leadtight.adapters import clock_and_ids

    return clock_and_ids.clock


def policy() -> Policy:
    """Return the policy of this deployment."""
    return policies.shipped()


@cache
def table() -> DynamoTable:
    """Return the table: leads, outbox and history."""
    from leadtight.adapters.dynamodb.table import DynamoTable

    made = DynamoTable(settings.current().table, settings.current().region)
    made.connect()
    wake_collector()
    return made


def wake_collector() -> None:
    """Re-enable garbage collection after a cold start of intake.

    `functions.intake` switches it off. Existing objects stay out of it.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.enable()


def trace_lead(lead_id: str | None) -> None:
    """Annotate this run's trace, if any, with a lead."""
    from leadtight.adapters.aws import trace

    trace.annotate(lead_id, clock()())


class Deployed:
    """The deployment's ports, built lazily (`leadtight.application.Ports`)."""

    @cached_property
    def store(self) -> LeadStore:
        """The store of leads."""
        return table()

    @cached_property
    def outbox(self) -> Outbox:
        """The outbox of owed messages."""
        return table()

    @cached_property
    def board(self) -> BoardStore:
        """The index of the board."""
        return table()

    @cached_property
    def held(self) -> QuarantineStore:
        """The store of held deliveries."""
        from leadtight.adapters.dynamodb.quarantine import DynamoQuarantine

        return DynamoQuarantine(table())

    @cached_property
    def call_lists(self) -> DncLists:
        """The do-not-call lists."""
        from leadtight.adapters.dynamodb.dnc_lists import DynamoDncLists

        return DynamoDncLists(table())

    @property
    def mail_files(self) -> MailFiles:
        """The stored mails."""
        return mail_files()

    @cached_property
    def alarms(self) -> Alarms:
        """The schedules, and the queue for near alarms."""
        from leadtight.adapters.aws.scheduler import AwsAlarms

        here = settings.current()
        return AwsAlarms(
            queue_url=here.alarm_queue_url,
            queue_arn=here.alarm_queue_arn,
            schedule_group=here.schedule_group,
            role_arn=here.scheduler_role_arn,
        )

    @cached_property
    def retries(self) -> Retries:
        """The queue of retries."""
        from leadtight.adapters.aws.retry_queue import QueueRetries

        return QueueRetries(settings.current().retry_queue_url)

    @cached_property
    def pace(self) -> SendPace:
        """The pace of sends by provider."""
        from leadtight.adapters.dynamodb.send_pace import DynamoPace

        return DynamoPace(table())

    @cached_property
    def runs(self) -> RunLog:
        """The log of scheduled runs."""
        from leadtight.adapters.dynamodb.runs import DynamoRuns

        return DynamoRuns(table())

    @cached_property
    def mailer(self) -> Mailer:
        """The sender of mails."""
        from leadtight.adapters.aws.senders import SesMailer

        return SesMailer(
            sender=settings.current().mail_from,
            sender_name=policy().company.name,
            reply_to=policy().company.reply_to,
            configuration_set=settings.current().configuration_set,
            clock=clock(),
        )

    @cached_property
    def texter(self) -> Texter:
        """The sender of texts."""
        from leadtight.adapters.aws.senders import EndUserTexter, SnsTexter

        here = settings.current()
        if not here.text_origination:
            return SnsTexter()
        return EndUserTexter(origination=here.text_origination, configuration_set=here.text_configuration_set)

    @cached_property
    def caller(self) -> CallPlacer:
        """The placer of calls."""
        from leadtight.adapters.aws.senders import ConnectCaller

        return ConnectCaller(policy().voice)

    @cached_property
    def chat(self) -> Chat:
        """The poster to chats."""
        from leadtight.adapters.aws.secret_store import ChatAddresses
        from leadtight.adapters.http import client
        from leadtight.adapters.presentation.chat import WebhookChat

        return WebhookChat(ChatAddresses(settings.current().alert_secret_arn), client.post_json)

    @cached_property
    def count_message(self) -> CountMessage:
        """The metrics of messages."""
        from leadtight.adapters.aws import message_metrics

        return message_metrics.write

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer of messages."""
        from leadtight.adapters.presentation.messages import JinjaRenderer

        return JinjaRenderer()

    @cached_property
    def links(self) -> Links:
        """The signed links."""
        from leadtight.adapters.aws.secret_store import SecretsManagerKeys
        from leadtight.app.messaging.links import Links

        keys = SecretsManagerKeys(settings.current().link_secret_arn)
        return Links(keys, settings.current().public_url, policy().company.reply_domain)

    @cached_property
    def hint(self) -> Hint:
        """The announcer of deliveries to fetch."""
        from leadtight.adapters.aws.fetch_queue import QueueHints

        return QueueHints(settings.current().collect_queue_url)

    @cached_property
    def fetch(self) -> Fetch:
        """The fetcher of announced content."""
        return fetching().fetch

    @cached_property
    def read_fetched(self) -> ReadFetched:
        """The reader of fetched content."""
        return fetching().read

    @cached_property
    def new_id(self) -> NewId:
        """The generator of ids."""
        from leadtight.adapters.clock_and_ids import new_id

        return new_id


@cache
def ports() -> Deployed:
    """Return the ports of this deployment."""
    return Deployed()


@cache
def app() -> Application:
    """Return the use cases of this deployment."""
    from leadtight.application import Application

    return Application(policy(), ports())


@cache
def report_files() -> S3Files:
    """Return the reports bucket."""
    from leadtight.adapters.aws.s3 import S3Files

    return S3Files(settings.current().reports_bucket)


@cache
def spill() -> SpillQueue:
    """Return the queue of spilled form posts."""
    from leadtight.adapters.aws.spill_queue import SpillQueue

    return SpillQueue(settings.current().spill_queue_url)


@cache
def form_intake() -> FormIntake:
    """Return the intake of form posts."""
    from leadtight.adapters.http import client
    from leadtight.adapters.inbound.forms import reader
    from leadtight.adapters.inbound.forms.challenge import Challenges
    from leadtight.app.intake.form_posts import FormIntake

    return FormIntake(app().deliveries, reader.read, reader.keep, Challenges(webhook_keys(), client.post), _keep_files)


def _keep_files(form: Form, posted: FormPost) -> FormPost:
    from leadtight.app.intake.uploads import (
        Uploads,  # lazy: few forms keep files, and the S3 client slows a cold start
    )

    return Uploads(upload_files()).keep(form, posted)


@cache
def upload_files() -> S3Uploads:
    """Return the bucket of the files that came with forms."""
    from leadtight.adapters.aws.s3 import S3Uploads

    return S3Uploads(settings.current().uploads_bucket)


@cache
def fetching() -> Fetching:
    """Return the client of webhook providers."""
    from leadtight.adapters.http import client
    from leadtight.adapters.inbound.webhooks.client import Fetching

    return Fetching(policy(), webhook_keys(), client.ask)


@cache
def reconcile() -> Reconcile:
    """Return the use case that reconciles sources."""
    from leadtight.adapters.reconciliation_files import FileReconciliations
    from leadtight.app.intake.reconcile import Reconcile

    records = FileReconciliations(report_files())
    return Reconcile(table(), app().deliveries, records, fetching().listed, policy().company.zone)


@cache
def mail_bucket() -> MailBucket:
    """Return the use case of the mail bucket."""
    from leadtight.adapters.reconciliation_files import FileReconciliations
    from leadtight.app.intake.mail_bucket import MailBucket

    records = FileReconciliations(report_files())
    return MailBucket(app().mails, mail_files(), table(), records, policy().company.zone)


@cache
def mail_files() -> S3Mails:
    """Return the mail bucket."""
    from leadtight.adapters.aws.s3 import S3Mails

    return S3Mails(settings.current().mail_bucket)


@cache
def webhook_keys() -> WebhookKeys:
    """Return the secrets of the webhooks."""
    from leadtight.adapters.aws.secret_store import WebhookKeys

    return WebhookKeys(settings.current().webhook_secret_arn)


@cache
def api_keys() -> ApiKeys:
    """Return the live keys of the API."""
    from leadtight.adapters.aws.secret_store import ApiKeys

    return ApiKeys(settings.current().api_secret_arn)


@cache
def origin_verifier() -> OriginVerifier | None:
    """Return the check for CloudFront; None without CloudFront."""
    if not (secret := settings.current().front_secret_arn):
        return None
    from leadtight.adapters.aws.secret_store import FrontKeys
    from leadtight.adapters.http.origin import OriginVerifier

    return OriginVerifier(FrontKeys(secret))


@cache
def pages() -> Pages:
    """Return the pages of the desk."""
    from leadtight.adapters.presentation.pages.outcome import Pages

    return Pages(policy())


def forget() -> None:
    """Drop every built part.

    Tests that change environment or endpoint start afresh.
    """
    from leadtight.adapters.aws import clients

    settings.current.cache_clear()
    clients.forget_clients()
    for part in (
        table,
        ports,
        app,
        report_files,
        webhook_keys,
        spill,
        api_keys,
        origin_verifier,
        form_intake,
        mail_files,
        upload_files,
        fetching,
        reconcile,
        mail_bucket,
        pages,
    ):
        part.cache_clear()
