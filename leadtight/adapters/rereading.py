"""Read a held delivery again: by whoever reads its channel."""

import json
from collections.abc import Sequence

from leadtight.adapters.forms import reading as forms
from leadtight.adapters.webhooks import reading as webhooks
from leadtight.app.deliveries import Item
from leadtight.app.intake import Submission
from leadtight.domain.held import Held
from leadtight.domain.policy import Policy

API = "api"


def reread(policy: Policy, held: Held) -> Sequence[Item]:
    """Return what a held delivery says by now. Raises InvalidInquiry when it still cannot be read."""
    if held.channel.startswith(forms.CHANNEL):
        return forms.reread(policy, held)
    if held.channel == API:
        return [Submission(source=held.source, body=json.loads(held.content))]
    return webhooks.reread(policy, held)
