"""interlock.yaml: which tools a deployment connects, when it syncs, and how much it may comment.

Secrets are only named here, as environment variables. All problems of the file are reported
together, each with its line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from connectors.base import ConnectionSettings
from connectors.tools import installed_tools
from model.comments import Ceilings
from model.operating_model.documents import Document, Location, read_file
from model.operating_model.problems import ModelInvalid, choose
from model.operating_model.shape import check_values
from model.plugin_errors import PLUGIN_ERRORS, describe_error

FILE = "interlock.yaml"


class UncheckedSettings(ConnectionSettings):
    """A connection whose tool cannot be loaded, or cannot check its settings: only what all
    connections have is known of it."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    # Private, so that no entry of the file sets it.
    _error: str = PrivateAttr("")

    @property
    def error(self) -> str:
        """What the tool's check of the settings raised; "" for a tool that cannot be loaded."""
        return self._error

    @classmethod
    def after_error(cls, values: Any, error: BaseException) -> UncheckedSettings:
        """The settings with these values, whose check raised the error."""
        settings = cls.model_validate(values)
        settings._error = describe_error(error)
        return settings


class CommentSettings(BaseModel):
    """Whether comments are written or only shown, and their ceilings.

    `per_item` is the most unresolved comments on one record, `per_day` the most new comments in
    one connection, from midnight to midnight in the operating model's time zone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    # A new deployment must not write into a tool before somebody has read what it would write.
    mode: Literal["write", "dry-run"] = "dry-run"
    per_item: int = Field(default=3, gt=0)
    # Not 0: a deployment that must not write has the mode for it.
    per_day: int = Field(default=40, gt=0)

    @property
    def ceilings(self) -> Ceilings:
        return Ceilings(self.per_item, self.per_day)


class MassChangeSettings(BaseModel):
    """How much of a connection one sync may change without confirmation.

    A change that would remove or alter more than `share` of the records of the connection or of
    one of its streams, and at least `records` of them, is held until a second read confirms it or
    a person releases it. The second read begins at least `confirm_minutes` later; of files that did
    not change since, a working day later.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    share: float = Field(default=0.2, gt=0, le=1)
    records: int = Field(default=10, gt=0)
    confirm_minutes: int = Field(default=5, gt=0)

    def is_exceeded(self, count: int, total: int) -> bool:
        """Whether changing `count` of `total` records needs confirmation."""
        return count >= self.records and count > self.share * total


class Deployment(BaseModel):
    """A whole interlock.yaml.

    `schedule` is a cron line in the operating model's time zone for a full sync. `ui_url` is
    where people open Dagster; links to cards start with it. `fresh_for` is for how many hours
    after a complete reading a connection's data count as fresh.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    ui_url: str = "http://127.0.0.1:3000"
    # While people work; a comment at night would only be read in the morning.
    schedule: str = "*/30 6-19 * * 1-5"
    fresh_for: float = Field(default=24, gt=0, le=8760)
    comments: CommentSettings = CommentSettings()
    mass_change: MassChangeSettings = MassChangeSettings()
    # Each value is the settings model of its tool. Pydantic cannot know which: tools are plugins.
    connections: dict[str, Any] = Field(min_length=1)

    @property
    def connection_names(self) -> tuple[str, ...]:
        return tuple(self.connections)

    @property
    def freshness_times(self) -> dict[str, timedelta]:
        """How long the data of each connection count as fresh."""
        return {
            name: timedelta(hours=settings.fresh_for or self.fresh_for)
            for name, settings in self.connections.items()
        }


def read_deployment(home: Path) -> Deployment:
    """Read and validate interlock.yaml of an instance folder.

    The values of `connections` are each tool's own settings. Raises ModelInvalid with every
    problem of the file.
    """
    document = read_file(home / FILE)
    # A file that is no valid YAML has no values to check.
    if document.problems:
        raise ModelInvalid(document.problems)
    # Then the connections, whose settings the first check cannot know: all problems are shown at
    # once.
    check_values(document, Deployment, document.data, ())
    settings = _check_connections(document)
    if document.problems:
        raise ModelInvalid(document.problems)
    return Deployment.model_validate({**document.data, "connections": settings})


def check_functions(home: Path, known: Collection[str]) -> None:
    """Raises ModelInvalid where a connection names a function that the operating model lacks."""
    document = read_file(home / FILE)
    for name, values in document.data["connections"].items():
        for at, function in _named_functions(values):
            if function not in known:
                message = f'"{function}" is no function of the operating model'
                document.report(("connections", name, *at), message, choose(function, known))
    if document.problems:
        raise ModelInvalid(document.problems)


def _named_functions(values: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """The functions that one connection names, and where: its own, by part, and by stream."""
    yield ("function",), str(values["function"])
    for part, function in _entries(values.get("functions")):
        yield ("functions", part), str(function)
    for stream, settings in _entries(values.get("streams")):
        if isinstance(settings, dict) and settings.get("function") is not None:
            yield ("streams", stream, "function"), str(settings["function"])


def _entries(values: Any) -> Iterable[tuple[str, Any]]:
    # The settings of a tool that cannot be loaded may have any shape.
    return values.items() if isinstance(values, dict) else ()


def _check_connections(document: Document) -> dict[str, ConnectionSettings]:
    """The valid connections; problems of all others are reported to the document."""
    entries = document.data.get("connections")
    installed = installed_tools()
    settings: dict[str, ConnectionSettings] = {}
    for name, values in entries.items() if isinstance(entries, dict) else ():
        tool = str(values.get("tool")) if isinstance(values, dict) else ""
        at = ("connections", name)
        if tool not in installed.tools and tool not in installed.unavailable:
            message = f'connection "{name}" has no tool that Interlock knows: {tool}'
            document.report(at, message, choose(tool, installed.tools.keys()))
            continue
        # One package that cannot be loaded must not stop the other connections: that of its tool
        # fails alone when it is opened.
        shape = installed.tools[tool].settings if tool in installed.tools else UncheckedSettings
        try:
            if check_values(document, shape, values, at):
                settings[name] = shape.model_validate(values)
        except PLUGIN_ERRORS as error:
            if check_values(document, UncheckedSettings, values, at):
                settings[name] = UncheckedSettings.after_error(values, error)
    return settings
