"""Composition root: every part is made here, once per process, when it is first asked for.

Imports stand inside the functions on purpose: a Lambda pays at cold start only for the parts that it uses.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from leadtight import policy as policies
from leadtight import settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadtight.adapters.alarms import AwsAlarms
    from leadtight.adapters.dynamo import DynamoTable
    from leadtight.adapters.files import S3Files, S3Mails
    from leadtight.adapters.pages import Pages
    from leadtight.adapters.secrets import ApiKeys, WebhookKeys
    from leadtight.adapters.webhooks.fetching import Fetching
    from leadtight.app.asking import Asking
    from leadtight.app.board import Boards
    from leadtight.app.collect import Collect
    from leadtight.app.deliveries import Deliveries, Item
    from leadtight.app.desk import Desk
    from leadtight.app.digest import Digest
    from leadtight.app.form_door import FormDoor
    from leadtight.app.importing import Import
    from leadtight.app.intake import Intake
    from leadtight.app.links import Links
    from leadtight.app.mail import Mails
    from leadtight.app.ports import CallLists, Clock, EventLog, HeldStore, LeadStore, Mailer, Outbox
    from leadtight.app.programs import Programs
    from leadtight.app.quarantine import Quarantine
    from leadtight.app.quarantine_desk import QuarantineDesk
    from leadtight.app.queue import Queue
    from leadtight.app.quick_add import QuickAdd
    from leadtight.app.rearm import Rearm
    from leadtight.app.reconcile import Reconcile
    from leadtight.app.respond import Respond
    from leadtight.app.route import Route
    from leadtight.app.sla import Sla
    from leadtight.app.undelivered import Undelivered
    from leadtight.app.unsubscribe import Unsubscribe
    from leadtight.app.weekly_mail import WeeklyMail
    from leadtight.domain.held import Held
    from leadtight.domain.policy import Policy


def clock() -> Clock:
    """Return the real clock."""
    from leadtight.adapters import identity

    return identity.clock


def policy() -> Policy:
    """Return the policy of this deployment."""
    return policies.shipped()


@cache
def table() -> DynamoTable:
    """Return the table: leads, outbox and history."""
    from leadtight.adapters.dynamo import DynamoTable

    return DynamoTable(settings.current().table, settings.current().region)


def store() -> LeadStore:
    """Return the table as the store of leads."""
    return table()


def outbox() -> Outbox:
    """Return the table as the outbox."""
    return table()


def event_log() -> EventLog:
    """Return the table as the log of events by day."""
    return table()


@cache
def call_lists() -> CallLists:
    """Return the do-not-call lists."""
    from leadtight.adapters.call_lists import DynamoCallLists

    return DynamoCallLists(table())


@cache
def alarms() -> AwsAlarms:
    """Return the alarms."""
    from leadtight.adapters.alarms import AwsAlarms

    here = settings.current()
    return AwsAlarms(
        queue_url=here.alarm_queue_url,
        queue_arn=here.alarm_queue_arn,
        schedule_group=here.schedule_group,
        role_arn=here.scheduler_role_arn,
    )


@cache
def links() -> Links:
    """Return the signed links."""
    from leadtight.adapters.secrets import SecretsManagerKeys
    from leadtight.app.links import Links

    keys = SecretsManagerKeys(settings.current().link_secret_arn)
    return Links(keys, settings.current().public_url, policy().company.reply_domain)


@cache
def report_files() -> S3Files:
    """Return the reports bucket."""
    from leadtight.adapters.files import S3Files

    return S3Files(settings.current().reports_bucket)


@cache
def intake() -> Intake:
    """Return the intake use case."""
    from leadtight.adapters.contacts import RealContacts
    from leadtight.adapters.identity import new_id
    from leadtight.app.intake import Intake

    return Intake(policy(), store(), RealContacts(), new_id, alarms())


@cache
def importing() -> Import:
    """Return the use case that takes rows of files."""
    from leadtight.app.importing import Import

    return Import(policy(), intake())


@cache
def deliveries() -> Deliveries:
    """Return the use case that takes what other systems deliver."""
    from leadtight.adapters.hints import QueueHints
    from leadtight.adapters.identity import new_id
    from leadtight.app.deliveries import Deliveries

    return Deliveries(intake(), held_store(), new_id, QueueHints(settings.current().collect_queue_url))


@cache
def form_door() -> FormDoor:
    """Return the use case that takes form posts."""
    from leadtight.adapters import web
    from leadtight.adapters.forms import reading
    from leadtight.adapters.forms.challenge import Challenges
    from leadtight.app.form_door import FormDoor

    return FormDoor(deliveries(), reading.read, reading.keep, Challenges(webhook_keys(), web.post))


@cache
def collect() -> Collect:
    """Return the use case that fetches what was announced."""
    from leadtight.app.collect import Collect

    return Collect(held_store(), intake(), fetching().fetch, fetching().read)


@cache
def fetching() -> Fetching:
    """Return who asks the providers of webhooks."""
    from leadtight.adapters import web
    from leadtight.adapters.webhooks.fetching import Fetching

    return Fetching(policy(), webhook_keys(), web.ask)


@cache
def reconcile() -> Reconcile:
    """Return the use case that compares sources with what is here."""
    from leadtight.adapters.reconciliations import FileReconciliations
    from leadtight.app.reconcile import Reconcile

    records = FileReconciliations(report_files())
    return Reconcile(table(), deliveries(), records, fetching().listed, policy().company.zone)


@cache
def mail_files() -> S3Mails:
    """Return the mail bucket."""
    from leadtight.adapters.files import S3Mails

    return S3Mails(settings.current().mail_bucket)


@cache
def mails() -> Mails:
    """Return the use case that takes stored mails."""
    from leadtight.adapters.senders import sent_id
    from leadtight.adapters.webhooks.mailing import StoredMails
    from leadtight.app.mail import Mails

    return Mails(
        policy(),
        mail_files(),
        StoredMails(policy()).read,
        deliveries(),
        store(),
        outbox(),
        alarms(),
        answered_lead=links().answered_lead,
        sent_id=sent_id,
        report=lambda report, now: respond().reported(report, now),  # made with the first report: few mails are one
    )


@cache
def held_store() -> HeldStore:
    """Return the table as the quarantine."""
    from leadtight.adapters.held import DynamoHeld

    return DynamoHeld(table())


@cache
def quarantine() -> Quarantine:
    """Return the use case of people who look after held deliveries."""
    from leadtight.adapters.rereading import reread
    from leadtight.app.mail import CHANNEL
    from leadtight.app.quarantine import Quarantine

    def again(held: Held) -> Sequence[Item]:
        return mails().reread(held) if held.channel == CHANNEL else reread(policy(), held)

    return Quarantine(held_store(), intake(), again)


@cache
def quarantine_desk() -> QuarantineDesk:
    """Return the use case behind quarantine links."""
    from leadtight.app.quarantine_desk import QuarantineDesk

    return QuarantineDesk(policy(), quarantine(), links())


@cache
def webhook_keys() -> WebhookKeys:
    """Return the secrets of the webhooks."""
    from leadtight.adapters.secrets import WebhookKeys

    return WebhookKeys(settings.current().webhook_secret_arn)


@cache
def api_keys() -> ApiKeys:
    """Return the live keys of the API."""
    from leadtight.adapters.secrets import ApiKeys

    return ApiKeys(settings.current().api_secret_arn)


@cache
def route() -> Route:
    """Return the routing use case."""
    from leadtight.app.route import Route

    return Route(policy(), store(), alarms())


@cache
def mailer() -> Mailer:
    """Return who sends mail."""
    from leadtight.adapters.senders import SesMailer

    return SesMailer(
        sender=settings.current().mail_from,
        sender_name=policy().company.name,
        reply_to=policy().company.reply_to,
        configuration_set=settings.current().configuration_set,
        clock=clock(),
    )


@cache
def respond() -> Respond:
    """Return the sending use case."""
    from leadtight.adapters import web
    from leadtight.adapters.chat import WebhookChat
    from leadtight.adapters.hours import RealHours
    from leadtight.adapters.identity import new_id
    from leadtight.adapters.rendering import JinjaRenderer
    from leadtight.adapters.secrets import ChatAddresses
    from leadtight.adapters.senders import ConnectCaller, SnsTexter
    from leadtight.app.respond import Respond

    chat = WebhookChat(ChatAddresses(settings.current().alert_secret_arn), web.tell)
    return Respond(
        policy(),
        store(),
        outbox(),
        mailer(),
        SnsTexter(),
        ConnectCaller(policy().voice),
        chat,
        JinjaRenderer(),
        links(),
        RealHours().windows,
        call_lists(),
        new_id,
        undelivered(),
    )


@cache
def weekly_mail() -> WeeklyMail:
    """Return the use case that mails the weekly review."""
    from leadtight.app.weekly_mail import WeeklyMail

    return WeeklyMail(policy(), outbox())


@cache
def digest() -> Digest:
    """Return the use case of what is over people's budgets of alerts."""
    from leadtight.adapters.hours import RealHours
    from leadtight.adapters.identity import new_id
    from leadtight.adapters.rendering import JinjaRenderer
    from leadtight.app.digest import Digest

    renderer, windows = JinjaRenderer(), RealHours().windows
    return Digest(policy(), store(), outbox(), mailer(), renderer, links(), windows, new_id, undelivered())


@cache
def undelivered() -> Undelivered:
    """Return what follows when a message reached nobody."""
    from leadtight.app.undelivered import Undelivered

    return Undelivered(policy(), store(), alarms())


@cache
def sla() -> Sla:
    """Return the alarm and sweep use case."""
    from leadtight.app.sla import Sla

    return Sla(policy(), store(), outbox(), alarms(), route(), respond(), digest())


@cache
def rearm() -> Rearm:
    """Return the use case that puts open leads under the present policy."""
    from leadtight.app.rearm import Rearm

    return Rearm(policy(), store(), alarms())


@cache
def desk() -> Desk:
    """Return the use case behind signed pages."""
    from leadtight.adapters.zones import local_time_of
    from leadtight.app.desk import Desk

    return Desk(policy(), store(), alarms(), links(), local_time_of, call_lists())


@cache
def programs() -> Programs:
    """Return the use case behind the API's keys."""
    from leadtight.adapters.zones import local_time_of
    from leadtight.app.programs import Programs

    return Programs(policy(), store(), alarms(), local_time_of)


@cache
def queue() -> Queue:
    """Return the use case behind a person's queue."""
    from leadtight.app.queue import Queue

    return Queue(policy(), store(), links())


@cache
def boards() -> Boards:
    """Return the use case behind a manager's board."""
    from leadtight.app.board import Boards

    return Boards(policy(), table(), links())


@cache
def quick_add() -> QuickAdd:
    """Return the use case of people who add a lead themselves."""
    from leadtight.adapters.contacts import RealContacts
    from leadtight.adapters.identity import new_id
    from leadtight.app.quick_add import QuickAdd

    return QuickAdd(policy(), intake(), store(), RealContacts(), links(), new_id)


@cache
def asking() -> Asking:
    """Return the use case behind the question to a lead."""
    from leadtight.app.asking import Asking

    return Asking(policy(), store(), alarms(), links())


@cache
def unsubscribe() -> Unsubscribe:
    """Return the use case behind unsubscribe links."""
    from leadtight.app.unsubscribe import Unsubscribe

    return Unsubscribe(store(), alarms(), links())


@cache
def pages() -> Pages:
    """Return the pages of the desk."""
    from leadtight.adapters.pages import Pages

    return Pages(policy())


def forget() -> None:
    """Forget every part: tests that change environment or endpoint start afresh."""
    from leadtight.adapters import aws

    settings.current.cache_clear()
    aws.forget_clients()
    parts = (
        table,
        call_lists,
        alarms,
        links,
        report_files,
        intake,
        collect,
        deliveries,
        held_store,
        quarantine,
        webhook_keys,
    )
    more = (
        api_keys,
        form_door,
        quarantine_desk,
        mail_files,
        mails,
        fetching,
        reconcile,
        importing,
        route,
        mailer,
        undelivered,
        respond,
        digest,
        sla,
        rearm,
        desk,
        programs,
        queue,
        boards,
        asking,
        quick_add,
        unsubscribe,
        weekly_mail,
        pages,
    )
    for part in (*parts, *more):
        part.cache_clear()
