"""Reports over the events of a world."""

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.reporting.review.service import ReportService
from tests.scenarios.world import World


def reports(world: World) -> ReportService:
    """Return the reports of a world; leads bear their ids."""
    return ReportService(
        world.policy,
        world.table,
        MemoryFiles(),
        lambda lead_id: lead_id,
        lambda _: None,
        lambda *_: "https://x.example",
        lambda _: "",
    )
