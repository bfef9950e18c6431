"""A JSON secret: made empty for people to fill, or with a first key that AWS makes."""

from __future__ import annotations

from typing import Any, cast

from aws_cdk import aws_secretsmanager as secrets
from constructs import Construct

from infra.stage import StageSettings


class JsonSecret(secrets.Secret):
    """Hold the secret; whoever deletes the stack keeps it."""

    def __init__(self, scope: Construct, id_: str, *, stage: StageSettings, description: str, **options: Any) -> None:
        if "generate_secret_string" not in options:
            options["secret_object_value"] = {}
        super().__init__(scope, id_, description=description, removal_policy=stage.keep, **options)

    @property
    def arn(self) -> str:
        """Return its ARN by its other name: the emulator answers `Ref`, which CDK uses, with the secret's name."""
        return cast(secrets.CfnSecret, self.node.default_child).attr_id


def first_key(template: str = "{}") -> secrets.SecretStringGenerator:
    """Return how AWS makes the key `k1` of a secret, beside what the template holds."""
    return secrets.SecretStringGenerator(
        secret_string_template=template, generate_string_key="k1", password_length=64, exclude_punctuation=True
    )
