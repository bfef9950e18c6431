"""Providers of webhooks, a file each; one is imported when its first delivery arrives."""

from functools import cache
from importlib import import_module

from leadtight.adapters.webhooks.provider import Provider

PROVIDERS = {
    "calendly": "calendly:Calendly",
    "facebook": "meta:LeadAds",
    "google_ads": "google_ads:GoogleAds",
    "hubspot": "hubspot:HubSpot",
    "linkedin": "linkedin:LinkedIn",
    "pipedrive": "pipedrive:Pipedrive",
    "standard": "standard:Standard",
    "twilio": "twilio:Twilio",
    "typeform": "typeform:Typeform",
    "webflow": "webflow:Webflow",
    "whatsapp": "meta:WhatsApp",
}


@cache
def provider(name: str) -> Provider:
    """Return a provider by its name in the policy. Raises KeyError when there is none."""
    module, _, kind = PROVIDERS[name].partition(":")
    made: Provider = getattr(import_module(f"{__name__}.{module}"), kind)()
    return made
