"""Webhooks of Meta: lead ads, messages and WhatsApp."""
