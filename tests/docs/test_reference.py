"""The generated reference holds every rule, tool, setting and command, and is current."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from typer.main import get_command

from connectors.base import Tool
from connectors.tools import installed_tools
from model.operating_model.schema import OperatingModel
from model.rules import installed_rules
from model.rules.rule import Rule
from pipelines.cli.commands import app
from pipelines.deployment import Deployment
from pipelines.reference import generated_files
from pipelines.reference.includes import expand_includes
from pipelines.reference.packages import LAYERS, read_imports
from pipelines.reference.pages import reference_pages

ROOT = Path(__file__).parents[2]
RULES = list(installed_rules())
TOOLS = list(installed_tools().tools.values())
REWRITE = "run: .venv/bin/python -m pipelines.reference"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference_pages()


def models_below(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_below(field.annotation)
    for argument in get_args(annotation):
        yield from models_below(argument)


def section(page: str, heading: str) -> str:
    """The text from a heading of the second level to the next one."""
    return page.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_is_described_with_its_parameters_and_options(
    rule: Rule[Any], pages: dict[str, str]
) -> None:
    text = section(pages["reference/rules.md"], rule.title)
    assert f"`{rule.name}`" in text
    for name in (*rule.parameters.model_fields, *(option.id for option in rule.options)):
        assert f"`{name}`" in text


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_every_tool_is_described_with_its_permissions_example_and_settings(
    tool: Tool, pages: dict[str, str]
) -> None:
    text = section(pages["reference/settings.md"], tool.title)
    assert tool.permissions.strip() in text
    assert tool.example.rstrip() in text
    for model in models_below(tool.settings):
        for name in model.model_fields:
            assert f"| `{name}` |" in text


@pytest.mark.parametrize(
    ("root", "page"),
    [(Deployment, "reference/settings.md"), (OperatingModel, "reference/operating-model.md")],
)
def test_every_key_of_the_two_yaml_documents_is_described(
    root: type[BaseModel], page: str, pages: dict[str, str]
) -> None:
    for model in models_below(root):
        assert model is root or f"\n## {model.__name__}\n" in pages[page]
        for name, field in model.model_fields.items():
            assert f"| `{field.alias or name}` |" in pages[page]


def test_every_command_is_described_with_its_help_and_parameters(pages: dict[str, str]) -> None:
    group: Any = get_command(app)
    for name, command in group.commands.items():
        text = section(pages["reference/commands.md"], f"interlock {name}")
        assert command.help in text
        for parameter in command.params:
            shown = (
                parameter.metavar if parameter.param_type_name == "argument" else parameter.opts[0]
            )
            assert f"`{shown}`" in text


def test_a_default_is_written_as_in_yaml(pages: dict[str, str]) -> None:
    assert "`{ mode: dry-run, per_item: 3, per_day: 40 }`" in pages["reference/settings.md"]
    assert "`{ days: 10, value: 100000 EUR, priority: critical }`" in pages["reference/rules.md"]


def test_the_docstring_of_a_setting_is_its_meaning(pages: dict[str, str]) -> None:
    text = section(pages["reference/settings.md"], "Salesforce")
    assert "| `url` | text | *required* | The org's My Domain address. |" in text


def test_an_include_shows_one_top_level_key_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("first:\n  - 1\n\n  - 2\n\n# about second\nsecond: 3\n")
    text = expand_includes(
        "Before\n<!-- include yaml a.yaml first -->\nold\n<!-- end -->\nafter", tmp_path
    )
    assert text == (
        "Before\n<!-- include yaml a.yaml first -->\n\n"
        "```yaml\nfirst:\n  - 1\n\n  - 2\n```\n\n<!-- end -->\nafter"
    )
    assert expand_includes(text, tmp_path) == text


def test_an_include_of_an_inner_key_moves_it_to_the_left(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("all:\n  one-erp:\n    path: x\n  two: 2\n")
    text = expand_includes("<!-- include yaml a.yaml one-erp -->\n<!-- end -->", tmp_path)
    assert "\n```yaml\none-erp:\n  path: x\n```\n" in text


@pytest.mark.parametrize(
    "include", ["tool unknown", "yaml no.yaml", "yaml a.yaml third", "picture a"]
)
def test_an_include_of_something_that_does_not_exist_is_refused(
    include: str, tmp_path: Path
) -> None:
    (tmp_path / "a.yaml").write_text("first: 1\n")
    with pytest.raises(LookupError):
        expand_includes(f"<!-- include {include} -->\n<!-- end -->", tmp_path)


def test_imports_point_from_pipelines_to_connectors_to_model() -> None:
    wrong = [
        (part, target)
        for part, targets in read_imports(ROOT).items()
        for target in targets
        if LAYERS.index(target.partition(".")[0]) < LAYERS.index(part.partition(".")[0])
    ]
    assert wrong == []


def test_imports_are_read_in_every_form(tmp_path: Path) -> None:
    for name in ("model/records.py", "model/rules/kit.py", "connectors/base.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "run.py").write_text(
        "import connectors.base\nfrom model import records\n\n"
        "def later():\n    from model.rules.kit import anything\n"
    )
    assert read_imports(tmp_path)["pipelines.run"] == {
        "connectors.base",
        "model.records",
        "model.rules",
    }


FILES = generated_files(ROOT)


@pytest.mark.parametrize("name", FILES)
def test_a_generated_file_is_current(name: str) -> None:
    path = ROOT / name
    assert path.is_file(), REWRITE
    assert path.read_text(encoding="utf-8") == FILES[name], REWRITE


def test_every_include_has_an_end() -> None:
    """Without one, the part would neither be written nor compared."""
    for path in (ROOT / "docs").rglob("*.md"):
        text = path.read_text(encoding="utf-8")
        assert text.count("\n<!-- include ") == text.count("\n<!-- end -->\n"), path.name
