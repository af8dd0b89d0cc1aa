"""The demo writes to every connection, so it runs only in its own instance."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.warehouse.failures import URL_VARIABLE
from pipelines.demo.demo_instance import DemoFailed, require_demo_instance
from pipelines.instance import open_instance


def change_settings(home: Path, before: str, after: str) -> None:
    file = home / "interlock.yaml"
    settings = file.read_text(encoding="utf-8")
    assert before in settings
    file.write_text(settings.replace(before, after), encoding="utf-8")


def test_the_instance_that_the_demo_writes_is_its_own(home: Path) -> None:
    demo = require_demo_instance(open_instance(home, {}))
    assert demo.workbook == home / "files" / "marketing-plan.xlsx"
    assert demo.jira_url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("url: http://127.0.0.1", "url: https://nordlicht.example"),
        ("path: files/marketing-plan.xlsx", "path: plans/marketing-plan.xlsx"),
        ("path: files/erp-export.csv", "path: files/../../erp-export.csv"),
        ("path: files/erp-export.csv", "path: /files/erp-export.csv"),
    ],
)
def test_an_instance_with_a_connection_to_anything_else_is_refused(
    home: Path, before: str, after: str
) -> None:
    change_settings(home, before, after)
    with pytest.raises(DemoFailed, match="not the demo's instance"):
        require_demo_instance(open_instance(home, {}))


def test_a_warehouse_that_the_environment_names_is_not_emptied(home: Path) -> None:
    environment = {URL_VARIABLE: "postgresql://warehouse.example/plans"}
    with pytest.raises(DemoFailed, match="Unset it"):
        require_demo_instance(open_instance(home, environment))
