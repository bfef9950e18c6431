"""The stage of load tests has the deployed stage's limits.

Time limits, queues and tries, for `make load` and the hostile suite.
"""

from infra.limits import SMALL
from infra.spill_queue import TRIES
from infra.stack import TIMEOUTS as DEPLOYED
from scripts.load.functions import TIMEOUTS
from scripts.load.stage import SPILL_TRIES, queues
from tests.infra.synth import Synthesised


def test_functions_have_the_same_time_limits_as_on_aws() -> None:
    assert {name: DEPLOYED[name].to_seconds() for name in TIMEOUTS} == TIMEOUTS


def test_spilled_posts_are_retried_as_often_as_on_aws() -> None:
    assert SPILL_TRIES == TRIES


def test_each_function_reads_the_same_queues_with_the_same_concurrency_as_on_aws(prod: Synthesised) -> None:
    names = {prod.function_id(name): name for name in TIMEOUTS}
    mappings = [m for m in prod.properties("Lambda::EventSourceMapping") if "ScalingConfig" in m]
    deployed = sorted((names[m["FunctionName"]["Ref"]], m["ScalingConfig"]["MaximumConcurrency"]) for m in mappings)
    assert deployed == sorted(how[:2] for how in queues(SMALL).values())
