"""State that `make dev` keeps over a restart, and afterwards."""

from __future__ import annotations

from leadtight.devstage.local_stage import LocalStage
from tests.e2e.stage import Stage, eventually


def test_leads_survive_a_restart_and_new_ones_flow_after_it(local_stage: LocalStage, stage: Stage) -> None:
    lead_id = stage.post_lead(name="Before", email="before@example.com", message="hello")
    eventually("an owner", lambda: stage.lead(lead_id).owner_id)
    local_stage.stop()
    assert not local_stage.info_file.exists()
    assert not (local_stage.cloud.folder / "tmp").exists(), "the functions' containers are left behind"
    assert local_stage.start() == stage.info
    assert stage.lead(lead_id).owner_id
    after = stage.post_lead(name="After", email="after@example.com", message="hello")
    eventually("an owner", lambda: stage.lead(after).owner_id)
    eventually("an alert", lambda: stage.messages(after, "alert_owner")[0].provider_id)
