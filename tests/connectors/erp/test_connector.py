from collections.abc import Callable
from typing import Any

import pytest

WriteLine = Callable[..., str]
ExportFolder = Any


def test_check_of_a_healthy_connection_reports_nothing(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line())
    assert folder.connector.check() == []


def test_check_without_any_export_reports_a_blocking_problem(folder: ExportFolder) -> None:
    (problem,) = folder.connector.check()
    assert problem.blocking
    assert "no export matches" in problem.what


def test_check_reports_each_unreadable_export_as_blocking(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("good.csv", line())
    folder.put("bad.csv", "1", head="Belegnr;Betrag")
    (problem,) = folder.connector.check()
    assert problem.blocking
    assert problem.what.startswith("bad.csv cannot be read: the heading")


def test_check_reports_functions_that_the_operating_model_lacks(
    folder: ExportFolder, line: WriteLine
) -> None:
    folder.put("march.csv", line())
    folder.settings["functions"] = {"4400": "sales"}
    (problem,) = folder.connector.check()
    assert problem.what == '"sales" is no function of the operating model'


def test_check_warns_of_a_folder_that_takes_no_findings_file(
    folder: ExportFolder, line: WriteLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.put("march.csv", line())
    monkeypatch.setattr("connectors.erp.connector.os.access", lambda *_: False)
    (problem,) = folder.connector.check()
    assert (problem.what.startswith(f"{folder.home} cannot be written"), problem.blocking) == (
        True,
        False,
    )
