"""Mail: the sender's identity and the return of delivery events."""

from __future__ import annotations

from aws_cdk import Aws, CfnOutput, Duration
from aws_cdk import aws_ses as ses
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra.queues import dead_letter_queue, work_queue
from infra.stage import StageSettings
from leadtight.stages.stage_settings import MailSettings


class EmailSending(Construct):
    """The SES identity, and the path of delivery events.

    Events pass a configuration set, a topic and a queue.
    """

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, handled_in: Duration) -> None:
        super().__init__(scope, id_)
        self.dead = dead_letter_queue(self, "Dead", stage=stage, name="receipts-dead")
        self.receipts = work_queue(
            self, "Receipts", stage=stage, name="receipts", handled_in=handled_in, dead=self.dead
        )
        self.topic = sns.Topic(self, "Topic", topic_name=f"leadtight-{stage.name}-receipts", enforce_ssl=stage.has_tls)
        self.topic.add_subscription(
            subscriptions.SqsSubscription(self.receipts, raw_message_delivery=True, dead_letter_queue=self.dead)
        )
        self.configuration_set = self._configuration_set(stage)
        if not stage.file.mail.identity_exists:
            self._add_identity(stage)

    def _configuration_set(self, stage: StageSettings) -> ses.ConfigurationSet:
        configuration_set = ses.ConfigurationSet(
            self,
            "ConfigurationSet",
            configuration_set_name=f"leadtight-{stage.name}",
            reputation_metrics=True,
            suppression_reasons=ses.SuppressionReasons.BOUNCES_AND_COMPLAINTS,
        )
        configuration_set.add_event_destination(
            "Receipts",
            destination=ses.EventDestination.sns_topic(self.topic),
            events=[
                ses.EmailSendingEvent.SEND,
                ses.EmailSendingEvent.DELIVERY,
                ses.EmailSendingEvent.BOUNCE,
                ses.EmailSendingEvent.COMPLAINT,
                ses.EmailSendingEvent.REJECT,
                ses.EmailSendingEvent.RENDERING_FAILURE,
                ses.EmailSendingEvent.DELIVERY_DELAY,
            ],
        )
        return configuration_set

    def _add_identity(self, stage: StageSettings) -> None:
        mail = stage.file.mail
        is_address = "@" in mail.identity
        identity = ses.EmailIdentity(
            self,
            "Identity",
            identity=(ses.Identity.email if is_address else ses.Identity.domain)(mail.identity),
            # Bounces and complaints come as events: mails about them would fill the sender's mailbox.
            feedback_forwarding=None if stage.local else False,
            mail_from_domain=mail.mail_from_domain,
            # While the envelope's MX record is missing, mails go out from SES's own domain.
            mail_from_behavior_on_mx_failure=ses.MailFromBehaviorOnMxFailure.USE_DEFAULT_VALUE
            if mail.mail_from_domain
            else None,
        )
        # Others in the account may send by it too.
        identity.apply_removal_policy(stage.keep)
        if not is_address and not stage.local:
            for number, record in enumerate(identity.dkim_records, start=1):
                self._output(f"Dkim{number}", f"{record.name} CNAME {record.value}")
            self._output_envelope(mail)

    def _output_envelope(self, mail: MailSettings) -> None:
        """Print the records of the envelope's domain, and DMARC's."""
        domain = mail.mail_from_domain
        if domain:
            self._output("MailFromMx", f"{domain} MX 10 feedback-smtp.{Aws.REGION}.amazonses.com")
            self._output("MailFromSpf", f'{domain} TXT "v=spf1 include:amazonses.com ~all"')
        self._output("Dmarc", f'_dmarc.{mail.identity} TXT "v=DMARC1; p=none"')

    def _output(self, name: str, value: str) -> None:
        CfnOutput(self, name, value=value).override_logical_id(name)
