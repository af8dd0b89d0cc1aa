"""The small instance as Dagster sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import dagster as dg
import pytest

from pipelines.cards.publish import PARTITIONS
from tests.pipelines.small import NOW, Small

CLOCKED = (
    "assets.comments",
    "assets.conflicts",
    "assets.connections",
    "assets.shared_model",
    "decide_job",
)
"""Modules that ask when their run began."""


@dataclass(frozen=True)
class Seen:
    """The definitions of an instance folder, and the Dagster instance that keeps their runs."""

    small: Small
    dagster: dg.DagsterInstance

    def defs(self) -> dg.Definitions:
        """The definitions as interlock.yaml and the operating model stand now."""
        # Importing them opens the instance folder that the environment names.
        from pipelines.definitions import build

        instance = self.small.open()
        return build(instance.deployment, instance.model.time_zone, instance.rules)

    def sync(self) -> dg.ExecuteInProcessResult:
        job = self.defs().resolve_job_def("sync")
        return job.execute_in_process(instance=self.dagster)

    def decide(self, person: str, **form: Any) -> dg.ExecuteInProcessResult:
        """Launch the form in the name of a verified person; an empty name is nobody."""
        job = self.defs().resolve_job_def("decide")
        return job.execute_in_process(
            instance=self.dagster,
            run_config=form,
            tags={"interlock/person": person},
            raise_on_error=False,
        )

    def cards(self) -> list[str]:
        return list(self.dagster.get_dynamic_partitions(PARTITIONS))

    def card(self, key: str) -> dict[str, Any]:
        """What the card of a conflict says, by entry."""
        (event,) = self.dagster.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=dg.AssetKey("conflict"), asset_partitions=[key]), 1
        ).records
        return said(event.asset_materialization)

    def inbox(self) -> dict[str, Any]:
        event = self.dagster.get_latest_materialization_event(dg.AssetKey("inbox"))
        assert event is not None
        return said(event.asset_materialization)


def said(materialization: dg.AssetMaterialization | None) -> dict[str, Any]:
    assert materialization is not None
    return {name: entry.value for name, entry in materialization.metadata.items()}


@pytest.fixture
def seen(small: Small, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    for name, value in small.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INTERLOCK_HOME", str(small.home))
    for module in CLOCKED:
        monkeypatch.setattr(f"pipelines.{module}.run_instant", lambda _: NOW)
    with dg.DagsterInstance.ephemeral() as instance:
        yield Seen(small, instance)
