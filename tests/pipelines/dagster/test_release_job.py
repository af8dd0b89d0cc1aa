"""A held change in Dagster: told by a check and the inbox, let pass by a form."""

import uuid

import dagster as dg
import pytest

from pipelines.forms import OUTCOME_TAG
from tests.pipelines.dagster.conftest import Deployed, person_tags, refusal


@pytest.fixture
def held(after_sync: Deployed) -> Deployed:
    """A deployment whose workbook was emptied between two syncs."""
    after_sync.small.write_plan()
    after_sync.sync()
    return after_sync


def release(deployed: Deployed, person: str, connection: str) -> dg.ExecuteInProcessResult:
    run_id = str(uuid.uuid4())
    return (
        deployed.defs()
        .resolve_job_def("release")
        .execute_in_process(
            instance=deployed.dagster,
            run_config={"connection": connection, "reason": "The campaign is off"},
            run_id=run_id,
            tags=person_tags(run_id, person),
            raise_on_error=False,
        )
    )


def test_a_hold_fails_its_check_and_is_in_the_inbox_until_a_person_releases_it(
    held: Deployed,
) -> None:
    check = dg.AssetCheckKey(dg.AssetKey(["marketing_plan", "records"]), "not_held")
    (record,) = held.dagster.event_log_storage.get_asset_check_execution_history(check, 1)
    assert record.status.value == "FAILED"
    assert "waits for a second read" in held.inbox()["connections"]

    assert "no verified person" in refusal(release(held, "", "marketing-plan"))
    assert refusal(release(held, "stranger@example.com", "marketing-plan"))
    assert refusal(release(held, "lena.vogt@nordlicht.example", "it-jira"))
    released = release(held, "lena.vogt@nordlicht.example", "marketing-plan")
    assert OUTCOME_TAG not in released.dagster_run.tags

    held.sync()
    assert "waits for a second read" not in held.inbox()["connections"]
