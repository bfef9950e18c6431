"""Compose one stage and grant its access.

`_grant` and the methods below it are the access matrix.
"""

from __future__ import annotations

from typing import Any

from aws_cdk import Aws, CfnOutput, Duration, RemovalPolicy, Stack
from aws_cdk.aws_secretsmanager import ReplicaRegion
from constructs import Construct

from infra.access.people import admit
from infra.alarm_queue import AlarmQueue
from infra.backups.plan import Backups
from infra.buckets import Buckets
from infra.budget import MonthlyBudget
from infra.collect_queue import CollectQueue
from infra.edge import REGION as FRONT_REGION
from infra.edge import secret_name
from infra.email_receiving import MailReceiving
from infra.email_sending import EmailSending
from infra.event_sources import read_queue, read_streams
from infra.function import LeadFunction
from infra.glue_catalog import Catalog
from infra.http_api import PublicHttpApi
from infra.mail_queue import MailQueue
from infra.messaging.text_sending import TextSending
from infra.monitoring.dashboard import Dashboard
from infra.monitoring.watch import Watch
from infra.queues import dead_letter_queue
from infra.retry_queue import RetryQueue
from infra.schedules import Schedules
from infra.secrets import JsonSecret, first_key
from infra.spill_queue import SpilledPosts
from infra.stage import StageSettings
from infra.table import LeadTable

READ = "dynamodb:GetItem dynamodb:BatchGetItem"
WRITE = "dynamodb:PutItem dynamodb:UpdateItem"
QUERY = "dynamodb:Query"
SEND = "sqs:SendMessage"
MAIL = "ses:SendRawEmail"
SECRET = "secretsmanager:GetSecretValue"

TIMEOUTS = {
    "intake": Duration.seconds(20),  # three tries of an unanswered call, and the queue that keeps the post
    "route": Duration.seconds(30),
    "respond": Duration.seconds(60),
    "sla": Duration.seconds(120),
    "desk": Duration.seconds(10),
    "collect": Duration.seconds(300),
    "report": Duration.seconds(300),
}

FUNCTION_SETTINGS = {
    "intake": "table alarm webhooks announced spilled received uploads keys front",
    "collect": "table alarm webhooks announced links received reports",
    "route": "table alarm",
    "respond": "table alarm links mail chat retried",
    "sla": "table alarm links mail chat retried",
    "desk": "table alarm links reports keys received uploads front",
    "report": "table links reports",
}
"""The groups of settings that each function uses."""


CONTINUING = ("sla", "respond", "collect")
"""Functions that may send to a queue that starts them: docs/decisions/0133.

A lead's next alarm, the next try of a message, the next fetch. The policy bounds each.
"""


class LeadtightStack(Stack):
    """Everything one stage needs, in one stack."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, **options: Any) -> None:
        super().__init__(scope, id_, **options)
        self.stage = stage
        self.lead_table = LeadTable(self, "Leads", stage=stage)
        self.alarms = AlarmQueue(self, "Alarms", stage=stage, handled_in=TIMEOUTS["sla"])
        self.announced = CollectQueue(self, "Announced", stage=stage, handled_in=TIMEOUTS["collect"])
        self.spill = SpilledPosts(self, "Spill", stage=stage, handled_in=TIMEOUTS["intake"])
        self.retries = RetryQueue(self, "Retries", stage=stage, handled_in=TIMEOUTS["respond"])
        self.buckets = Buckets(self, "Buckets", stage=stage)
        self.catalog = Catalog(self, "Catalog", stage=stage, reports=self.buckets.reports)
        self.mails = MailQueue(self, "Mails", stage=stage, bucket=self.buckets.mail, handled_in=TIMEOUTS["collect"])
        if domain := stage.file.mail.receive_domain:
            MailReceiving(self, "Receiving", stage=stage, domain=domain, bucket=self.buckets.mail)
        self.mail = EmailSending(self, "Mail", stage=stage, handled_in=TIMEOUTS["respond"])
        self.texts = self._text_sending(self.stage.file.texts.origination)
        self.api = PublicHttpApi(self, "Http", stage=stage)
        self.watch = Watch(self, "Watch", stage=stage)
        self.failed = dead_letter_queue(self, "Failed", stage=stage, name="failed")
        self.stream_failed = dead_letter_queue(self, "StreamFailed", stage=stage, name="stream-failed")
        self._add_secrets()
        self.backups = self._backups()
        if stage.file.monthly_usd and not stage.local:
            MonthlyBudget(self, "Money", stage=stage.file, tags=stage.tags, usd=stage.file.monthly_usd)
        self.units = {name: self._function(name) for name in TIMEOUTS}
        self._connect()
        self._grant()
        self._admit()
        self._watch()
        self._outputs()

    def _backups(self) -> Backups | None:
        """Return the daily backups; None where none are needed."""
        if self.stage.file.is_trial:
            return None
        return Backups(self, "Backups", stage=self.stage, table_arn=self.lead_table.arn)

    def _add_secrets(self) -> None:
        self.link_secret = self._secret(
            "LinkSecret",
            "Keys that sign the links people press; `current` names the one that signs new links",
            generate_secret_string=first_key('{"current":"k1"}'),
        )
        self.webhook_secret = self._secret(
            "WebhookSecret", "Webhook signing secrets of other systems, by name: docs/guides/channels.md"
        )
        self.api_secret = self._secret(
            "ApiSecret", "Digests of the API's keys, by name: written by `leadtight api-key`"
        )
        self.alert_secret = self._secret(
            "AlertSecret", "Slack and Teams addresses for alerts, by person: docs/guides/deploy.md"
        )
        if self.stage.file.front:
            self.front_secret = self._front_secret()

    def _secret(self, id_: str, description: str, **options: Any) -> JsonSecret:
        return JsonSecret(self, id_, stage=self.stage, description=description, **options)

    def _front_secret(self) -> JsonSecret:
        """Return the secret that CloudFront adds to each request.

        It is replicated to the region of the front stack, which reads it.
        """
        is_there = self.stage.file.region == FRONT_REGION
        secret = self._secret(
            "FrontSecret",
            "Secrets that CloudFront sends, by name: docs/guides/deploy.md explains how to change one",
            secret_name=secret_name(self.stage.name),
            generate_secret_string=first_key(),
            replica_regions=[] if is_there else [ReplicaRegion(region=FRONT_REGION)],
        )
        # It is nobody's data: a stage whose front comes again gets another one.
        secret.apply_removal_policy(RemovalPolicy.DESTROY)
        return secret

    @property
    def _front_only(self) -> bool:
        front = self.stage.file.front
        return front is not None and front.only

    def _function(self, name: str) -> LeadFunction:
        return LeadFunction(
            self,
            name,
            stage=self.stage,
            timeout=TIMEOUTS[name],
            failed=self.failed,
            environment=self._environment(name),
            bundle="report" if name == "report" else "app",
            # More memory is more processor: DuckDB needs both, and callers wait for the cold start of intake.
            memory_mb=1024 if name in ("report", "intake") else 512,
            reserved=self.stage.limits.reserved.get(name),
            continues_itself=name in CONTINUING,
        )

    def _environment(self, name: str) -> dict[str, str]:
        """Return only the settings that a function uses."""
        settings = self._settings()
        return {
            key: value for group in FUNCTION_SETTINGS[name].split() for key, value in settings.get(group, {}).items()
        }

    def _settings(self) -> dict[str, dict[str, str]]:
        """Return every group of settings by name."""
        public_url = {"LEADTIGHT_PUBLIC_URL": self.api.url}
        return {
            "table": {"LEADTIGHT_TABLE": self.lead_table.table.table_name},
            "alarm": {
                "LEADTIGHT_ALARM_QUEUE_URL": self.alarms.queue.queue_url,
                "LEADTIGHT_ALARM_QUEUE_ARN": self.alarms.queue.queue_arn,
                "LEADTIGHT_SCHEDULE_GROUP": self.alarms.group_name,
                "LEADTIGHT_SCHEDULER_ROLE_ARN": self.alarms.role.role_arn,
            },
            "links": public_url | {"LEADTIGHT_LINK_SECRET_ARN": self.link_secret.arn},
            "webhooks": public_url | {"LEADTIGHT_WEBHOOK_SECRET_ARN": self.webhook_secret.arn},
            "mail": {
                "LEADTIGHT_MAIL_FROM": self.stage.file.mail.sender,
                "LEADTIGHT_CONFIGURATION_SET": self.mail.configuration_set.configuration_set_name,
            }
            | self._text_settings(),
            "chat": {"LEADTIGHT_ALERT_SECRET_ARN": self.alert_secret.arn},
            "keys": {"LEADTIGHT_API_SECRET_ARN": self.api_secret.arn},
            "announced": {"LEADTIGHT_COLLECT_QUEUE_URL": self.announced.queue.queue_url},
            "spilled": {"LEADTIGHT_SPILL_QUEUE_URL": self.spill.queue.queue_url},
            "retried": {"LEADTIGHT_RETRY_QUEUE_URL": self.retries.queue.queue_url},
            "received": {"LEADTIGHT_MAIL_BUCKET": self.buckets.mail.bucket_name},
            "uploads": {"LEADTIGHT_UPLOADS_BUCKET": self.buckets.uploads.bucket_name},
            "reports": {"LEADTIGHT_REPORTS_BUCKET": self.buckets.reports.bucket_name},
        } | ({"front": {"LEADTIGHT_FRONT_SECRET_ARN": self.front_secret.arn}} if self._front_only else {})

    def _connect(self) -> None:
        self._route()
        self.readers = read_streams(
            self.units, table=self.lead_table, failed=self.stream_failed, limits=self.stage.limits
        )
        self._read_queues()
        sla, collect, report = (self.units[name] for name in ("sla", "collect", "report"))
        self.schedules = Schedules(
            self, "Schedules", stage=self.stage, sla=sla, collect=collect, report=report, failed=self.failed
        )

    def _route(self) -> None:
        intake, desk = self.units["intake"], self.units["desk"]
        self.api.route(intake, "POST /leads", "POST /forms/{form}", "GET /forms/{form}/thanks")
        self.api.route(intake, "GET /health", "HEAD /health")
        self.api.reserve("POST /leads", "POST /forms/{form}")
        self.api.route(intake, "OPTIONS /leads", "OPTIONS /forms/{form}")
        self.api.route(intake, "GET /webhooks/{provider}", "POST /webhooks/{provider}")
        self.api.route(desk, "GET /o/{token}", "POST /o/{token}", "GET /reports/{token}")
        self.api.route(desk, "GET /desk/{token}", "POST /desk/{token}", "GET /board/{token}")
        self.api.route(desk, "GET /leads/{lead_id}", "POST /leads/{lead_id}/outcomes")
        self.api.route(desk, "GET /quarantine/{token}", "POST /quarantine/{token}")
        self.api.route(desk, "GET /ask/{token}", "POST /ask/{token}")
        self.api.route(desk, "GET /unsubscribe/{token}", "POST /unsubscribe/{token}")

    def _read_queues(self) -> None:
        limits, units = self.stage.limits, self.units
        read_queue(units["intake"], "Spilled", queue=self.spill.queue, at_once=limits.others, batch_size=2)
        read_queue(units["respond"], "Receipts", queue=self.mail.receipts, at_once=limits.others)
        read_queue(units["respond"], "Retries", queue=self.retries.queue, at_once=limits.retries)
        read_queue(units["sla"], "Alarms", queue=self.alarms.queue, at_once=limits.alarms)
        read_queue(units["collect"], "Announced", queue=self.announced.queue, at_once=limits.others)
        read_queue(units["collect"], "Mails", queue=self.mails.queue, at_once=limits.others)

    def _grant(self) -> None:
        """Grant each function exactly what it needs."""
        self._grant_intake(self.units["intake"])
        self._grant_collect(self.units["collect"])
        self._grant_route(self.units["route"])
        self._grant_respond(self.units["respond"])
        self._grant_sla(self.units["sla"])
        self._grant_desk(self.units["desk"])
        self._grant_report(self.units["report"])

    def _grant_intake(self, intake: LeadFunction) -> None:
        intake.allow(f"{READ} {WRITE}", self.lead_table.arn)
        intake.allow(SECRET, self.webhook_secret.arn, self.api_secret.arn)
        intake.allow(SEND, self.announced.queue.queue_arn, self.spill.queue.queue_arn)
        intake.allow("s3:PutObject", self.buckets.mail.arn_for_objects("webhooks/*"))
        intake.allow("s3:PutObject", self.buckets.uploads.arn_for_objects("uploads/*"))
        self._allow_arming(intake, cancel=True)
        self._allow_front(intake)

    def _grant_collect(self, collect: LeadFunction) -> None:
        collect.allow(f"{READ} {WRITE}", self.lead_table.arn)
        collect.allow(QUERY, self.lead_table.index_arn)
        collect.allow(SECRET, self.webhook_secret.arn, self.link_secret.arn)
        collect.allow(SEND, self.announced.queue.queue_arn)
        collect.allow("s3:GetObject", self.buckets.mail.arn_for_objects("*"))
        collect.allow("s3:GetObject s3:PutObject", self.buckets.reports.arn_for_objects("reconciliation/*"))
        # Without it S3 answers "forbidden" for a missing file.
        collect.allow("s3:ListBucket", self.buckets.reports.bucket_arn, self.buckets.mail.bucket_arn)
        self._allow_arming(collect, cancel=False)

    def _grant_route(self, route: LeadFunction) -> None:
        route.allow(f"{READ} {WRITE}", self.lead_table.arn)
        route.allow(QUERY, self.lead_table.index_arn)
        self._allow_arming(route, cancel=False)

    def _grant_respond(self, respond: LeadFunction) -> None:
        respond.allow(f"{READ} {WRITE}", self.lead_table.arn)
        respond.allow(QUERY, self.lead_table.arn, self.lead_table.index_arn)
        respond.allow(SECRET, self.link_secret.arn, self.alert_secret.arn)
        self._allow_arming(respond, cancel=False)
        self._allow_sending(respond)

    def _grant_sla(self, sla: LeadFunction) -> None:
        sla.allow(f"{READ} {WRITE}", self.lead_table.arn)
        sla.allow(QUERY, self.lead_table.arn, self.lead_table.index_arn)
        sla.allow(SECRET, self.link_secret.arn, self.alert_secret.arn)
        self._allow_arming(sla, cancel=True)
        self._allow_sending(sla)

    def _grant_desk(self, desk: LeadFunction) -> None:
        self._allow_front(desk)
        desk.allow(f"{READ} {WRITE}", self.lead_table.arn)
        desk.allow(QUERY, self.lead_table.arn, self.lead_table.index_arn)
        desk.allow(SECRET, self.link_secret.arn, self.api_secret.arn)
        desk.allow("s3:GetObject", self.buckets.reports.arn_for_objects("*"), self.buckets.mail.arn_for_objects("*"))
        desk.allow("s3:GetObject", self.buckets.uploads.arn_for_objects("uploads/*"))
        # Without it S3 answers "forbidden" for a file that has expired or was erased.
        desk.allow("s3:ListBucket", *(bucket.bucket_arn for bucket in self.buckets.all))
        self._allow_arming(desk, cancel=True)

    def _grant_report(self, report: LeadFunction) -> None:
        report.allow("dynamodb:GetItem dynamodb:PutItem", self.lead_table.arn)
        report.allow(QUERY, self.lead_table.arn, self.lead_table.index_arn)
        report.allow(SECRET, self.link_secret.arn)
        report.allow("s3:GetObject s3:PutObject", self.buckets.reports.arn_for_objects("*"))
        report.allow("s3:ListBucket", self.buckets.reports.bucket_arn)

    def _admit(self) -> None:
        """Define what people may do."""
        admit(
            self,
            stage=self.stage.name,
            table=self.lead_table.arn,
            secrets=[secret.arn for secret in (self.api_secret, self.webhook_secret, self.alert_secret)],
            front=self.stage.file.front is not None,
            restores_as=self.backups.restore_role if self.backups else None,
        )

    def _allow_front(self, unit: LeadFunction) -> None:
        if self._front_only:
            unit.allow(SECRET, self.front_secret.arn)

    def _allow_arming(self, unit: LeadFunction, *, cancel: bool) -> None:
        """Let a function arm a lead's alarm.

        Alarms are schedules or delayed messages.
        """
        schedules = f"arn:{Aws.PARTITION}:scheduler:{Aws.REGION}:{Aws.ACCOUNT_ID}:schedule/*/lead-*"
        actions = "scheduler:CreateSchedule scheduler:DeleteSchedule" if cancel else "scheduler:CreateSchedule"
        unit.allow(actions, schedules)
        unit.allow_passing(self.alarms.role, to_service="scheduler.amazonaws.com")
        unit.allow(SEND, self.alarms.queue.queue_arn)

    def _allow_sending(self, unit: LeadFunction) -> None:
        """Let a function send the messages of the outbox."""
        self._allow_mailing(unit)
        unit.allow(SEND, self.retries.queue.queue_arn)
        if self.texts:
            unit.allow_texting_from(*self.texts.resources)
        else:
            unit.allow_texting()
        if self.stage.calls:
            unit.allow_calling(*self.stage.calls)

    def _text_settings(self) -> dict[str, str]:
        if self.texts is None:
            return {}
        return {
            "LEADTIGHT_TEXT_ORIGINATION": self.texts.origination,
            "LEADTIGHT_TEXT_CONFIGURATION_SET": self.texts.configuration_set_name,
        }

    def _text_sending(self, origination: str | None) -> TextSending | None:
        """Return how texts are sent; None by SNS."""
        if origination is None:
            return None
        return TextSending(self, "Texts", stage=self.stage, topic=self.mail.topic, origination=origination)

    def _allow_mailing(self, unit: LeadFunction) -> None:
        if self.stage.local:
            unit.allow(MAIL, "*")  # the emulator checks mail permissions against no resource and knows no sender
            return
        name = self.mail.configuration_set.configuration_set_name
        configuration_set = f"arn:{Aws.PARTITION}:ses:{Aws.REGION}:{Aws.ACCOUNT_ID}:configuration-set/{name}"
        unit.allow_mailing(self.stage.file.mail.sender, configuration_set)

    def _watch(self) -> None:
        self.watch.functions(self.units)
        for name, reader in self.readers.items():
            self.watch.stream(self.units[name], reader, swept_by=self.schedules)
        self.watch.schedules([self.alarms.group_name, self.schedules.group.ref])
        self._watch_queues()
        self.watch.requests(self.api)
        self.watch.messages()
        self.watch.work(swept_by=self.schedules)
        self.dashboard = self._dashboard()
        if self.backups:
            copies = self.backups.copies
            copied_to = copies.backup_vault_name if copies else None
            self.watch.backups(self.backups.vault.backup_vault_name, copied_to=copied_to)

    def _dashboard(self) -> Dashboard:
        queues = {
            "alarms": self.alarms.queue,
            "collect": self.announced.queue,
            "mails": self.mails.queue,
            "receipts": self.mail.receipts,
            "retries": self.retries.queue,
            "spill": self.spill.queue,
        }
        return Dashboard(self, "Dashboard", stage=self.stage, units=self.units, queues=queues, api=self.api)

    def _watch_queues(self) -> None:
        self.watch.dead_letters(
            {
                "alarms": self.alarms.dead,
                "collect": self.announced.dead,
                "mails": self.mails.dead,
                "receipts": self.mail.dead,
                "retries": self.retries.dead,
                "spill": self.spill.dead,
                "failed": self.failed,
                "stream": self.stream_failed,
            }
        )
        self.watch.backlogs(
            {
                # A near alarm waits in this queue for up to 15 minutes by design.
                "alarms": (self.alarms.queue, Duration.minutes(18)),
                "receipts": (self.mail.receipts, Duration.minutes(5)),
                "mails": (self.mails.queue, Duration.minutes(5)),
            }
        )
        self.watch.spill(self.spill.queue)

    def _outputs(self) -> None:
        values = {
            "ApiUrl": self.api.url,
            "TableName": self.lead_table.table.table_name,
            "ReportsBucket": self.buckets.reports.bucket_name,
            "FactsDatabase": self.catalog.database_name,
            "FactsWorkGroup": self.catalog.queries.ref,
            "FactsReaderPolicyArn": self.catalog.reader.managed_policy_arn,
            "MailBucket": self.buckets.mail.bucket_name,
            "UploadsBucket": self.buckets.uploads.bucket_name,
            "AlarmQueueUrl": self.alarms.queue.queue_url,
            "ApiSecretArn": self.api_secret.arn,
            "AlertSecretArn": self.alert_secret.arn,
            "ScheduleGroup": self.alarms.group_name,
            "ReceiptsTopicArn": self.mail.topic.topic_arn,
            "OperatorsTopicArn": self.watch.operators.topic_arn,
            "DashboardUrl": self.dashboard.url,
        }
        if self.backups:
            values |= {
                "BackupVaultName": self.backups.vault.backup_vault_name,
                "RestoreRoleArn": self.backups.restore_role.role_arn,
            }
        functions = {f"{name.capitalize()}Function": unit.function.function_name for name, unit in self.units.items()}
        for name, value in (values | functions).items():
            CfnOutput(self, name, value=value)
