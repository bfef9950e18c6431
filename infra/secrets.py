"""A JSON secret, empty or with a generated first key."""

from __future__ import annotations

from typing import Any, cast

from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.stage import StageSettings


class JsonSecret(secrets.Secret):
    """A secret that outlives its stack."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, description: str, **options: Any) -> None:
        if "generate_secret_string" not in options:
            options["secret_object_value"] = {}
        super().__init__(scope, id_, description=description, removal_policy=stage.keep, **options)

    @property
    def arn(self) -> str:
        """Return the ARN as the attribute `Id`.

        CDK uses `Ref`, for which the emulator returns the secret's name.
        """
        return cast(secrets.CfnSecret, self.node.default_child).attr_id


def first_key(template: str = "{}") -> secrets.SecretStringGenerator:
    """Let AWS generate the key `k1` beside the template's entries."""
    return secrets.SecretStringGenerator(
        secret_string_template=template, generate_string_key="k1", password_length=64, exclude_punctuation=True
    )
