"""The shape of the operating model's YAML, one class a thing.

Ids are lower-case words with hyphens. References between things are ids; `load` checks that
each points at something, and reports every problem with its file and line.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from model.records import Money, State

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


def _money(value: object) -> object:
    return Money.parse(value) if isinstance(value, str) else value


MoneyText = Annotated[Money, BeforeValidator(_money)]


def _state(value: object) -> object:
    return State[value.upper().replace(" ", "_")] if isinstance(value, str) else value


StateName = Annotated[State, BeforeValidator(_state)]
Severity = Annotated[str, Field(pattern=r"^(critical|high|medium|low)$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Function(Part):
    """A part of the organisation that plans for itself; `head` is the role that speaks for it."""

    id: Id
    name: str
    head: Id
    calendar: Id | None = None


class Person(Part):
    """A person with their identity in each tool: connection name to account id, user id or name."""

    id: Id
    name: str
    email: str
    identities: dict[str, str] = {}


class Role(Part):
    """A role of the decision process and who holds it now."""

    id: Id
    name: str
    function: Id | None = None
    holder: Id
    deputy: Id | None = None


class Initiative(Part):
    """What several functions work on together; found by label, or by WBS prefix in ERP lines."""

    id: Id
    name: str
    sponsor: Id
    labels: tuple[str, ...] = ()
    wbs: tuple[str, ...] = ()


class GateSign(Part):
    """How work is recognised: any label given, or all words given in the title (case ignored)."""

    labels: tuple[str, ...] = ()
    title_words: tuple[str, ...] = ()


class Gate(Part):
    """A validation point: what demands it, what counts as it, who decides it and how fast."""

    id: Id
    name: str
    function: Id
    before: GateSign
    """The work that may not be finished without the gate."""
    recognised_by: GateSign
    authority: Id
    sla_days: int = Field(gt=0)


class Workflow(Part):
    """Statuses of the connections that follow it, mapped to shared states, and its gates.

    `initiatives` limits the gates to these; without any they hold for all work.
    """

    id: Id
    name: str
    connections: tuple[str, ...]
    statuses: dict[str, StateName]
    initiatives: tuple[Id, ...] = ()
    gates: tuple[Gate, ...] = ()


class Size(Part):
    """Up to which size a decision right reaches; what is not named is not limited."""

    days: int | None = None
    value: MoneyText | None = None


class DecisionRight(Part):
    """Which role may decide which conflicts, up to which size.

    `functions` limits it to conflicts that touch one of these. The first right in the file that
    fits a conflict names its authority; any right that fits allows a decision.
    """

    id: Id
    rules: tuple[str, ...]
    role: Id
    functions: tuple[Id, ...] = ()
    up_to: Size = Size()


class EscalationLevel(Part):
    """One step of the escalation path: who decides, and in how many working days by severity.

    The first level has no role: its authority follows from the decision rights.
    """

    name: str
    role: Id | None = None
    within: dict[Severity, int]


class CalendarSpec(Part):
    """Working days: weekend, public holidays by country and region, and own exceptions."""

    id: Id
    name: str
    country: str
    subdivision: str | None = None
    weekend: tuple[str, ...] = ("saturday", "sunday")
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()


class FiscalYear(Part):
    """When the fiscal year starts (1 = January); quarters follow from it."""

    starts_in_month: int = Field(default=1, ge=1, le=12)


class OperatingModel(Part):
    """The whole operating model of a deployment."""

    organisation: str
    time_zone: str
    calendar: Id
    """The calendar in which decision deadlines are counted."""
    fiscal_year: FiscalYear = FiscalYear()
    calendars: tuple[CalendarSpec, ...]
    functions: tuple[Function, ...]
    people: tuple[Person, ...]
    roles: tuple[Role, ...]
    initiatives: tuple[Initiative, ...] = ()
    workflows: tuple[Workflow, ...]
    decision_rights: tuple[DecisionRight, ...]
    escalation_path: tuple[EscalationLevel, ...]
    rules: dict[str, dict[str, Any]] = {}
    """Parameters a rule; each rule validates its own."""
