"""Managed policies of a stage, for an administrator to attach."""

from __future__ import annotations

from collections.abc import Iterable

from aws_cdk import Aws, CfnOutput, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_sqs as sqs

from infra.access.deployer import deployer
from infra.access.operator import operator
from infra.access.restorer import restorer
from infra.edge import REGION as FRONT_REGION


def admit(
    stack: Stack, *, stage: str, table: str, secrets: Iterable[str], front: bool, restores_as: iam.IRole | None
) -> None:
    """Define policies, which an administrator attaches.

    `table` and `secrets` are ARNs. Queues, buckets and functions are all of the stack's.
    """
    name, made = f"leadtight-{stage}", stack.node.find_all()
    policies = {
        "OperatorPolicy": operator(
            stack,
            stage=stage,
            functions=[each.function_arn for each in made if isinstance(each, lambda_.Function)],
            queues=[each.queue_arn for each in made if isinstance(each, sqs.Queue)],
            table=table,
            buckets=[each.bucket_arn for each in made if isinstance(each, s3.Bucket)],
            secrets=secrets,
        ),
        "DeployerPolicy": deployer(stack, stack=name, regions=(Aws.REGION, FRONT_REGION) if front else (Aws.REGION,)),
    }
    if restores_as:
        policies["RestorerPolicy"] = restorer(stack, stack=name, table=table, role=restores_as)
    for id_, policy in policies.items():
        CfnOutput(stack, f"{id_}Arn", value=policy.managed_policy_arn)
