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
from model.conflicts import Conflict, Status
from model.operating_model.identity import Identity, IdentityKind
from model.warehouse.ledger import read_conflicts
from pipelines.coordinator import PERSON_TAG, PROOF_TAG
from pipelines.forms import OUTCOME_TAG, REFUSED
from pipelines.pages import INBOX_PAGE
from pipelines.proxy_identity import SECRET_VARIABLE, prove_run
from pipelines.ui_links import CARDS
from tests.pipelines.dagster.clocks import modules_with_a_clock
from tests.pipelines.dagster.saved import Saved
from tests.pipelines.saved import CopyDatabase, save_small
from tests.pipelines.small import JIRA, NOW, SALESFORCE, Small, make_small


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

    def conflicts(self, *statuses: Status) -> dict[str, Conflict]:
        """The conflicts of these statuses by id, worst first."""
        instance = self.small.open()
        with instance.engine.connect() as connection:
            conflicts = read_conflicts(connection, *statuses)
        instance.close()
        return conflicts

    def open_ids(self) -> list[str]:
        return list(self.conflicts(Status.OPEN))

    def card(self, conflict_id: str) -> dict[str, Any]:
        """The latest card of a conflict; its text is the entry `text`."""
        return self.page(CARDS, self.conflicts()[conflict_id].page_name)

    def inbox(self) -> dict[str, Any]:
        return self.page(*INBOX_PAGE)

    def page(self, *path: str) -> dict[str, Any]:
        """What a page shows now; its text is the entry `text`."""
        (record,) = self.dagster.fetch_materializations(dg.AssetKey(path), limit=1).records
        shown = record.asset_materialization
        assert shown is not None
        return {"text": shown.description, **metadata_values(shown)}


def person_tags(run_id: str, person: str) -> dict[str, str]:
    """The tags with which the run coordinator states a verified e-mail address; "" is nobody."""
    identity = Identity(IdentityKind.EMAIL, person)
    proof = prove_run(run_id, identity, os.environ)
    return {PERSON_TAG: str(identity), PROOF_TAG: proof} if person else {}


def metadata_values(materialization: dg.AssetMaterialization | None) -> dict[str, Any]:
    assert materialization is not None
    return {name: entry.value for name, entry in materialization.metadata.items()}


def refusal(result: dg.ExecuteInProcessResult) -> str:
    """Why a form was refused: the run itself succeeds, is marked, and leads back."""
    (event,) = (each for each in result.all_events if each.is_asset_observation)
    observation = event.asset_observation_data.asset_observation
    assert result.success
    assert result.dagster_run.tags[OUTCOME_TAG] == REFUSED
    assert observation.metadata["back"].value
    return str(observation.description)


@contextmanager
def _deploy(
    small: Small, dagster: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    for name, value in small.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv(SECRET_VARIABLE, "a secret of the proxy and Interlock")
    monkeypatch.setenv("INTERLOCK_HOME", str(small.home))
    for module in modules_with_a_clock():
        monkeypatch.setattr(f"{module}.run_instant", lambda _: NOW)
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
