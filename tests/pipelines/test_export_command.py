"""`interlock export`: the record for other programs."""

from __future__ import annotations

import csv
import io
import json

import pytest

from pipelines.cli.export import csv_cell
from tests.pipelines.commanding import Run, command_on
from tests.pipelines.small import Small


@pytest.fixture
def exported(
    synced_small: Small, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    return command_on(synced_small, monkeypatch, capsys)


def test_conflicts_decisions_and_events_are_written_as_lines(exported: Run) -> None:
    conflicts = [json.loads(line) for line in exported("export", "conflicts")[1].splitlines()]
    late = next(each for each in conflicts if "late_handover" in each["rules"])
    assert late["status"] == "open" and late["title"].startswith("CDP-2 of IT")

    choice = ("--verdict", "move", "--as", "friedrich-albers", "--reason", "=1+1")
    assert exported("decide", late["conflict"], *choice)[0] == 0
    (decision,) = (json.loads(line) for line in exported("export", "decisions")[1].splitlines())
    assert (decision["person"], decision["outcome"]) == ("friedrich-albers", "awaited")

    code, out, err = exported("export", "events")
    assert code == 0, err
    events = [json.loads(line) for line in out.splitlines()]
    assert [each["event"] for each in events] == ["opened", "opened", "decided"]
    assert all(each["number"] and len(each["hash"]) == 64 for each in events)

    rows = list(csv.DictReader(io.StringIO(exported("export", "decisions", "--format", "csv")[1])))
    assert [row["reason"] for row in rows] == ["'=1+1"]
    shown = list(csv.DictReader(io.StringIO(exported("export", "conflicts", "--format", "csv")[1])))
    assert [row["conflict"] for row in shown] == [each["conflict"] for each in conflicts]


def test_measures_are_printed_as_tables_and_as_json(exported: Run) -> None:
    code, out, _ = exported("measures", "--json")
    told = json.loads(out)

    assert code == 0
    assert {each["rule"]: each["open"] for each in told["rules"]}["broken_promise"] == 1
    assert set(told["open_by_function"]) == {"it", "marketing", "sales", "finance", "security"}
    code, out, _ = exported("measures")
    assert code == 0
    assert "Twelve weeks to 4 Mar 2026" in out and "No comment was created." in out


def test_a_form_that_there_is_not_is_refused(exported: Run) -> None:
    assert exported("export", "people")[0] == 2
    assert exported("export", "events", "--format", "xml")[0] == 2


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+49 40", "'+49 40"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'=1"),
        ("\r\n@x", "'@x"),
        ("a = b\nc", "a = b c"),
        (-4, "-4"),
        (None, ""),
        (True, "true"),
        (["=a", "b"], "'=a; b"),
        ({"a": 1}, '{"a":1}'),
    ],
)
def test_no_cell_is_a_formula(value: object, cell: str) -> None:
    assert csv_cell(value) == cell
