from collections.abc import Callable
from typing import Any

Line = Callable[..., str]
Desk = Any


def test_a_check_of_a_healthy_connection_finds_nothing(desk: Desk, line: Line) -> None:
    desk.put("march.csv", line())
    assert desk.connector.check() == []


def test_a_check_without_any_export_stops_the_sync(desk: Desk) -> None:
    (problem,) = desk.connector.check()
    assert problem.blocking
    assert "no export matches" in problem.what


def test_a_check_names_each_export_that_cannot_be_read_for_then_the_sync_fails(
    desk: Desk, line: Line
) -> None:
    desk.put("good.csv", line())
    desk.put("bad.csv", "1", head="Belegnr;Betrag")
    (problem,) = desk.connector.check()
    assert problem.blocking
    assert problem.what.startswith("bad.csv cannot be read: the heading")


def test_a_check_finds_functions_that_the_operating_model_does_not_know(
    desk: Desk, line: Line
) -> None:
    desk.put("march.csv", line())
    desk.settings["functions"] = {"4400": "sales"}
    (problem,) = desk.connector.check()
    assert problem.what == '"sales" is no function of the operating model'
