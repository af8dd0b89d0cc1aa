"""Rules of other packages as Dagster and the command show them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from tests.model.rules.packages import LONG_WORK, Packages, installing_packages
from tests.pipelines.dagster.conftest import Deployed


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    with installing_packages(tmp_path / "site-packages", monkeypatch) as packages:
        yield packages


def checks(result: dg.ExecuteInProcessResult) -> dict[str, dg.AssetCheckEvaluation]:
    return {check.check_name: check for check in result.get_asset_check_evaluations()}


def test_an_installed_rule_has_a_check_of_its_own(deployed: Deployed, packages: Packages) -> None:
    packages.install("acme-rules", "acme_check", acme_check=LONG_WORK)

    result = deployed.sync()

    assert checks(result)["long_work"].passed
    assert checks(result)["all_rules_loaded"].passed


def test_a_broken_plugin_fails_a_check_that_names_it_and_the_sync_goes_on(
    deployed: Deployed, packages: Packages
) -> None:
    packages.install("acme-rules", "acme_unloadable", acme_unloadable="import no_such_library")

    result = deployed.sync()

    check = checks(result)["all_rules_loaded"]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.ERROR
    (reason,) = (entry.value for entry in check.metadata.values())
    assert str(reason).startswith("acme_unloadable of the package acme-rules 1.2 brings no rule")
    assert not checks(result)["late_handover"].passed
