"""Read a quarantined delivery again, by its channel's reader."""

import json
from collections.abc import Sequence

from leadtight.adapters.inbound.forms import reader as forms
from leadtight.adapters.inbound.webhooks import reader as webhooks
from leadtight.app.intake.deliveries import CALLER, Item
from leadtight.app.intake.submission import Submission
from leadtight.domain.intake.quarantine import QuarantinedDelivery
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.trust import Submitter

API = "api"


def reread(policy: Policy, delivery: QuarantinedDelivery) -> Sequence[Item]:
    """Read a quarantined delivery again.

    Raises InvalidInquiry when it still cannot be read.
    """
    if delivery.channel.startswith(forms.CHANNEL):
        return forms.reread(policy, delivery)
    if delivery.channel == API:
        caller = Submitter(delivery.data.get(CALLER, Submitter.API))
        return [Submission(source=delivery.source, body=json.loads(delivery.content), caller=caller)]
    return webhooks.reread(policy, delivery)
