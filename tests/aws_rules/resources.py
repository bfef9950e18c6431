"""Rules about resources that AWS documents and its models lack.

CloudFormation finds out at run time, in the middle of a deployment. Each rule has the page that states it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from tests.aws_rules.calls import API, SCHEDULE, SQS
from tests.aws_rules.resolved import Resolver

Properties = Mapping[str, Any]
RESERVED = re.compile(
    r"_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_\w+|AWS_ACCESS_KEY(_ID)?"
    r"|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR)"
)
RETENTIONS = {
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
}
QUEUE_RANGES = {
    "DelaySeconds": (0, 900),
    "MaximumMessageSize": (1024, 1_048_576),
    "MessageRetentionPeriod": (60, 1_209_600),
    "ReceiveMessageWaitTimeSeconds": (0, 20),
    "VisibilityTimeout": (0, 43_200),
}
TAG = re.compile(r"[\w\s_.:/=+\-@]*")


@dataclass(frozen=True, slots=True)
class ResourceRule:
    """What AWS documents about some types of resources.

    No types are all of them.
    """

    says: str
    source: str
    kinds: frozenset[str]
    violations: Callable[[Properties, Resolver], Iterable[object]]


def _rule(
    says: str, page: str, kinds: str, violations: Callable[[Properties, Resolver], Iterable[object]]
) -> ResourceRule:
    named = frozenset(f"AWS::{kind}" for kind in kinds.split())
    return ResourceRule(says, page if page.startswith("https:") else f"{API}{page}", named, violations)


def _outside(properties: Properties, ranges: Mapping[str, tuple[int, int]]) -> Iterator[object]:
    for name, (least, most) in ranges.items():
        if name in properties and not least <= int(properties[name]) <= most:
            yield name, properties[name]


def _misnamed(name: str, pattern: str) -> Callable[[Properties, Resolver], Iterable[object]]:
    return lambda properties, _: (
        [properties[name]] if name in properties and not re.fullmatch(pattern, properties[name]) else []
    )


def _evaluated(properties: Properties, _: Resolver) -> Iterator[object]:
    statistics = [query["MetricStat"] for query in properties.get("Metrics", ()) if "MetricStat" in query]
    periods = [part["Period"] for part in (properties, *statistics) if "Period" in part]
    yield from (period for period in periods if period not in (10, 20, 30) and period % 60)
    for period in periods:
        most = 86_400 if period < 3_600 else 604_800
        if period * properties["EvaluationPeriods"] > most:
            yield f"{properties['EvaluationPeriods']} x {period} s"


def _datapoints(properties: Properties, _: Resolver) -> Iterator[object]:
    if properties.get("DatapointsToAlarm", 1) > properties["EvaluationPeriods"]:
        yield properties["DatapointsToAlarm"]


def _metrics(properties: Properties, _: Resolver) -> Iterator[object]:
    queries = properties.get("Metrics", [])
    if queries and ("MetricName" in properties or "Period" in properties):
        yield "both Metrics and MetricName"
    if queries and [query.get("ReturnData", True) for query in queries].count(True) != 1:
        yield "not one metric with ReturnData"
    yield from (query["Id"] for query in queries if not re.fullmatch(r"[a-z]\w*", query["Id"]))
    if not queries and not {"MetricName", "Namespace", "Period"} <= properties.keys():
        yield "neither Metrics nor a metric with its period"


def _treated(properties: Properties, _: Resolver) -> Iterator[object]:
    missing = properties.get("TreatMissingData", "missing")
    if missing not in ("breaching", "notBreaching", "ignore", "missing"):
        yield missing


def _actions(properties: Properties, _: Resolver) -> Iterator[object]:
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        actions = properties.get(name, [])
        yield from (action for action in actions if not action.startswith("arn:"))
        if len(actions) > 5:
            yield f"{len(actions)} {name}"


def _dashboard(properties: Properties, _: Resolver) -> Iterator[object]:
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,255}", properties.get("DashboardName", "x")):
        yield properties["DashboardName"]
    try:
        widgets = json.loads(properties["DashboardBody"])["widgets"]
    except (ValueError, KeyError, TypeError):
        yield "its body is no JSON with widgets"
        return
    if len(widgets) > 500:
        yield f"{len(widgets)} widgets"
    for widget in widgets:
        place = (widget.get("x", 0) + widget.get("width", 6), widget.get("height", 6))
        if widget.get("type") not in ("metric", "text", "log", "alarm", "explorer", "custom") or place > (24, 1000):
            yield widget


def _schedule(properties: Properties, _: Resolver) -> Iterator[object]:
    if not SCHEDULE.fullmatch(properties["ScheduleExpression"]):
        yield properties["ScheduleExpression"]
    yield from {properties.get("ScheduleExpressionTimezone", "UTC")} - available_timezones()
    try:
        json.loads(properties["Target"].get("Input", "{}"))
    except ValueError:
        yield properties["Target"]["Input"]


def _redriven(properties: Properties, _: Resolver) -> Iterator[object]:
    policy = properties.get("RedrivePolicy", {})
    if policy and not 1 <= int(policy.get("maxReceiveCount", 0)) <= 1000:
        yield policy


def _mapping(properties: Properties, resolver: Resolver) -> Iterator[object]:
    is_queue = ":sqs:" in str(properties.get("EventSourceArn"))
    of_streams = {"StartingPosition", "DestinationConfig", "BisectBatchOnFunctionError", "MaximumRetryAttempts"}
    of_streams |= {"ParallelizationFactor", "MaximumRecordAgeInSeconds", "TumblingWindowInSeconds"}
    wrong = of_streams if is_queue else {"ScalingConfig"}
    yield from sorted(wrong & properties.keys())
    if not is_queue and "StartingPosition" not in properties:
        yield "no StartingPosition"
    if is_queue and properties.get("BatchSize", 10) > 10 and not properties.get("MaximumBatchingWindowInSeconds"):
        yield "more than ten messages without a window"


def _filters(properties: Properties, _: Resolver) -> Iterator[object]:
    filters = properties.get("FilterCriteria", {}).get("Filters", [])
    if len(filters) > 5:
        yield f"{len(filters)} filters"
    for pattern in (each["Pattern"] for each in filters):
        try:
            is_pattern = isinstance(json.loads(pattern), dict) and len(pattern) <= 4096
        except ValueError:
            is_pattern = False
        if not is_pattern:
            yield pattern


def _visible(properties: Properties, resolver: Resolver) -> Iterator[object]:
    """Yield queues whose messages return while a function handles them."""
    queues = {resolver.name(id_): r for id_, r in resolver.resources.items() if r["Type"] == "AWS::SQS::Queue"}
    functions = {
        resolver.name(id_): id_ for id_, r in resolver.resources.items() if "Handler" in r.get("Properties", {})
    }
    queue = queues.get(str(properties.get("EventSourceArn", "")).rpartition(":")[2])
    function = functions.get(str(properties["FunctionName"]).rpartition(":")[2])
    if queue and function:
        seconds = resolver.resource(function).get("Timeout", 3)
        visibility = queue["Properties"].get("VisibilityTimeout", 30)
        if visibility < seconds:
            yield f"{visibility} s, and the function has {seconds} s"


def _environment(properties: Properties, _: Resolver) -> Iterator[object]:
    variables: Mapping[str, str] = properties.get("Environment", {}).get("Variables", {})
    yield from (name for name in variables if RESERVED.fullmatch(name))
    size = len(json.dumps(variables).encode())
    if size > 4096:
        yield f"{size} bytes"


def _inline(properties: Properties, resolver: Resolver) -> Iterator[object]:
    """Yield a policy's roles that have too much in all."""
    policies = [resolver.resource(id_) for id_, r in resolver.resources.items() if r["Type"] == "AWS::IAM::Policy"]
    for role in properties.get("Roles", ()):
        size = sum(_size(policy["PolicyDocument"]) for policy in policies if role in policy.get("Roles", ()))
        if size > 10_240:
            yield f"{role}: {size} characters"


def _size(document: object) -> int:
    """Return the characters that IAM counts: none of white space."""
    return len(re.sub(r"\s", "", json.dumps(document, ensure_ascii=False)))


def _too_large(name: str, most: int) -> Callable[[Properties, Resolver], Iterable[object]]:
    return lambda properties, _: (
        [f"{size} characters"] if name in properties and (size := _size(properties[name])) > most else []
    )


def _statements(properties: Properties, _: Resolver) -> Iterator[object]:
    documents = (properties.get(name, {}) for name in ("PolicyDocument", "AssumeRolePolicyDocument"))
    for statement in (statement for document in documents for statement in document.get("Statement", ())):
        if not re.fullmatch(r"[A-Za-z0-9]*", statement.get("Sid", "")):
            yield statement["Sid"]
        actions = statement.get("Action", [])
        listed = actions if isinstance(actions, list) else [actions]
        yield from (action for action in listed if not re.fullmatch(r"\*|[a-z0-9-]+:[A-Za-z0-9*?]+", action))


def _tags(properties: Properties, _: Resolver) -> Iterator[object]:
    tags = properties.get("Tags", [])
    pairs = tags.items() if isinstance(tags, dict) else [(tag["Key"], tag["Value"]) for tag in tags]
    for key, value in pairs:
        text = str(value)
        if key.lower().startswith("aws:") or not 1 <= len(key) <= 128 or len(text) > 256:
            yield key, text[:90]
        elif not (TAG.fullmatch(key) and TAG.fullmatch(text)):
            yield key, text
    if len(pairs) > 50:
        yield f"{len(pairs)} tags"


def _rates(properties: Properties, _: Resolver) -> Iterator[object]:
    settings = properties.get("DefaultRouteSettings", {})
    rate, burst = settings.get("ThrottlingRateLimit", 1), settings.get("ThrottlingBurstLimit", 1)
    if not (0 < rate <= 10_000 and 0 < burst <= 5_000):
        yield rate, burst


def _integration(properties: Properties, _: Resolver) -> Iterator[object]:
    if properties["IntegrationType"] == "AWS_PROXY" and properties.get("PayloadFormatVersion") not in ("1.0", "2.0"):
        yield properties.get("PayloadFormatVersion")


def _budget(properties: Properties, _: Resolver) -> Iterator[object]:
    name = properties["Budget"].get("BudgetName", "")
    if re.search(r"[:\\]|/action/", name) or len(name) > 100:
        yield name
    for each in properties.get("NotificationsWithSubscribers", ()):
        kinds = [subscriber["SubscriptionType"] for subscriber in each["Subscribers"]]
        if kinds.count("SNS") > 1 or kinds.count("EMAIL") > 10 or not kinds:
            yield kinds


def _plan(properties: Properties, _: Resolver) -> Iterator[object]:
    for rule in properties["BackupPlan"]["BackupPlanRule"]:
        if not re.fullmatch(r"[A-Za-z0-9_.-]{1,50}", rule["RuleName"]):
            yield rule["RuleName"]
        if not SCHEDULE.fullmatch(rule.get("ScheduleExpression", "rate(1 day)")):
            yield rule["ScheduleExpression"]
        start, end = rule.get("StartWindowMinutes", 480), rule.get("CompletionWindowMinutes", 10_080)
        if start < 60 or end < start + 60:
            yield start, end
        for kept in (rule.get("Lifecycle", {}), *(copy.get("Lifecycle", {}) for copy in rule.get("CopyActions", ()))):
            if kept.get("DeleteAfterDays", 10**6) < kept.get("MoveToColdStorageAfterDays", 0) + 90 and (
                "MoveToColdStorageAfterDays" in kept
            ):
                yield kept


def _vault(properties: Properties, _: Resolver) -> Iterator[object]:
    lock = properties.get("LockConfiguration", {})
    least, most = lock.get("MinRetentionDays", 1), lock.get("MaxRetentionDays", 36_500)
    if not 1 <= least <= most <= 36_500 or lock.get("ChangeableForDays", 3) < 3:
        yield lock


def _bucket(properties: Properties, _: Resolver) -> Iterator[object]:
    name = properties.get("BucketName", "abc")
    if not re.fullmatch(r"(?!xn--|\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name) or ".." in name:
        yield name
    for rule in properties.get("LifecycleConfiguration", {}).get("Rules", ()):
        for move in rule.get("Transitions", ()):
            if move["StorageClass"].endswith("_IA") and move.get("TransitionInDays", 30) < 30:
                yield move
            if move.get("TransitionInDays", 0) >= rule.get("ExpirationInDays", 10**6):
                yield move


def _limited(properties: Properties, _: Resolver) -> Iterator[object]:
    for rule in properties.get("Rules", ()):
        rate = rule.get("Statement", {}).get("RateBasedStatement", {})
        if rate and not 10 <= rate["Limit"] <= 2_000_000_000:
            yield rate["Limit"]
    names = [rule["Name"] for rule in properties.get("Rules", ())]
    priorities = [rule["Priority"] for rule in properties.get("Rules", ())]
    if len(set(names)) < len(names) or len(set(priorities)) < len(priorities):
        yield names, priorities


def _events(properties: Properties, _: Resolver) -> Iterator[object]:
    known = {"send", "reject", "bounce", "complaint", "delivery", "open", "click", "renderingFailure"}
    known |= {"deliveryDelay", "subscription"}
    yield from sorted(set(properties["EventDestination"]["MatchingEventTypes"]) - known)


RULES: dict[str, ResourceRule] = {
    "alarm-periods": _rule(
        "a period is 10, 20, 30 or a multiple of 60 s; periods under an hour last a day in all, others a week",
        "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        "CloudWatch::Alarm",
        _evaluated,
    ),
    "alarm-datapoints": _rule(
        "no more datapoints to alarm than periods",
        "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        "CloudWatch::Alarm",
        _datapoints,
    ),
    "alarm-metrics": _rule(
        "an alarm has one metric with its period, or one query that returns data",
        "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        "CloudWatch::Alarm",
        _metrics,
    ),
    "alarm-missing-data": _rule(
        "missing data is breaching, notBreaching, ignore or missing",
        "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        "CloudWatch::Alarm",
        _treated,
    ),
    "alarm-actions": _rule(
        "an alarm has at most five actions of each kind, by ARN",
        "AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html",
        "CloudWatch::Alarm CloudWatch::CompositeAlarm",
        _actions,
    ),
    "dashboards": _rule(
        "a dashboard is JSON of at most 500 widgets in 24 columns",
        "AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html",
        "CloudWatch::Dashboard",
        _dashboard,
    ),
    "schedules": _rule(
        "a schedule has a known expression and zone, and JSON as input",
        "scheduler/latest/UserGuide/schedule-types.html",
        "Scheduler::Schedule",
        _schedule,
    ),
    "queue-names": _rule(
        "a queue's name has at most 80 letters, digits, - and _",
        f"{SQS}/APIReference/API_CreateQueue.html",
        "SQS::Queue",
        _misnamed("QueueName", r"[A-Za-z0-9_-]{1,80}"),
    ),
    "queue-ranges": _rule(
        "a queue's numbers are in their ranges",
        f"{SQS}/APIReference/API_CreateQueue.html",
        "SQS::Queue",
        lambda properties, _: _outside(properties, QUEUE_RANGES),
    ),
    "queue-redrive": _rule(
        "a message is received 1 to 1,000 times",
        f"{SQS}/APIReference/API_CreateQueue.html",
        "SQS::Queue",
        _redriven,
    ),
    "topic-names": _rule(
        "a topic's name has at most 256 letters, digits, - and _",
        "sns/latest/api/API_CreateTopic.html",
        "SNS::Topic",
        _misnamed("TopicName", r"[A-Za-z0-9_-]{1,256}"),
    ),
    "source-properties": _rule(
        "a queue's mapping has no settings of streams, nor the reverse",
        "lambda/latest/api/API_CreateEventSourceMapping.html",
        "Lambda::EventSourceMapping",
        _mapping,
    ),
    "source-filters": _rule(
        "a mapping has at most five filters, JSON objects of 4,096 characters",
        "lambda/latest/dg/invocation-eventfiltering.html",
        "Lambda::EventSourceMapping",
        _filters,
    ),
    "source-visibility": _rule(
        "a queue hides messages at least as long as its function may run",
        "lambda/latest/dg/services-sqs-configure.html",
        "Lambda::EventSourceMapping",
        _visible,
    ),
    "environment": _rule(
        "variables have 4 KB in all and no reserved name",
        "lambda/latest/dg/configuration-envvars.html",
        "Lambda::Function",
        _environment,
    ),
    "function-timeouts": _rule(
        "a function runs for 900 s at most",
        "lambda/latest/dg/gettingstarted-limits.html",
        "Lambda::Function",
        lambda properties, _: _outside(properties, {"Timeout": (1, 900)}),
    ),
    "inline-policies": _rule(
        "a role's inline policies have 10,240 characters in all",
        "IAM/latest/UserGuide/reference_iam-quotas.html",
        "IAM::Policy",
        _inline,
    ),
    "managed-policies": _rule(
        "a managed policy has 6,144 characters",
        "IAM/latest/UserGuide/reference_iam-quotas.html",
        "IAM::ManagedPolicy",
        _too_large("PolicyDocument", 6_144),
    ),
    "trust-policies": _rule(
        "a role's trust policy has 2,048 characters",
        "IAM/latest/UserGuide/reference_iam-quotas.html",
        "IAM::Role",
        _too_large("AssumeRolePolicyDocument", 2_048),
    ),
    "bucket-policies": _rule(
        "a bucket's policy has 20 KB",
        "AmazonS3/latest/userguide/bucket-policies.html",
        "S3::BucketPolicy",
        _too_large("PolicyDocument", 20_480),
    ),
    "statements": _rule(
        "a statement's id has letters and digits, and an action names its service",
        "IAM/latest/UserGuide/reference_policies_elements_sid.html",
        "IAM::Policy IAM::ManagedPolicy IAM::Role SQS::QueuePolicy SNS::TopicPolicy",
        _statements,
    ),
    "log-retention": _rule(
        "logs are kept for one of the listed numbers of days",
        "AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html",
        "Logs::LogGroup",
        lambda properties, _: {properties.get("RetentionInDays", 1)} - RETENTIONS,
    ),
    "mail-names": _rule(
        "names of SES have at most 64 letters, digits, - and _",
        "ses/latest/APIReference/API_ConfigurationSet.html",
        "SES::ConfigurationSet",
        _misnamed("Name", r"[A-Za-z0-9_-]{1,64}"),
    ),
    "receipt-names": _rule(
        "a rule set's name has at most 64 letters, digits, - and _, and begins and ends with one of the first two",
        "ses/latest/APIReference/API_CreateReceiptRuleSet.html",
        "SES::ReceiptRuleSet",
        _misnamed("RuleSetName", r"(?=.{1,64}$)[A-Za-z0-9]([A-Za-z0-9_-]*[A-Za-z0-9])?"),
    ),
    "mail-events": _rule(
        "an event of SES is one of those listed",
        "AWSCloudFormation/latest/UserGuide/aws-properties-ses-configurationseteventdestination-eventdestination.html",
        "SES::ConfigurationSetEventDestination",
        _events,
    ),
    "glue-names": _rule(
        "Athena reads names of lower-case letters, digits and _",
        "athena/latest/ug/tables-databases-columns-names.html",
        "Glue::Database Glue::Table",
        lambda properties, _: [
            part["Name"]
            for part in (properties.get("DatabaseInput", {}), properties.get("TableInput", {}))
            if "Name" in part and not re.fullmatch(r"[a-z0-9_]{1,255}", part["Name"])
        ],
    ),
    "secret-names": _rule(
        "a secret's name has letters, digits and /_+=.@-, and no ending like that of its ARN",
        "secretsmanager/latest/apireference/API_CreateSecret.html",
        "SecretsManager::Secret",
        _misnamed("Name", r"(?!.*-[A-Za-z0-9]{6}$)[A-Za-z0-9/_+=.@-]{1,512}"),
    ),
    "firewall-rules": _rule(
        "a rate is 10 to 2,000,000,000, and rules have names and priorities of their own",
        "waf/latest/developerguide/waf-rule-statement-type-rate-based-high-level-settings.html",
        "WAFv2::WebACL",
        _limited,
    ),
    "edge-functions": _rule(
        "a function of CloudFront has 10 KB",
        "AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html",
        "CloudFront::Function",
        lambda properties, _: [n] if (n := len(properties["FunctionCode"].encode())) > 10_240 else [],
    ),
    "throttles": _rule(
        "a stage's throttle is within the account's default of 10,000 and 5,000",
        "apigateway/latest/developerguide/http-api-throttling.html",
        "ApiGatewayV2::Stage",
        _rates,
    ),
    "payload-formats": _rule(
        "an integration with Lambda has payload format 1.0 or 2.0",
        "apigateway/latest/developerguide/http-api-develop-integrations-lambda.html",
        "ApiGatewayV2::Integration",
        _integration,
    ),
    "route-keys": _rule(
        "a route is METHOD /path or $default",
        "apigateway/latest/developerguide/http-api-develop-routes.html",
        "ApiGatewayV2::Route",
        _misnamed("RouteKey", r"\$default|(ANY|GET|HEAD|OPTIONS|POST|PUT|PATCH|DELETE) /[\w/{}+.~%-]*"),
    ),
    "budgets": _rule(
        "a budget's name has no : and \\, and a notification one topic and ten addresses",
        "aws-cost-management/latest/APIReference/API_budgets_Notification.html",
        "Budgets::Budget",
        _budget,
    ),
    "backup-plans": _rule(
        "a backup starts within an hour or more, ends an hour later at least, and stays cold for 90 days",
        "aws-backup/latest/devguide/creating-a-backup-plan.html",
        "Backup::BackupPlan",
        _plan,
    ),
    "vault-locks": _rule(
        "a vault is locked for 1 to 36,500 days, and changeable for three at least",
        "aws-backup/latest/devguide/vault-lock.html",
        "Backup::BackupVault",
        _vault,
    ),
    "buckets": _rule(
        "a bucket has a name of DNS, and moves files to infrequent access after 30 days, before they expire",
        "AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
        "S3::Bucket",
        _bucket,
    ),
    "tags": _rule(
        "tags are no names of AWS, at most 50, of 128 and 256 characters",
        "tag-editor/latest/userguide/tagging.html",
        "",
        _tags,
    ),
}
