"""Old runs are deleted with their logs; younger and unfinished ones stay."""

from datetime import timedelta

import dagster as dg
import pytest

from model.conflicts import Status
from pipelines.housekeeping import delete_old_runs
from tests.pipelines.dagster.conftest import Deployed
from tests.pipelines.small import HEALTHY_PLAN


@dg.job
def purge_old_runs() -> None:
    delete_old_runs()


def finished_run(dagster: dg.DagsterInstance) -> str:
    """A finished run with its log."""
    return purge_old_runs.execute_in_process(instance=dagster).run_id


def test_a_young_run_stays() -> None:
    with dg.DagsterInstance.ephemeral() as dagster:
        run_id = finished_run(dagster)

        purge_old_runs.execute_in_process(instance=dagster)

        assert dagster.has_run(run_id)


def test_an_old_run_is_deleted_with_its_log_and_an_unfinished_one_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with dg.DagsterInstance.ephemeral() as dagster:
        ended = finished_run(dagster)
        waiting = dagster.create_run_for_job(
            purge_old_runs, status=dg.DagsterRunStatus.NOT_STARTED
        ).run_id
        monkeypatch.setattr("pipelines.housekeeping.KEEP", timedelta(days=-1))

        purge_old_runs.execute_in_process(instance=dagster)

        assert not dagster.has_run(ended)
        assert dagster.all_logs(ended) == []
        assert dagster.has_run(waiting)


def test_one_run_deletes_only_so_many_of_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    with dg.DagsterInstance.ephemeral() as dagster:
        oldest, younger = finished_run(dagster), finished_run(dagster)
        monkeypatch.setattr("pipelines.housekeeping.KEEP", timedelta(days=-1))
        monkeypatch.setattr("pipelines.housekeeping.MOST_PER_RUN", 1)

        purge_old_runs.execute_in_process(instance=dagster)

        assert not dagster.has_run(oldest)
        assert dagster.has_run(younger)


def test_the_card_of_a_conflict_of_long_ago_outlives_the_run_that_published_it(
    after_sync: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_sync.small.write_plan(HEALTHY_PLAN[0])
    after_sync.sync()
    (resolved,) = after_sync.conflicts(Status.RESOLVED)
    monkeypatch.setattr("pipelines.housekeeping.KEEP", timedelta(days=-1))

    job = after_sync.defs().resolve_job_def("purge_old_runs")
    job.execute_in_process(instance=after_sync.dagster)

    assert "The cause is gone" in after_sync.card(resolved)["text"]
    assert "changed" not in after_sync.card(resolved)
