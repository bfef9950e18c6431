"""Webhook providers, one module each.

A module is imported when its first delivery arrives.
"""

from functools import cache
from importlib import import_module
from typing import Any

from leadtight.adapters.inbound.webhooks.provider import MailProvider, Provider

PROVIDERS = {
    "booking": "booking:Bookings",
    "calendly": "calendly:Calendly",
    "facebook": "meta.lead_ads:LeadAds",
    "google_ads": "google_ads:GoogleAds",
    "hubspot": "hubspot:HubSpot",
    "linkedin": "linkedin:LinkedIn",
    "pipedrive": "pipedrive:Pipedrive",
    "standard": "standard:StandardProvider",
    "twilio": "twilio:Twilio",
    "typeform": "typeform:Typeform",
    "voice": "voice:VoiceCalls",
    "webflow": "webflow:Webflow",
    "whatsapp": "meta.whatsapp:WhatsApp",
}
MAIL_PROVIDERS = {
    "brevo": "email.brevo:Brevo",
    "mailgun": "email.mailgun:Mailgun",
    "postmark": "email.postmark:Postmark",
    "sendgrid": "email.sendgrid:SendGrid",
}


@cache
def provider(name: str) -> Provider:
    """Return a provider by policy name. Raises KeyError when unknown."""
    made: Provider = _made(PROVIDERS[name])
    return made


@cache
def mail_provider(name: str) -> MailProvider:
    """Return a mail provider by policy name.

    Raises KeyError when unknown.
    """
    made: MailProvider = _made(MAIL_PROVIDERS[name])
    return made


def _made(where: str) -> Any:
    module, _, kind = where.partition(":")
    return getattr(import_module(f"{__name__}.{module}"), kind)()
