"""Composition of the use cases for AWS, tests and simulation.

A part is built when it is first used, and imports stand inside the functions on purpose: a Lambda pays at cold start
only for the parts that it uses.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from leadtight.app.compliance.unsubscribe import Unsubscribe
    from leadtight.app.intake.bulk_settlement import BulkSettlement
    from leadtight.app.intake.deliveries import Deliveries, Item
    from leadtight.app.intake.fetch_announced import FetchAnnounced, ReadFetched
    from leadtight.app.intake.file_import import Import
    from leadtight.app.intake.inbound_mail import Mails
    from leadtight.app.intake.quarantine import Quarantine
    from leadtight.app.intake.quarantine_desk import QuarantineDesk
    from leadtight.app.intake.quick_add import QuickAdd
    from leadtight.app.intake.receive import Intake
    from leadtight.app.messaging.bounces import BounceHandling
    from leadtight.app.messaging.delivery_reports import DeliveryReports
    from leadtight.app.messaging.digest import Digest
    from leadtight.app.messaging.dispatch import Dispatch
    from leadtight.app.messaging.links import Links
    from leadtight.app.messaging.respond import Respond
    from leadtight.app.messaging.review_mail import WeeklyMail
    from leadtight.app.messaging.send_limits import SendLimits
    from leadtight.app.messaging.sender import MessageSender
    from leadtight.app.messaging.unconfirmed import Unconfirmed
    from leadtight.app.outcomes.call_report import CallReport
    from leadtight.app.outcomes.contact_check import ContactCheck
    from leadtight.app.outcomes.contact_proofs import Proofs
    from leadtight.app.outcomes.desk import Desk
    from leadtight.app.outcomes.lead_api import LeadApi
    from leadtight.app.outcomes.recording import LeadView
    from leadtight.app.ports.alarms import Alarms
    from leadtight.app.ports.board import BoardStore
    from leadtight.app.ports.clock_and_ids import NewId
    from leadtight.app.ports.compliance import DncLists
    from leadtight.app.ports.files import MailFiles, ReadMail
    from leadtight.app.ports.leads import LeadStore
    from leadtight.app.ports.messaging import CallPlacer, Chat, Mailer, Renderer, Texter
    from leadtight.app.ports.outbox import CountMessage, Outbox, Retries, SendingPorts, SendPace
    from leadtight.app.ports.quarantine import Fetch, Hint, QuarantineStore
    from leadtight.app.ports.runs import RunLog
    from leadtight.app.routing.route import Route
    from leadtight.app.scheduled_runs import ScheduledRuns
    from leadtight.app.sla.rearm import Rearm
    from leadtight.app.sla.sla import Sla
    from leadtight.app.views.board import Boards
    from leadtight.app.views.queue import LeadQueue
    from leadtight.domain.compliance.send_permission import Windows
    from leadtight.domain.intake.quarantine import QuarantinedDelivery
    from leadtight.domain.policy.policy import Policy


class Ports(Protocol):
    """The ports of the use cases.

    Each is read when a use case that needs it is built.
    """

    @property
    def store(self) -> LeadStore:
        """The store of leads."""

    @property
    def outbox(self) -> Outbox:
        """The outbox of owed messages."""

    @property
    def held(self) -> QuarantineStore:
        """The store of held deliveries."""

    @property
    def board(self) -> BoardStore:
        """The index of the board."""

    @property
    def call_lists(self) -> DncLists:
        """The do-not-call lists."""

    @property
    def mail_files(self) -> MailFiles:
        """The stored mails."""

    @property
    def alarms(self) -> Alarms:
        """The alarms that wake leads."""

    @property
    def retries(self) -> Retries:
        """The retries of the outbox."""

    @property
    def pace(self) -> SendPace:
        """The pace of sends by provider."""

    @property
    def runs(self) -> RunLog:
        """The log of scheduled runs."""

    @property
    def mailer(self) -> Mailer:
        """The sender of mails."""

    @property
    def texter(self) -> Texter:
        """The sender of texts."""

    @property
    def caller(self) -> CallPlacer:
        """The placer of calls."""

    @property
    def chat(self) -> Chat:
        """The poster to chats."""

    @property
    def renderer(self) -> Renderer:
        """The renderer of messages."""

    @property
    def count_message(self) -> CountMessage:
        """The counter of messages by their new status."""

    @property
    def links(self) -> Links:
        """The signed links."""

    @property
    def hint(self) -> Hint:
        """The announcer of deliveries to fetch."""

    @property
    def fetch(self) -> Fetch:
        """The fetcher of announced content."""

    @property
    def read_fetched(self) -> ReadFetched:
        """The reader of fetched content."""

    @property
    def new_id(self) -> NewId:
        """The generator of ids."""


class Application:
    """The use cases of one policy, over its ports."""

    def __init__(self, policy: Policy, ports: Ports) -> None:
        """Take the policy and the ports."""
        self.policy = policy
        self._ports = ports

    @cached_property
    def intake(self) -> Intake:
        """The intake of submissions."""
        from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
        from leadtight.app.intake.receive import Intake

        ports = self._ports
        return Intake(self.policy, ports.store, PhoneEmailNormalizer(), ports.new_id, ports.alarms)

    @cached_property
    def file_import(self) -> Import:
        """The import of file rows."""
        from leadtight.app.intake.file_import import Import

        return Import(self.policy, self.intake)

    @cached_property
    def deliveries(self) -> Deliveries:
        """The settlement of other systems' deliveries."""
        from leadtight.app.intake.deliveries import Deliveries

        ports = self._ports
        return Deliveries(self.intake, ports.held, ports.new_id, ports.hint, self.report_call)

    @cached_property
    def proofs(self) -> Proofs:
        """The recorder of proved outcomes."""
        from leadtight.adapters.contact_points.timezones import local_time_of
        from leadtight.app.outcomes.contact_proofs import Proofs

        ports = self._ports
        return Proofs(self.policy, ports.store, ports.outbox, ports.alarms, local_time_of, self._windows)

    def report_call(self, call: CallReport, now: datetime) -> LeadView:
        """Record a call report.

        The recorder is built with the first report: few deliveries are one.
        """
        return self.proofs.report(call, now)

    @cached_property
    def collect(self) -> FetchAnnounced:
        """The fetcher of announced leads."""
        from leadtight.app.intake.fetch_announced import FetchAnnounced

        return FetchAnnounced(self._ports.held, self.intake, self._ports.fetch, self._ports.read_fetched)

    @cached_property
    def mails(self) -> Mails:
        """The settlement of stored mails."""
        from leadtight.adapters.aws.senders import sent_id
        from leadtight.app.intake.inbound_mail import Mails
        from leadtight.app.intake.sent_mails import SentMails

        ports = self._ports
        sent_mails = SentMails(
            store=ports.store, outbox=ports.outbox, answered_lead=ports.links.answered_lead, sent_id=sent_id
        )
        return Mails(
            self.policy,
            ports.mail_files,
            self.read_mail,
            self.deliveries,
            ports.store,
            ports.alarms,
            sent_mails,
            report=lambda report, now: self.delivery_reports.record(
                report, now
            ),  # built with the first, for they are few
        )

    @cached_property
    def read_mail(self) -> ReadMail:
        """The reader of stored mails."""
        from leadtight.adapters.inbound.webhooks.email.mail_intake import StoredMails

        return StoredMails(self.policy).read

    @cached_property
    def quarantine(self) -> Quarantine:
        """The review of held deliveries."""
        from leadtight.app.intake.quarantine import Quarantine

        return Quarantine(self._ports.held, self.intake, self._reread, self.report_call)

    def _reread(self, delivery: QuarantinedDelivery) -> Sequence[Item]:
        from leadtight.adapters.inbound.replay import reread
        from leadtight.app.intake.inbound_mail import CHANNEL

        return self.mails.reread(delivery) if delivery.channel == CHANNEL else reread(self.policy, delivery)

    @cached_property
    def quarantine_desk(self) -> QuarantineDesk:
        """The pages behind quarantine links."""
        from leadtight.app.intake.quarantine_desk import QuarantineDesk

        return QuarantineDesk(self.policy, self.quarantine, self._ports.links)

    @cached_property
    def bulk_settlement(self) -> BulkSettlement:
        """The settlement of all deliveries held for one reason."""
        from leadtight.app.intake.bulk_settlement import BulkSettlement

        return BulkSettlement(self.quarantine)

    @cached_property
    def route(self) -> Route:
        """The assignment of leads to owners."""
        from leadtight.app.routing.route import Route

        return Route(self.policy, self._ports.store, self._ports.alarms)

    @cached_property
    def _windows(self) -> Windows:
        """Return the permitted contact hours by place."""
        from leadtight.adapters.contact_points.contact_hours import RealHours

        return RealHours().windows

    @cached_property
    def respond(self) -> Respond:
        """The sender of single messages."""
        from leadtight.adapters.contact_points.number_costs import barred_reason
        from leadtight.app.messaging.authorization import SendAuthorization
        from leadtight.app.messaging.respond import Respond

        authorization = SendAuthorization(
            policy=self.policy,
            outbox=self._ports.outbox,
            call_lists=self._ports.call_lists,
            windows=self._windows,
            why_barred=barred_reason,
            limits=self.send_limits,
        )
        return Respond(self.policy, self._sending_ports, authorization, self._sender, self.bounces)

    @cached_property
    def _sending_ports(self) -> SendingPorts:
        from leadtight.app.ports.outbox import SendingPorts

        ports = self._ports
        return SendingPorts(
            store=ports.store,
            outbox=ports.outbox,
            pace=ports.pace,
            retries=ports.retries,
            new_id=ports.new_id,
            count=ports.count_message,
        )

    @cached_property
    def _sender(self) -> MessageSender:
        from leadtight.app.messaging.sender import MessageSender
        from leadtight.app.ports.messaging import Providers

        ports = self._ports
        providers = Providers(mailer=ports.mailer, texter=ports.texter, caller=ports.caller, chat=ports.chat)
        return MessageSender(policy=self.policy, providers=providers, renderer=ports.renderer, links=ports.links)

    @cached_property
    def delivery_reports(self) -> DeliveryReports:
        """The recorder of providers' delivery reports."""
        from leadtight.app.messaging.delivery_reports import DeliveryReports

        ports = self._ports
        return DeliveryReports(ports.store, ports.outbox, self.bounces, ports.count_message)

    @cached_property
    def unconfirmed(self) -> Unconfirmed:
        """The finder of messages without a confirmation."""
        from leadtight.app.messaging.unconfirmed import Unconfirmed
        from leadtight.domain.model.message import Channel

        confirming = {Channel.EMAIL, *((Channel.SMS,) if self._ports.texter.confirms else ())}
        return Unconfirmed(self._ports.outbox, confirming)

    @cached_property
    def scheduled_runs(self) -> ScheduledRuns:
        """The watch over scheduled runs."""
        from leadtight.app.scheduled_runs import ScheduledRuns

        return ScheduledRuns(self._ports.runs)

    @cached_property
    def send_limits(self) -> SendLimits:
        """The limits of messages to leads."""
        from leadtight.app.messaging.send_limits import SendLimits

        return SendLimits(self.policy, self._ports.outbox)

    @cached_property
    def digest(self) -> Digest:
        """The sender of digests."""
        from leadtight.app.messaging.digest import Digest

        return Digest(self.policy, self._sending_ports, self._windows, self._sender, self.bounces)

    @cached_property
    def dispatch(self) -> Dispatch:
        """The dispatch of owed messages by urgency."""
        from leadtight.app.messaging.dispatch import Dispatch

        return Dispatch(self._ports.outbox, self.respond, self.digest, self._ports.retries)

    @cached_property
    def bounces(self) -> BounceHandling:
        """The handling of undelivered messages."""
        from leadtight.app.messaging.bounces import BounceHandling

        return BounceHandling(self.policy, self._ports.store, self._ports.alarms)

    @cached_property
    def weekly_mail(self) -> WeeklyMail:
        """The mails of the weekly review."""
        from leadtight.app.messaging.review_mail import WeeklyMail

        return WeeklyMail(self.policy, self._ports.outbox)

    @cached_property
    def sla(self) -> Sla:
        """The alarms and the sweep."""
        from leadtight.app.sla.sla import Sla

        ports = self._ports
        return Sla(self.policy, ports.store, ports.alarms, self.route, self.dispatch)

    @cached_property
    def rearm(self) -> Rearm:
        """The re-arming of open leads under the current policy."""
        from leadtight.app.sla.rearm import Rearm

        return Rearm(self.policy, self._ports.store, self._ports.alarms)

    @cached_property
    def desk(self) -> Desk:
        """The pages behind outcome links."""
        from leadtight.adapters.contact_points.timezones import local_time_of
        from leadtight.app.outcomes.desk import Desk

        ports = self._ports
        return Desk(self.policy, ports.store, ports.alarms, ports.links, local_time_of, ports.call_lists, self._windows)

    @cached_property
    def lead_api(self) -> LeadApi:
        """The API for the holders of keys."""
        from leadtight.adapters.contact_points.timezones import local_time_of
        from leadtight.app.outcomes.lead_api import LeadApi

        return LeadApi(self.policy, self._ports.store, self._ports.alarms, local_time_of, self._windows)

    @cached_property
    def queue(self) -> LeadQueue:
        """The page of a person's queue."""
        from leadtight.app.views.queue import LeadQueue

        return LeadQueue(self.policy, self._ports.store, self._ports.links)

    @cached_property
    def boards(self) -> Boards:
        """The page of a manager's board."""
        from leadtight.app.views.board import Boards

        return Boards(self.policy, self._ports.board, self._ports.call_lists, self._ports.links)

    @cached_property
    def quick_add(self) -> QuickAdd:
        """The form for leads that people add themselves."""
        from leadtight.adapters.contact_points.normalization import PhoneEmailNormalizer
        from leadtight.app.intake.quick_add import QuickAdd

        ports = self._ports
        return QuickAdd(self.policy, self.intake, ports.store, PhoneEmailNormalizer(), ports.links, ports.new_id)

    @cached_property
    def contact_check(self) -> ContactCheck:
        """The pages of the contact check."""
        from leadtight.app.outcomes.contact_check import ContactCheck

        return ContactCheck(self.policy, self._ports.store, self._ports.alarms, self._ports.links)

    @cached_property
    def unsubscribe(self) -> Unsubscribe:
        """The pages behind unsubscribe links."""
        from leadtight.app.compliance.unsubscribe import Unsubscribe

        return Unsubscribe(self._ports.store, self._ports.alarms, self._ports.links)
