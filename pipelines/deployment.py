"""interlock.yaml: which tools a deployment connects, when it syncs, and how much it may comment.

Secrets are only named here, as environment variables. All problems of the file are reported
together, each with its line.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.base import ConnectionSettings
from connectors.tools import installed_tools
from model.comments import Ceilings
from model.operating_model.documents import Document, read_file
from model.operating_model.problems import ModelInvalid, choose
from model.operating_model.shape import check_values

FILE = "interlock.yaml"


class CommentSettings(BaseModel):
    """Whether comments are written or only shown, and their ceilings.

    `per_item` is the most unresolved comments on one record, `per_day` the most new comments in
    one connection, from midnight to midnight in the operating model's time zone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    # A new deployment must not write into a tool before somebody has read what it would write.
    mode: Literal["write", "dry-run"] = "dry-run"
    per_item: int = Field(default=3, gt=0)
    per_day: int = Field(default=40, gt=0)

    @property
    def ceilings(self) -> Ceilings:
        return Ceilings(self.per_item, self.per_day)


class Deployment(BaseModel):
    """A whole interlock.yaml.

    `schedule` is a cron line in the operating model's time zone for a full sync. `ui_url` is
    where people open Dagster; links to cards start with it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ui_url: str = "http://127.0.0.1:3000"
    schedule: str = "*/30 6-19 * * 1-5"
    comments: CommentSettings = CommentSettings()
    # Each value is the settings model of its tool. Pydantic cannot know which: tools are plugins.
    connections: dict[str, Any] = Field(min_length=1)

    @property
    def connection_names(self) -> tuple[str, ...]:
        return tuple(self.connections)


def read_deployment(home: Path) -> Deployment:
    """Read and validate interlock.yaml of an instance folder.

    The values of `connections` are each tool's own settings. Raises ModelInvalid with every
    problem of the file.
    """
    document = read_file(home / FILE)
    # A file that is no valid YAML has no values to check.
    if document.problems:
        raise ModelInvalid(document.problems)
    check_values(document, Deployment, document.data, ())
    settings = _check_connections(document)
    if document.problems:
        raise ModelInvalid(document.problems)
    return Deployment.model_validate({**document.data, "connections": settings})


def _check_connections(document: Document) -> dict[str, ConnectionSettings]:
    """The valid connections; problems of all others are reported to the document."""
    entries = document.data.get("connections")
    installed = installed_tools()
    settings: dict[str, ConnectionSettings] = {}
    for name, values in entries.items() if isinstance(entries, dict) else ():
        tool = str(values.get("tool")) if isinstance(values, dict) else ""
        at = ("connections", name)
        if broken := installed.unavailable.get(tool):
            document.report(at, f'connection "{name}": {broken.reason}', broken.remedy)
        elif tool not in installed.tools:
            message = f'connection "{name}" has no tool that Interlock knows: {tool}'
            document.report(at, message, choose(tool, installed.tools.keys()))
        elif check_values(document, installed.tools[tool].settings, values, at):
            settings[name] = installed.tools[tool].settings.model_validate(values)
    return settings
