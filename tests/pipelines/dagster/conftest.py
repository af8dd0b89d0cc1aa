"""The small instance as Dagster sees it."""

import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from sqlalchemy.engine import URL

from connectors.sandbox import running_sandbox
from model.operating_model.identity import Identity, IdentityKind
from pipelines.cards.publish import PARTITIONS
from pipelines.coordinator import PERSON_TAG, PROOF_TAG
from pipelines.proxy_identity import SECRET_VARIABLE, prove_run
from tests.pipelines.dagster.saved import Saved
from tests.pipelines.saved import CopyDatabase, save_small
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, make_small

MODULES_WITH_A_CLOCK = (
    "assets.agenda",
    "assets.comments",
    "assets.conflicts",
    "assets.connections",
    "assets.measures",
    "assets.shared_model",
    "decide_job",
    "release_job",
)
"""Modules that ask when their run began."""


@dataclass(frozen=True)
class Deployed:
    """The definitions of an instance folder, and the Dagster instance that stores their runs."""

    small: Small
    dagster: dg.DagsterInstance

    def defs(self) -> dg.Definitions:
        """The definitions for the present interlock.yaml and operating model."""
        # Importing them opens the instance folder that the environment names.
        from pipelines.definitions import build

        instance = self.small.open()
        return build(instance.deployment, instance.model, instance.rules)

    def sync(self) -> dg.ExecuteInProcessResult:
        job = self.defs().resolve_job_def("sync")
        return job.execute_in_process(instance=self.dagster)

    def decide(self, person: str, **form: Any) -> dg.ExecuteInProcessResult:
        """Launch the form as this verified person; an empty name stands for nobody."""
        run_id = str(uuid.uuid4())
        return self.launch_decision(run_id, person_tags(run_id, person), **form)

    def launch_decision(
        self, run_id: str, tags: dict[str, str], **form: Any
    ) -> dg.ExecuteInProcessResult:
        """Launch the form past the run coordinator, with these tags."""
        job = self.defs().resolve_job_def("decide")
        return job.execute_in_process(
            instance=self.dagster, run_id=run_id, run_config=form, tags=tags, raise_on_error=False
        )

    def cards(self) -> list[str]:
        """The conflict ids that Dagster lists, in its order."""
        return list(self.dagster.get_dynamic_partitions(PARTITIONS))

    def card(self, conflict_id: str) -> dict[str, Any]:
        """The entries of a conflict's latest card."""
        (event,) = self.dagster.fetch_materializations(
            dg.AssetRecordsFilter(
                asset_key=dg.AssetKey("conflict"), asset_partitions=[conflict_id]
            ),
            1,
        ).records
        return metadata_values(event.asset_materialization)

    def inbox(self) -> dict[str, Any]:
        event = self.dagster.get_latest_materialization_event(dg.AssetKey("inbox"))
        assert event is not None
        return metadata_values(event.asset_materialization)


def person_tags(run_id: str, person: str) -> dict[str, str]:
    """The tags with which the run coordinator states a verified e-mail address; "" is nobody."""
    identity = Identity(IdentityKind.EMAIL, person)
    proof = prove_run(run_id, identity, os.environ)
    return {PERSON_TAG: str(identity), PROOF_TAG: proof} if person else {}


def metadata_values(materialization: dg.AssetMaterialization | None) -> dict[str, Any]:
    assert materialization is not None
    return {name: entry.value for name, entry in materialization.metadata.items()}


@contextmanager
def _deploy(
    small: Small, dagster: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    for name, value in small.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(SECRET_VARIABLE, "a secret of the proxy and Interlock")
    monkeypatch.setenv("INTERLOCK_HOME", str(small.home))
    for module in MODULES_WITH_A_CLOCK:
        monkeypatch.setattr(f"pipelines.{module}.run_instant", lambda _: NOW)
    yield Deployed(small, dagster)


@pytest.fixture
def deployed(small: Small, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """A deployment that was never synced."""
    with (
        dg.DagsterInstance.ephemeral() as dagster,
        _deploy(small, dagster, monkeypatch) as deployed,
    ):
        yield deployed


@pytest.fixture(scope="session")
def saved(
    tmp_path_factory: pytest.TempPathFactory,
    new_database: Callable[[], URL],
    copy_database: CopyDatabase,
) -> Iterator[Saved]:
    """A deployment after its first sync."""
    with (
        running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox,
        dg.DagsterInstance.ephemeral() as dagster,
    ):
        small = make_small(tmp_path_factory.mktemp("saved") / "home", sandbox, new_database())
        with (
            pytest.MonkeyPatch.context() as monkeypatch,
            _deploy(small, dagster, monkeypatch) as deployed,
        ):
            result = deployed.sync()
        yield Saved(save_small(small, copy_database), dagster, result)


@pytest.fixture
def after_sync(saved: Saved, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """A deployment after its first sync, for a test that changes it."""
    with (
        saved.copied(tmp_path / "home") as (small, dagster),
        _deploy(small, dagster, monkeypatch) as deployed,
    ):
        yield deployed


@pytest.fixture(scope="module")
def synced_deployed(saved: Saved, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """A deployment after its first sync, for the tests of a module that change nothing."""
    with (
        pytest.MonkeyPatch.context() as monkeypatch,
        saved.copied(tmp_path_factory.mktemp("synced") / "home") as (small, dagster),
        _deploy(small, dagster, monkeypatch) as deployed,
    ):
        yield deployed
