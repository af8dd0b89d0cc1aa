"""No damage to a CSV file makes a plan silently wrong: it is read right, or refused with a word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from pathlib import Path

import pytest

from connectors.base import ConnectionFailed, Page
from connectors.spreadsheets.connector import SpreadsheetConnector
from model.records import Problem, WorkItem
from tests.connectors.polluted_text import KINDS, Rows, Verdict, format_table
from tests.connectors.spreadsheets.build import COLUMNS, NOW, connector

FIELDS = COLUMNS | {"owner": "Who"}
HEADINGS = ("Key", "Task", "Start", "End", "Status", "Who", "Remark")
TITLES = ("Brief, agency", 'Order 15" screens', "Two\nlines of text", "Prüfung; Café", "Launch")
PLAN: Rows = [
    HEADINGS,
    *(
        (
            f"K{number:02}",
            f"{TITLES[number % 5]} {number}",
            f"2026-03-{number:02}",
            f"2026-04-{number:02}" if number % 4 else "",
            ("Planned", "Running", "Done")[number % 3],
            "Ada" if number % 2 else "",
            "checked" if number % 3 == 0 else "",
        )
        for number in range(1, 13)
    ),
]
Fields = tuple[str, str, str, str, str]
TRUTH: dict[str, Fields] = {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in PLAN[1:]}


QUICK = ((",", 1), (";", 3), ("\t", 7), (",", 12))
ALL = tuple(product(",;\t", (1, 2, 3, 4, 7, 12)))


@pytest.mark.parametrize("places", [QUICK, pytest.param(ALL, marks=pytest.mark.long)])
def test_no_damage_makes_a_plan_silently_wrong(
    tmp_path: Path, places: tuple[tuple[str, int], ...]
) -> None:
    verdicts: dict[str, Counter[str]] = {name: Counter() for name in KINDS}
    silent = []
    for (name, damage), (delimiter, at) in product(KINDS.items(), places):
        verdict, why = judge(tmp_path, damage(PLAN, at, delimiter))
        verdicts[name][verdict] += 1
        if verdict == "silent":
            silent.append(f"{name}, row {at}, {delimiter!r}: {why}")
    print(format_table(verdicts))
    assert "\n".join(silent) == ""


def judge(home: Path, content: bytes) -> tuple[Verdict, str]:
    """Whether the file was read right, and why not."""
    (home / "plan.csv").write_bytes(content)
    connection = connector(home, path="plan.csv", columns=FIELDS)
    try:
        (page,) = connection.pull("rows", None, NOW)
    except (ConnectionFailed, ValueError):
        return "refused", ""
    rows, problems = read(connection, page)
    told = mentioned(problems, content)
    wrong = {key for key in TRUTH if rows.get(key) != TRUTH[key]} | (rows.keys() - TRUTH.keys())
    lost = set() if page.snapshot_ids is None else TRUTH.keys() - page.snapshot_ids
    if silent := sorted((wrong | lost) - told):
        return "silent", f"{silent[0]} is {rows.get(silent[0])} of {len(silent)}"
    return ("refused", "") if wrong else ("right", "")


def read(connection: SpreadsheetConnector, page: Page) -> tuple[dict[str, Fields], list[Problem]]:
    rows, problems = {}, list(page.problems)
    for record in page.records:
        mapped = connection.map("rows", record, NOW)
        problems += mapped.problems
        for version in mapped.versions:
            item = version.record
            assert isinstance(item, WorkItem)
            dates = [
                day.isoformat() if day else "" for day in (item.planned_start, item.planned_finish)
            ]
            rows[item.key] = (item.title, dates[0], dates[1], item.status, item.owner or "")
    return rows, problems


def line_breaks(lines: Sequence[str], number: int) -> int:
    is_open = number <= len(lines) and lines[number - 1].count('"') % 2 == 1
    return 1 if is_open else 0


def mentioned(problems: Iterable[Problem], content: bytes) -> set[str]:
    """The keys that the problems name, or that stand in lines which they name."""
    told: set[str] = set()
    encoding = "utf-16" if b"\0K\0" in content else "utf-8"
    lines = re.split(r"\r\n|\r|\n", content.decode(encoding, "replace"))
    for problem in problems:
        told |= {problem.native_id, *problem.known_as}
        told |= set(re.findall(r"K\d\d", problem.reason))
        listed = re.search(r"\b(?:lines?|rows?) ([\d, ]+)", problem.reason)
        for number in map(int, re.findall(r"\d+", listed[1]) if listed else ()):
            # A row may go on in the next line.
            line = "\n".join(lines[number - 1 : number + line_breaks(lines, number)]).replace(
                '""', '"'
            )
            # A row that lost its key is told by its place.
            told |= {key for key, row in TRUTH.items() if row[0].split("\n")[0] in line}
            told |= {line.strip(), *re.split(r"[,;\t|]", line), *re.findall(r"K\d\d", line)}
    return told
