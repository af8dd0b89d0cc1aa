"""Whatever a connector raises, all other connections, streams and records go on."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from connectors.base import ConnectionFailed, RawRecord
from connectors.jira.connector import JiraConnector
from model.records import Mapped
from model.warehouse.connection_states import find_unread_connections, read_times
from model.warehouse.landing import read_cursor
from model.warehouse.quarantine import read_all_problems
from pipelines.instance import Instance
from pipelines.isolation import isolated
from pipelines.steps.pull import pull
from tests.pipelines.commanding import Run
from tests.pipelines.small import NOW, Small, day
from tests.pipelines.syncing import rule_names, run_sync, written_keys


def replace_method(
    monkeypatch: pytest.MonkeyPatch, name: str, wrong: Any, *, only_for: str | None = None
) -> None:
    """Let a method of Jira's connector be another, for one stream or record only if one is named.

    The argument that names it is the first, or the native id of a raw record.
    """
    real = getattr(JiraConnector, name)

    def method(self: JiraConnector, *arguments: Any) -> Any:
        names = {arguments[0], getattr(arguments[-2], "native_id", None)} if only_for else set()
        return (wrong if only_for is None or only_for in names else real)(self, *arguments)

    monkeypatch.setattr(JiraConnector, name, method)


def raise_key_error(*_: Any) -> Any:
    raise KeyError("issues\nwith a second line")


def yield_no_pages(*_: Any) -> Iterator[Any]:
    yield {"message": "not a page"}


@pytest.mark.parametrize("wrong", [raise_key_error, yield_no_pages])
def test_a_stream_that_fails_in_any_way_stops_neither_its_siblings_nor_other_tools(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch, wrong: Any
) -> None:
    replace_method(monkeypatch, "pull", wrong, only_for="issues")

    result = run_sync(instance)

    (failure,) = result.failures.values()
    assert "it-jira: reading the stream issues failed: " in str(failure)
    assert "\n" not in str(failure)
    with instance.engine.connect() as connection:
        assert read_cursor(connection, "it-jira", "versions", "pull") is not None
        assert find_unread_connections(connection, ["it-jira", "sales"]) == ["it-jira"]
    assert result.pulled["sales"].read == 2
    assert result.pulled["finance-erp"].read == 3


def test_the_records_of_the_other_streams_are_among_the_figures(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "pull", raise_key_error, only_for="versions")

    assert run_sync(instance).pulled["it-jira"].read == 3


def test_what_a_failed_stream_did_not_show_is_unknown_and_not_absent(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "pull", raise_key_error, only_for="issues")
    small.write_plan(("CMP-2", "Launch", day(10), day(14), "Lena Vogt", "Planned", "CDP-2"))

    assert "dangling_dependency" not in rule_names(run_sync(instance))


def test_a_record_whose_mapping_raises_is_held_with_a_reason_and_the_others_are_mapped(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "map", raise_key_error, only_for="10003")

    result = run_sync(instance)

    assert result.mapped["it-jira"].changed == 2
    assert rule_names(result) == ["broken_promise", "late_handover"]
    with instance.engine.connect() as connection:
        ((name, native_id, reason, remedy),) = read_all_problems(connection)
    assert (name, native_id) == ("it-jira", "10003")
    assert "KeyError" in reason
    assert "author" in remedy


def test_a_mapping_to_nothing_of_the_sort_is_held_too(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "map", lambda *_: None, only_for="10003")

    assert run_sync(instance).mapped["it-jira"].changed == 2


@pytest.mark.parametrize("method", ["find_comments", "apply"])
def test_comments_that_fail_in_any_way_fail_alone(
    small: Small, instance: Instance, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    replace_method(monkeypatch, method, raise_key_error)

    result = run_sync(instance)

    assert "comments failed: KeyError" in str(result.failures["it-jira"])
    assert set(written_keys(result)) == {"sales", "marketing-plan"}


def test_a_connector_that_cannot_even_be_opened_fails_alone(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("no such library")

    monkeypatch.setattr(JiraConnector, "__init__", fail)

    failures = run_sync(instance).failures

    assert list(failures) == ["it-jira"]
    assert isinstance(failures["it-jira"], ConnectionFailed)
    assert "opening its connector failed: RuntimeError: no such library" in str(failures["it-jira"])


class Unshowable(Exception):
    def __str__(self) -> str:
        raise ValueError("no text either")


def raising(error: BaseException) -> Any:
    def fail(*_: Any, **__: Any) -> None:
        raise error

    return fail


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (SystemExit(3), "SystemExit: 3"),
        (GeneratorExit(), "GeneratorExit"),
        (asyncio.CancelledError("gone"), "CancelledError: gone"),
        (ValueError("lone \ud800 \x00"), "ValueError: lone \ufffd \ufffd"),
        (Unshowable(), "Unshowable (its text cannot be shown)"),
    ],
)
def test_an_error_of_any_kind_is_the_connections_alone(error: BaseException, text: str) -> None:
    with pytest.raises(ConnectionFailed) as caught, isolated("acme", "reading"):
        raise error
    assert caught.value.reason == f"reading failed: {text}"


def test_an_interruption_is_no_failure_of_the_connection() -> None:
    with pytest.raises(KeyboardInterrupt), isolated("acme", "reading"):
        raise KeyboardInterrupt


def test_streams_that_cannot_be_named_fail_their_connection_alone(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JiraConnector, "streams", property(raise_key_error))

    result = run_sync(instance)

    assert "naming its streams failed: KeyError" in str(result.failures["it-jira"])
    assert result.pulled["sales"].read == 2


def test_a_connector_that_cannot_be_closed_fails_alone(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(JiraConnector, "close", raising(SystemExit(3)))

    result = run_sync(instance)

    assert "closing its connector failed: SystemExit" in str(result.failures["it-jira"])
    assert result.pulled["sales"].read == 2


def test_what_failed_first_is_shown_where_the_connector_cannot_be_closed_either(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "pull", raise_key_error)
    monkeypatch.setattr(JiraConnector, "close", raising(ZeroDivisionError("close boom")))

    with pytest.raises(ConnectionFailed) as caught:
        pull(instance, "it-jira", NOW)

    assert "reading the stream issues failed: KeyError" in caught.value.reason


@pytest.mark.parametrize("closes", [True, False])
def test_a_check_that_raises_anything_fails_alone(
    small: Small, interlock: Run, monkeypatch: pytest.MonkeyPatch, closes: bool
) -> None:
    monkeypatch.setattr(JiraConnector, "check", raising(SystemExit("check exits")))
    if not closes:
        monkeypatch.setattr(JiraConnector, "close", raising(SystemExit("close exits")))

    code, out, err = interlock("check")

    assert code == 1
    assert "it-jira: checking its access failed: SystemExit: check exits" in err
    assert "✓ sales has all that it needs" in out


def test_a_stream_of_which_no_record_becomes_part_of_the_plan_does_not_count_as_read(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "map", lambda *_: Mapped())

    failure = str(run_sync(instance).failures["it-jira"])

    assert "none of the 3 records of issues became part of the plan" in failure
    with instance.engine.connect() as connection:
        assert find_unread_connections(connection, ["it-jira", "sales"]) == ["it-jira"]


def test_single_records_that_are_deliberately_left_out_are_fine(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_issue = JiraConnector.map

    def leave_out_most(self: JiraConnector, stream: str, raw: RawRecord, at: datetime) -> Mapped:
        mapped = map_issue(self, stream, raw, at)
        key = mapped.versions[-1].record.key if mapped.versions else ""
        return mapped if key == "CDP-1" else Mapped()

    monkeypatch.setattr(JiraConnector, "map", leave_out_most)

    assert run_sync(instance, write=False).failures == {}


def test_a_connection_that_shows_nothing_usable_does_not_count_as_read(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_method(monkeypatch, "map", raise_key_error)

    failure = str(run_sync(instance).failures["it-jira"])

    assert "3 of 3 records of issues could not be used" in failure
    with instance.engine.connect() as connection:
        assert read_times(connection, [])["it-jira"] is None
        assert find_unread_connections(connection, ["it-jira", "sales"]) == ["it-jira"]
