"""A connection whose tool's package cannot be loaded fails alone."""

from __future__ import annotations

import pytest
import yaml

from model.warehouse.connection_states import find_unread_connections
from model.warehouse.landing import count_present_records
from tests.pipelines.acme import BROKEN, WORKING, Install
from tests.pipelines.commanding import Run
from tests.pipelines.small import Small
from tests.pipelines.syncing import run_sync

REASON = 'the tool "acme" of the package acme-tracker cannot be loaded (ImportError: acme_sdk'


def use_tool(small: Small, tool: str) -> None:
    small.write_settings(marketing_plan={"tool": tool})


def test_its_connection_is_named_with_package_and_remedy_and_the_others_are_in_order(
    small: Small, interlock: Run, install: Install
) -> None:
    install(BROKEN)
    use_tool(small, "acme")

    code, out, err = interlock("check")

    assert code == 1
    assert f"marketing-plan: {REASON}" in err
    assert len(err.splitlines()) == 1
    assert "Update or reinstall acme-tracker" in err
    assert "✓ it-jira has all that it needs" in out


def test_a_sync_is_done_in_part_and_writes_into_the_other_tools(
    small: Small, interlock: Run, install: Install
) -> None:
    install(BROKEN)
    use_tool(small, "acme")

    code, out, err = interlock("sync")

    assert code == 1
    assert f"marketing-plan: {REASON}" in err
    assert "/browse/CDP-2?focusedCommentId=" in out


def test_its_records_stay_as_they_are_and_count_as_not_read(small: Small, install: Install) -> None:
    install(WORKING)
    use_tool(small, "acme")
    instance = small.open()
    run_sync(instance)
    instance.close()

    install(BROKEN)
    instance = small.open()
    result = run_sync(instance, minutes=5)

    assert list(result.failures) == ["marketing-plan"]
    assert result.detected.events == {}
    with instance.engine.connect() as connection:
        assert count_present_records(connection, "marketing-plan") == 2
        names = instance.deployment.connection_names
        assert find_unread_connections(connection, names) == ["marketing-plan"]
    instance.close()


def test_a_tool_that_no_package_declares_is_an_error_of_the_file_with_its_line(
    small: Small, interlock: Run, install: Install
) -> None:
    install(BROKEN)
    use_tool(small, "acmee")

    code, _, err = interlock("sync")

    assert code == 2
    assert 'connection "marketing-plan" has no tool that Interlock knows: acmee' in err
    assert "interlock.yaml:" in err


def test_the_file_is_still_checked_for_what_all_connections_have(
    small: Small, interlock: Run, install: Install
) -> None:
    install(BROKEN)
    settings = small.home / "interlock.yaml"
    content = yaml.safe_load(settings.read_text(encoding="utf-8"))
    content["connections"]["acme"] = {"tool": "acme", "functions": ["x"], "streams": [1]}
    settings.write_text(yaml.safe_dump(content), encoding="utf-8")

    code, _, err = interlock("check")

    assert code == 2
    assert 'lacks "function"' in err


CANNOT_CHECK = """
from dataclasses import replace

from pydantic import model_validator

from connectors.spreadsheets.tool import TOOL as SPREADSHEET


class Settings(SPREADSHEET.settings):
    @model_validator(mode="before")
    @classmethod
    def check(cls, values):
        raise KeyError("settings boom")


TOOL = replace(
    SPREADSHEET,
    name="acme",
    settings=Settings,
    addresses=lambda settings: (settings.url,),
)
"""


@pytest.mark.parametrize("command", ["check", "sync"])
def test_a_tool_that_cannot_check_its_settings_fails_alone(
    small: Small, interlock: Run, install: Install, command: str
) -> None:
    install(CANNOT_CHECK)
    use_tool(small, "acme")

    code, out, err = interlock(command)

    assert code == 1
    assert (
        'marketing-plan: checking its settings for the tool "acme" failed: '
        "KeyError: 'settings boom'" in err
    )
    assert "it-jira" in out


def test_conflicts_are_listed_while_a_tool_cannot_check_its_settings(
    small: Small, interlock: Run, install: Install
) -> None:
    install(CANNOT_CHECK)
    use_tool(small, "acme")

    code, _, err = interlock("conflicts")

    assert code == 0
    assert "Traceback" not in err
