"""An instance folder, opened: its settings, operating model, warehouse and connectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from connectors.base import ConnectionFailed, Connector, ConnectorContext, Tool
from connectors.tools import ToolUnavailable, installed_tools
from model.keys import ReferenceFormats
from model.operating_model.calendar import local_day
from model.operating_model.load import load
from model.operating_model.lookups import lookups_for
from model.operating_model.schema import OperatingModel
from model.rules import RuleSet, installed_rules
from model.warehouse.connect import open_warehouse
from pipelines.deployment import Deployment, UncheckedSettings, check_functions, read_deployment
from pipelines.isolation import REPORT, isolated

HOME_VARIABLE = "INTERLOCK_HOME"


@dataclass(frozen=True)
class Instance:
    """Everything that a step needs. Its files are read; the warehouse opens on first use."""

    home: Path
    environment: Mapping[str, str]
    deployment: Deployment
    model: OperatingModel
    rules: RuleSet

    # Starting the embedded PostgreSQL takes half a second, and Dagster loads definitions often.
    @cached_property
    def engine(self) -> Engine:
        return open_warehouse(self.home, self.environment)

    @property
    def references(self) -> ReferenceFormats:
        """How records of all connections are named in text."""
        checked = {
            name: settings
            for name, settings in self.deployment.connections.items()
            if not isinstance(settings, UncheckedSettings)
        }
        return installed_tools().references(checked)

    def tool(self, name: str) -> Tool:
        """The tool of a connection; raises ConnectionFailed where its package cannot be loaded or
        cannot check the connection's settings."""
        settings = self.deployment.connections[name]
        if isinstance(settings, UncheckedSettings) and settings.error:
            reason = f'checking its settings for the tool "{settings.tool}" failed: '
            raise ConnectionFailed(name, reason + settings.error, REPORT)
        try:
            return installed_tools().named(settings.tool)
        except ToolUnavailable as broken:
            raise ConnectionFailed(name, broken.reason, broken.remedy) from None

    @contextmanager
    def connector(self, name: str) -> Iterator[Connector]:
        """Open the connection with this name, and close it after use; raises ConnectionFailed."""
        settings = self.deployment.connections[name]
        lookups = lookups_for(self.model, name, self.references)
        context = ConnectorContext(name, self.home, self.environment, lookups)
        # A new connector per use: it holds an HTTP session, which must not outlive its step.
        tool = self.tool(name)
        with isolated(name, "opening its connector"):
            connector = tool.open(settings, context)
        closing = isolated(name, "closing its connector")
        try:
            yield connector
        except BaseException:
            # What failed first is the cause; that closing failed too is only logged.
            with suppress(ConnectionFailed), closing:
                connector.close()
            raise
        with closing:
            connector.close()

    def today(self, now: datetime) -> date:
        """The calendar day of an instant, in the operating model's time zone."""
        return local_day(self.model, now)

    def close(self) -> None:
        # Asking for the property would open the warehouse.
        if "engine" in self.__dict__:
            self.engine.dispose()


def home_folder(environment: Mapping[str, str]) -> Path:
    """The instance folder: INTERLOCK_HOME, or else `dagster_home` in the current folder."""
    return Path(environment.get(HOME_VARIABLE) or "dagster_home").resolve()


def open_instance(home: Path, environment: Mapping[str, str]) -> Instance:
    """Read settings and operating model; raises ModelInvalid with every problem of both."""
    deployment = read_deployment(home)
    rules = installed_rules()
    model = load(
        home / "operating_model",
        deployment.connection_names,
        rules.parameters,
        # The operating model may name a rule that exists but could not be loaded.
        other_rules=bool(rules.broken),
    )
    check_functions(home, model.function_names)
    return Instance(home, environment, deployment, model, rules)
