"""Mapping: all records are mapped again exactly when the same raw record could map differently."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest

from connectors.salesforce.settings import SalesforceSettings
from connectors.tools import InstalledTools, installed_tools
from pipelines.instance import Instance
from pipelines.steps.map import map_records
from pipelines.steps.pull import pull
from tests.pipelines.small import NOW, Small

DEALS = 2


@pytest.fixture
def mapped(instance: Instance) -> Iterator[Instance]:
    """An instance whose deals are landed and mapped."""
    pull(instance, "sales", NOW)
    assert map_records(instance, "sales", NOW).rows >= DEALS
    yield instance


def rows_mapped_again(instance: Instance) -> int:
    return map_records(instance, "sales", NOW).rows


def test_nothing_is_mapped_again_while_nothing_changed(mapped: Instance) -> None:
    assert rows_mapped_again(mapped) == 0


def test_a_raised_mapping_version_maps_every_record_again(
    mapped: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = installed_tools()
    tool = installed.tools["salesforce"]
    raised = replace(tool, mapping_version=tool.mapping_version + 1)
    tools = InstalledTools({**installed.tools, "salesforce": raised}, installed.unavailable)
    monkeypatch.setattr("pipelines.instance.installed_tools", lambda: tools)

    assert rows_mapped_again(mapped) >= DEALS


def test_a_changed_setting_maps_every_record_again(small: Small, mapped: Instance) -> None:
    small.write_settings(sales={"currency": "CHF"})

    with closing(small.open()) as changed:
        assert rows_mapped_again(changed) >= DEALS


def test_a_changed_schedule_maps_nothing_again(small: Small, mapped: Instance) -> None:
    small.write_settings(sales={"schedule": "*/5 * * * *"})

    with closing(small.open()) as changed:
        assert rows_mapped_again(changed) == 0


class WiderSettings(SalesforceSettings):
    """The settings of a later release, which knows one more option."""

    new_option: int = 1


def test_an_option_that_a_release_adds_maps_nothing_again(mapped: Instance) -> None:
    connections = mapped.deployment.connections
    sales = WiderSettings.model_validate(connections["sales"].model_dump())
    deployment = mapped.deployment.model_copy(
        update={"connections": {**connections, "sales": sales}}
    )

    with closing(replace(mapped, deployment=deployment)) as upgraded:
        assert rows_mapped_again(upgraded) == 0
