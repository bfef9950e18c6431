"""Consent, contact hours, opt-outs and do-not-call."""
