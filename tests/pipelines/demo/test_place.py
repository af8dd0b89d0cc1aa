"""The demo writes into every connection, so it runs only where all are its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.warehouse.connect import URL_VARIABLE
from pipelines.demo.place import DemoFailed, demo_place
from pipelines.instance import open_instance


def changed(home: Path, before: str, after: str) -> None:
    file = home / "interlock.yaml"
    settings = file.read_text(encoding="utf-8")
    assert before in settings
    file.write_text(settings.replace(before, after), encoding="utf-8")


def test_the_checkouts_own_instance_is_the_demos(home: Path) -> None:
    place = demo_place(open_instance(home, {}))
    assert place.workbook == home / "files" / "marketing-plan.xlsx"
    assert place.jira_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("url: http://127.0.0.1", "url: https://nordlicht.example"),
        ("path: files/marketing-plan.xlsx", "path: plans/marketing-plan.xlsx"),
        ("path: files/erp-export.csv", "path: files/../../erp-export.csv"),
        ("path: files/erp-export.csv", "path: /files/erp-export.csv"),
    ],
)
def test_a_connection_to_anything_else_is_refused(home: Path, before: str, after: str) -> None:
    changed(home, before, after)
    with pytest.raises(DemoFailed, match="not the demo's instance"):
        demo_place(open_instance(home, {}))


def test_a_warehouse_that_somebody_named_is_not_emptied(home: Path) -> None:
    environment = {URL_VARIABLE: "postgresql://warehouse.example/plans"}
    with pytest.raises(DemoFailed, match="Unset it"):
        demo_place(open_instance(home, environment))
