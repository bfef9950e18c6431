"""The one reader of the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Names and addresses of this deployment's resources.

    A function gets only those that it needs; the rest are empty.
    """

    region: str = ""
    table: str = ""
    alarm_queue_url: str = ""
    alarm_queue_arn: str = ""
    collect_queue_url: str = ""
    spill_queue_url: str = ""
    retry_queue_url: str = ""
    schedule_group: str = ""
    scheduler_role_arn: str = ""
    reports_bucket: str = ""
    mail_bucket: str = ""
    uploads_bucket: str = ""
    link_secret_arn: str = ""
    webhook_secret_arn: str = ""
    api_secret_arn: str = ""
    alert_secret_arn: str = ""
    front_secret_arn: str = ""
    public_url: str = ""
    mail_from: str = ""
    configuration_set: str = ""
    text_origination: str = ""
    text_configuration_set: str = ""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> Settings:
        """Return the settings in `environment`.

        `LEADTIGHT_TABLE` is `table`, and so on.
        """
        names = (name for name in cls.__dataclass_fields__ if name != "region")
        values = {name: environment.get(f"LEADTIGHT_{name.upper()}", "") for name in names}
        region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION", "")
        return cls(region=region, **values)


@cache
def current() -> Settings:
    """Return the settings of this process."""
    return Settings.read(os.environ)
