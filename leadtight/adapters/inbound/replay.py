"""Read a held delivery again: by whoever reads its channel."""

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


def reread(policy: Policy, held: QuarantinedDelivery) -> Sequence[Item]:
    """Return what a held delivery says by now. Raises InvalidInquiry when it still cannot be read."""
    if held.channel.startswith(forms.CHANNEL):
        return forms.reread(policy, held)
    if held.channel == API:
        caller = Submitter(held.data.get(CALLER, Submitter.API))
        return [Submission(source=held.source, body=json.loads(held.content), caller=caller)]
    return webhooks.reread(policy, held)
