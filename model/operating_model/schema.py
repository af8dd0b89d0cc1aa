"""The shape of the operating model's YAML.

Ids are lower-case words with hyphens. References are ids; `load` checks that each points at
something, and reports all problems with file and line.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    model_validator,
)

from model.findings import Severity
from model.operating_model.forums import Forum
from model.operating_model.parts import Id, ModelPart, Weekday, invalid
from model.operating_model.problems import choose
from model.records import Money, State

ALL_RULES = "all"
"""In a decision right's `rules`: all rules, also those installed later."""


def _parse_money(value: object) -> object:
    if not isinstance(value, str | int | float):
        return value
    try:
        return Money.parse(str(value))
    except ValueError as error:
        raise invalid(str(error), "Put the three letters of the currency after it.") from None


MoneyText = Annotated[Money, BeforeValidator(_parse_money)]


def _parse_state(value: object) -> object:
    if not isinstance(value, str):
        return value
    states = {state.name.lower().replace("_", " "): state for state in State}
    if (name := value.lower().replace("_", " ")) not in states:
        raise invalid(f'"{value}" is no shared state', choose(name, states))
    return states[name]


StateName = Annotated[State, BeforeValidator(_parse_state)]


def _check_time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise invalid(
            f'"{name}" is no time zone', "Use an IANA name, like Europe/Berlin."
        ) from None
    return name


def _check_severities(within: dict[str, int]) -> dict[str, int]:
    severities = [severity.name.lower() for severity in Severity]
    for unknown in sorted(set(within) - set(severities)):
        raise invalid(f'"{unknown}" is no severity', choose(unknown, severities))
    if missing := ", ".join(name for name in severities if name not in within):
        raise invalid(f"no time to decide for {missing}", f"Add working days for {missing}.")
    return within


class Function(ModelPart):
    """A part of the organisation that plans for itself; `head` is the role that speaks for it."""

    id: Id
    name: str
    head: Id
    calendar: Id | None = None


class Absence(ModelPart):
    """Days on which a person decides nothing, the first (`from`) and the last (`to`) included."""

    # `from` is a word of Python, so it can only be an alias.
    model_config = ConfigDict(serialize_by_alias=True)

    first: date = Field(alias="from")
    last: date = Field(alias="to")

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise invalid(f"ends on {self.last}, before it begins", "Exchange the two days.")
        return self


class Person(ModelPart):
    """A person; `identities` maps the name of a connection to their account or name there.

    While an absence reaches over a deadline, `deputy` is asked instead and may decide.
    """

    id: Id
    name: str
    email: str
    identities: dict[str, str] = Field(default_factory=dict)
    absences: tuple[Absence, ...] = ()
    deputy: Id | None = None


class Role(ModelPart):
    """A role of the decision process and who holds it now."""

    id: Id
    name: str
    function: Id | None = None
    holder: Id
    deputy: Id | None = None
    """Who may decide with the same right, and is asked if nobody else stands in for the holder."""


class Initiative(ModelPart):
    """What several functions work on together; its work is recognised by label or WBS prefix."""

    id: Id
    name: str
    labels: tuple[str, ...] = ()
    wbs: tuple[str, ...] = ()


class GateSign(ModelPart):
    """How work is recognised: any of the labels, or all of the words in its title; case ignored."""

    labels: tuple[str, ...] = ()
    title_words: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _recognises_something(self) -> Self:
        if not self.labels and not self.title_words:
            raise invalid("recognises no work at all", "Give it labels or title_words.")
        return self


class Gate(ModelPart):
    """A validation point: the work that needs it, what counts as it, who decides it and how fast.

    `sla_days` are working days.
    """

    id: Id
    name: str
    function: Id
    before: GateSign
    """The work that may not be finished without the gate."""
    recognised_by: GateSign
    authority: Id
    sla_days: PositiveInt


class Workflow(ModelPart):
    """How the statuses of its connections map to shared states, and which gates its work needs.

    `initiatives` limits the gates to these; without any the gates hold for all work.
    """

    id: Id
    name: str
    connections: tuple[str, ...]
    statuses: dict[str, StateName]
    initiatives: tuple[Id, ...] = ()
    gates: tuple[Gate, ...] = ()


class DecisionLimit(ModelPart):
    """The size up to which a right reaches: working days of delay, value; None is no limit."""

    days: int | None = None
    value: MoneyText | None = None


class DecisionRight(ModelPart):
    """Which role may decide which conflicts, up to which size; `rules: [all]` means all rules.

    `functions` limits it to conflicts that touch one of these. The first right in the file that
    fits a conflict names its authority; any right that fits allows a decision. If that first right
    says `agreement: both`, the authority of each function in conflict has to agree; a role of a
    later escalation level decides alone.
    """

    id: Id
    rules: tuple[str, ...] = Field(min_length=1)
    role: Id
    functions: tuple[Id, ...] = ()
    up_to: DecisionLimit = DecisionLimit()
    agreement: Literal["one", "both"] = "one"


class EscalationLevel(ModelPart):
    """One level of the escalation path: who decides, and in how many working days by severity.

    The first level has no role: its authority follows from the decision rights. A later level
    is passed over by conflicts that its role has no right to decide.
    """

    name: str
    role: Id | None = None
    within: Annotated[dict[str, PositiveInt], AfterValidator(_check_severities)]


class CalendarSpec(ModelPart):
    """Working days: weekend, public holidays by country and region, and own exceptions.

    `country` and `subdivision` are ISO 3166 codes (DE, HH); `closed` days are never worked,
    `open` ones always, whatever the weekend and the holidays say.
    """

    id: Id
    name: str
    country: str
    subdivision: str | None = None
    weekend: tuple[Weekday, ...] = ("saturday", "sunday")
    closed: tuple[date, ...] = ()
    open: tuple[date, ...] = ()

    @model_validator(mode="after")
    def _works_on_some_days(self) -> Self:
        if len(set(self.weekend)) == 7:
            raise invalid("no day of the week is worked", "Leave a day out of its weekend.")
        if both := set(self.closed) & set(self.open):
            raise invalid(f"{min(both)} is both closed and open", "Keep it in one of the two.")
        return self


class FiscalYear(ModelPart):
    """When the fiscal year starts (1 = January); quarters follow from it."""

    starts_in_month: int = Field(default=1, ge=1, le=12)


class OperatingModel(ModelPart):
    """The whole operating model of a deployment."""

    time_zone: Annotated[str, AfterValidator(_check_time_zone)]
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
    escalation_path: tuple[EscalationLevel, ...] = Field(min_length=1)
    forums: tuple[Forum, ...] = ()
    unverified_replies: Literal["nothing", "acknowledge", "raise"] = "acknowledge"
    """What a name in a file may do, where nothing proves who wrote it: nothing, acknowledge
    conflicts, or raise risks too. A decision in a file waits for a confirmation in Dagster."""
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Parameters by rule; each rule validates its own."""

    @property
    def function_names(self) -> dict[str, str]:
        """What people call each function, by its id."""
        return {function.id: function.name for function in self.functions}
