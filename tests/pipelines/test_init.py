"""The instance folder that `interlock init` writes can be read once it is filled in."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.instance import open_instance

RUNNER = CliRunner()


def uncommented(text: str) -> str:
    """The settings with the connections that are commented out."""
    return re.sub(r"^  # ( *[\w{}.-]+:)", r"  \1", text, flags=re.MULTILINE)


def test_a_new_folder_is_a_complete_instance(tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    result = RUNNER.invoke(app, ["init", str(folder)])
    assert result.exit_code == 0
    assert open_instance(folder, {}).deployment.connection_names == ("jira",)
    assert open_instance(folder, {}).deployment.comments.mode == "dry-run"
    assert (folder / "dagster.yaml").read_text(encoding="utf-8").startswith("#")


def test_each_connection_that_is_commented_out_can_be_filled_in(tmp_path: Path) -> None:
    RUNNER.invoke(app, ["init", str(tmp_path)])
    settings, model = tmp_path / "interlock.yaml", tmp_path / "operating_model" / "model.yaml"
    settings.write_text(uncommented(settings.read_text(encoding="utf-8")), encoding="utf-8")
    functions = "".join(
        f"  - {{ id: {name}, name: {name}, head: head-of-it }}\n"
        for name in ("sales", "marketing", "finance")
    )
    (tmp_path / "operating_model" / "more.yaml").write_text(f"functions:\n{functions}")
    assert model.exists()
    assert open_instance(tmp_path, {}).deployment.connection_names == (
        "jira",
        "erp",
        "github",
        "tracker",
        "salesforce",
        "plans",
    )


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "interlock.yaml").write_text("# already here")
    result = RUNNER.invoke(app, ["init", str(tmp_path)])
    assert result.exit_code == 1
    assert (tmp_path / "interlock.yaml").read_text() == "# already here"
    assert not (tmp_path / "dagster.yaml").exists()
