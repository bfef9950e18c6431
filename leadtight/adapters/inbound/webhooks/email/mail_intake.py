"""Mails that a provider posts to a webhook.

They are stored as they came, and read from there as any other mail.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from leadtight.adapters.email.parser import read_mail
from leadtight.adapters.inbound.webhooks import mail_provider
from leadtight.adapters.inbound.webhooks.provider import MailProvider, UnreadableDelivery
from leadtight.adapters.inbound.webhooks.reader import FAULTS
from leadtight.app.ports.files import MailFiles, StoredMail
from leadtight.domain.intake.inbound_email import InboundEmail
from leadtight.domain.model.errors import InvalidInquiry, Problem
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sources import Webhook

FOLDER = "webhooks"


def keep(files: MailFiles, webhook: Webhook, speaker: MailProvider, body: bytes, content_type: str) -> Sequence[str]:
    """Store the mails of an authentic request; return their names.

    Each mail is a file named by its content: a repeated delivery replaces its own file.
    """
    return [_keep(files, webhook, content, content_type) for content in speaker.mails(body)]


def _keep(files: MailFiles, webhook: Webhook, content: bytes, content_type: str) -> str:
    file = f"{FOLDER}/{webhook.id}/{hashlib.sha256(content).hexdigest()}"
    files.keep(file, content, content_type or "application/octet-stream")
    return file


class StoredMails:
    """Reads stored mails, raw or as their provider posted them.

    The latter are in the folder of webhooks.
    """

    def __init__(self, policy: Policy) -> None:
        """Take the policy, which names the provider of each webhook."""
        self._policy = policy

    def read(self, file: str, stored: StoredMail) -> InboundEmail:
        """Return a mail. Raises InvalidInquiry when it cannot be read."""
        folder, _, rest = file.partition("/")
        if folder != FOLDER:
            return read_mail(stored.content)
        webhook = self._policy.webhooks.get(rest.partition("/")[0])
        if webhook is None:
            raise InvalidInquiry([Problem("mail", f"came by a webhook that is not in the policy: {file}")])
        try:
            email = mail_provider(webhook.provider).parse_mail(stored.content, stored.content_type)
        except (UnreadableDelivery, *FAULTS) as error:
            raise InvalidInquiry([Problem("mail", str(error) or type(error).__name__)]) from error
        return replace(email, source=webhook.source)
