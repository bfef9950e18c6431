"""The policy that simulated companies live by."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

from leadtight.domain.model.concern import Concern, ConcernRule
from leadtight.domain.policy.forms import Builder, Form
from leadtight.domain.policy.policy import Policy
from leadtight.domain.policy.sequences import LEAST_ATTEMPTS
from leadtight.domain.policy.sources import Webhook
from leadtight.policy import loader as policies

MANAGER, STAND_IN = "mia", "dora"
"""Recipients of escalations: the manager, and their stand-in.

The stand-in receives them during the manager's leave.
"""
ADS = Webhook(id="ads", provider="facebook", source="ads", fields={"message": "message"})
QUOTES = Webhook(
    id="quotes",
    provider="standard",
    source="quotes",
    fields={name: name for name in ("name", "email", "phone", "message")},
    items="all[]",
)
PAGE = Form(
    id="page",
    builder=Builder.WUFOO,
    source="page",
    fields={name: name for name in ("name", "email", "phone", "message")},
    honeypot="website",
)
"""A form whose builder names each post.

The fate of each post can thus be traced.
"""

CHATS = Webhook(id="chats", provider="whatsapp", source="chats")
INBOX = Webhook(id="inbox", provider="postmark", source="inbox")
EXPIRE_AFTER = timedelta(days=6)
"""Time after which an untouched lead gets another owner."""


@cache
def simulated_policy() -> Policy:
    """Return the shipped policy with additions.

    These are a form, webhooks, a concern, and a stand-in for the manager.
    """
    shipped = policies.shipped()
    manager = replace(shipped.people[MANAGER], delegate=STAND_IN)
    return replace(
        shipped,
        people={**shipped.people, MANAGER: manager},
        tiers=tuple(replace(tier, expire_after=EXPIRE_AFTER) for tier in shipped.tiers),
        webhooks={hook.id: hook for hook in (ADS, QUOTES, INBOX, CHATS)},
        forms={**shipped.forms, PAGE.id: PAGE},
        sequences={
            **shipped.sequences,
            "follow_up": replace(shipped.sequences["follow_up"], max_attempts=LEAST_ATTEMPTS),
        },
        concerns=(ConcernRule(id="lawyer", concern=Concern.COMPLIANCE_RISK, words=("lawyer",)),),
    )
