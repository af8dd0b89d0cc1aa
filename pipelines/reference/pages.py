"""The generated pages: settings, operating model, rules and commands."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from connectors.base import Tool
from connectors.tools import installed_tools
from model.operating_model.schema import OperatingModel
from model.rules import installed_rules
from model.rules.rule import Rule
from model.rules.severity import SeverityScale, SeverityThreshold
from pipelines.cli.commands import app
from pipelines.cli.exit_codes import ExitCode
from pipelines.deployment import Deployment
from pipelines.reference.includes import describe_tool
from pipelines.reference.models import describe_model, describe_models, format_table
from pipelines.reference.packages import LAYERS


def reference_pages() -> dict[str, str]:
    """The Markdown of each generated page, by its path in the documentation folder."""
    pages = {
        "settings": _settings_page(),
        "operating-model": _operating_model_page(),
        "rules": _rules_page(),
        "commands": _commands_page(),
    }
    return {f"reference/{name}.md": "\n\n".join(blocks) + "\n" for name, blocks in pages.items()}


def _settings_page() -> Iterator[str]:
    yield "# Settings: interlock.yaml"
    yield (
        "A setting that ends in `_env` is the name of an environment variable. Its value is read "
        "when a command or a run needs it, and is stored nowhere."
    )
    yield from describe_models(Deployment, "##")
    for tool in sorted(filter(_is_own, installed_tools().tools.values()), key=_title):
        yield f"## {tool.title}"
        yield f"`tool: {tool.name}`"
        yield describe_tool(tool.name)
        yield from describe_models(tool.settings)


def _operating_model_page() -> Iterator[str]:
    yield "# Operating model: schema"
    yield (
        "The `*.yaml` files of the folder `operating_model/` together form one document. A list "
        "that stands in two files is joined. Unknown keys are refused."
    )
    yield from describe_models(OperatingModel, "##")


def _rules_page() -> Iterator[str]:
    yield "# Rules"
    yield (
        "The parameters of a rule are set in the operating model under `rules:`, by its name. "
        "Days are working days."
    )
    for rule in filter(_is_own, installed_rules()):
        yield from _describe_rule(rule)
    yield "## Severities"
    yield "How the rules that grade by size do so; they state it as `severity`."
    for model in (SeverityScale, SeverityThreshold):
        yield f"### {model.__name__}"
        yield from describe_model(model)


def _title(tool: Tool) -> str:
    return tool.title


def _is_own(plugin: Tool | Rule[Any]) -> bool:
    """Whether a tool or rule is part of Interlock, and not of another installed package."""
    # The pages are compared with those in the repository, also where plugins are installed.
    defined = plugin.open if isinstance(plugin, Tool) else plugin.find
    return defined.__module__.partition(".")[0] in LAYERS


def _describe_rule(rule: Rule[Any]) -> Iterator[str]:
    yield f"## {rule.title}"
    module = inspect.getmodule(rule.find)
    yield inspect.cleandoc((module.__doc__ if module else None) or f"`{rule.name}`")
    yield inspect.cleandoc(rule.find.__doc__ or "")
    if rule.concludes_from_absence:
        yield (
            "This rule concludes from absence: it opens no new conflict while a connection could "
            "not be read to its end."
        )
    yield "**Parameters**"
    yield from describe_model(rule.parameters)
    yield "**Options to decide**"
    yield "\n".join(f"- `{option.id}`: {option.meaning}" for option in rule.options)


def _commands_page() -> Iterator[str]:
    group: Any = get_command(app)
    yield "# Commands"
    yield f"```text\n{group.help}\n```"
    yield "## Exit codes"
    yield format_table(("Code", "Meaning"), [(f"`{code}`", code.meaning) for code in ExitCode])
    for name, command in group.commands.items():
        yield f"## interlock {name}"
        yield f"```text\n{command.help}\n```"
        rows = [_describe_parameter(parameter) for parameter in command.params]
        if rows:
            yield format_table(("Parameter", "Value", "Meaning"), rows)


def _describe_parameter(parameter: Any) -> tuple[str, ...]:
    is_argument = parameter.param_type_name == "argument"
    name = parameter.metavar if is_argument else ", ".join(parameter.opts)
    value = "" if is_argument else parameter.metavar or ""
    needed = " *Required.*" if parameter.required else ""
    return f"`{name}`", f"`{value}`" if value else "", f"{parameter.help}{needed}"
