"""Reports over the events of a world."""

from leadtight.adapters.memory.files import MemoryFiles
from leadtight.reporting.review.service import ReportService
from tests.scenarios.world import World


def reports(world: World, files: MemoryFiles | None = None) -> ReportService:
    """Return the reports of a world; leads bear their ids.

    They are stored in `files`.
    """
    return ReportService(
        world.policy,
        world.table,
        MemoryFiles() if files is None else files,
        lambda lead_id: lead_id,
        lambda lead_id: world.lead(lead_id).lost_reason,
        lambda *_: "https://x.example",
        lambda _: "",
    )
