"""The instance folder that `interlock init` writes can be read once it is filled in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from model.operating_model.problems import ModelInvalid
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
    assert result.exit_code == 2
    assert (tmp_path / "interlock.yaml").read_text() == "# already here"
    assert not (tmp_path / "dagster.yaml").exists()


def test_the_line_to_export_names_the_whole_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    result = RUNNER.invoke(app, ["init", "my plans"])

    assert f"export INTERLOCK_HOME='{tmp_path / 'my plans'}'\n" in result.stdout


def test_a_relative_home_that_another_folder_does_not_have_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RUNNER.invoke(app, ["init", str(tmp_path / "plans")])
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    result = RUNNER.invoke(app, ["check"], env={"INTERLOCK_HOME": "plans"})

    assert result.exit_code == 2
    assert str(tmp_path / "elsewhere" / "plans") in result.stderr
    assert "counts from the current folder" in result.stderr


def test_a_check_without_a_home_says_that_none_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTERLOCK_HOME", raising=False)

    result = RUNNER.invoke(app, ["check"])

    assert result.exit_code == 2
    assert "INTERLOCK_HOME is not set" in result.stderr


def test_a_command_within_an_instance_folder_says_how_to_name_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RUNNER.invoke(app, ["init", str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("INTERLOCK_HOME", raising=False)

    result = RUNNER.invoke(app, ["check"])

    assert f"The current folder is one: export INTERLOCK_HOME={tmp_path}" in result.stderr


def test_an_unknown_function_is_named_with_its_line_before_anything_is_opened(
    tmp_path: Path,
) -> None:
    RUNNER.invoke(app, ["init", str(tmp_path)])
    settings = tmp_path / "interlock.yaml"
    text = settings.read_text(encoding="utf-8").replace("function: it\n", "function: itt\n", 1)
    settings.write_text(text, encoding="utf-8")
    line = text[: text.index("function: itt")].count("\n") + 1

    with pytest.raises(ModelInvalid) as invalid:
        open_instance(tmp_path, {})

    (problem,) = invalid.value.problems
    assert (problem.file, problem.line) == ("interlock.yaml", line)
    assert '"itt" is no function' in problem.message
    assert 'Did you mean "it"?' in problem.remedy
