"""The stage of `make load` and of the hostile suite is cut as the deployed one: time limits, queues, tries."""

from infra.spill_queue import TRIES
from infra.stack import TIMEOUTS as DEPLOYED
from scripts.load.functions import TIMEOUTS
from scripts.load.stage import QUEUES
from tests.infra.synth import Synthesised


def test_functions_have_the_time_that_they_have_on_aws() -> None:
    assert {name: DEPLOYED[name].to_seconds() for name in TIMEOUTS} == TIMEOUTS


def test_spilled_posts_are_tried_as_often_as_on_aws() -> None:
    assert QUEUES["spill"][2] == TRIES


def test_queues_are_read_with_as_many_batches_at_once_as_on_aws(prod: Synthesised) -> None:
    mappings = prod.properties("Lambda::EventSourceMapping")
    at_once = sorted(m["ScalingConfig"]["MaximumConcurrency"] for m in mappings if "ScalingConfig" in m)
    assert at_once == sorted(how[1] for how in QUEUES.values())
