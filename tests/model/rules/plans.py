"""Small plans for the rules: from rows to the context of a rule, over the real network.

Today is Monday, 2 March 2026; there are no holidays, so a week has five working days.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np

from model.findings import Finding, Label
from model.network import NO_DATE, Calendar, Calendars, Items, Links, Network, day_of, schedule
from model.operating_model.schema import GateSign, Initiative, OperatingModel, Workflow
from model.plan import DanglingDependency, Int16, Int64, ItemAttributes, Plan, SpendLines
from model.raised_risks import RaisedRisk
from model.records import DependencyType, Priority, State
from model.rules import installed_rules
from model.rules.context import RuleContext

RULES = installed_rules()
TODAY = date(2026, 3, 2)
FUNCTIONS = ("it", "marketing", "sales", "finance", "security")
CONNECTIONS = (*FUNCTIONS, "erp")
"""Each function plans in a connection of its own."""
_WITHIN = {"low": 20, "medium": 10, "high": 5, "critical": 2}
NAMES = {
    "it": "IT",
    "marketing": "Marketing",
    "sales": "Sales",
    "finance": "Finance",
    "security": "Security",
}


@dataclass(frozen=True)
class Row:
    """A work item, or with `close` a deal; keys are unique and stand for ids and references."""

    key: str
    function: str = "it"
    start: date | None = None
    finish: date | None = None
    state: State = State.PLANNED
    close: date | None = None
    value: int = 0
    currency: str = "EUR"
    won: bool = False
    lost: bool = False
    begun: date | None = None
    days: int = -1
    percent: int = -1
    priority: Priority | None = None
    owned: bool = True
    touched: date | None = None
    initiative: str | None = None
    labels: tuple[str, ...] = ()
    wbs: str | None = None
    parent: str | None = None
    milestone: bool = False

    @property
    def deal(self) -> bool:
        return self.close is not None

    @property
    def open(self) -> bool:
        return not self.lost and self.state not in (State.DONE, State.CANCELLED)


@dataclass(frozen=True)
class Line:
    """A spend line: `kind` 0 budget, 1 commitment, 2 actual; `amount` in whole units."""

    key: str
    kind: int
    amount: int
    on: date
    wbs: str = "D-1"
    currency: str = "EUR"
    function: str = "finance"


@dataclass(frozen=True)
class Link:
    before: str
    after: str
    type: DependencyType = DependencyType.FINISH_TO_START


@dataclass(frozen=True)
class Raised:
    """Somebody says that the row `key` needs another one by a day."""

    key: str
    needs: str
    by: date
    reason: str = "the vendor is late"
    who: str = "Ada"
    planned_then: date | None = None
    forecast_then: date | None = None


def _risk(risk: Raised, ids: Mapping[str, int]) -> RaisedRisk:
    return RaisedRisk(
        ids[risk.key],
        f"tool:work_item:{risk.key}",
        ids[risk.needs],
        f"tool:work_item:{risk.needs}",
        risk.by,
        risk.reason,
        risk.who.lower(),
        risk.who,
        datetime(2026, 3, 2, 9, tzinfo=UTC),
        risk.planned_then,
        risk.forecast_then,
    )


class PlanLookup:
    """The lookup of a plan without a warehouse: all text follows from the rows."""

    def __init__(self, rows: Sequence[Row], lines: Sequence[Line], ids: Mapping[str, int]) -> None:
        self.rows = {ids[row.key]: row for row in rows}
        self.lines = {ids[line.key]: line for line in lines}

    def read_labels(self, record_ids: Iterable[int]) -> Mapping[int, Label]:
        return {record_id: self._label(record_id) for record_id in record_ids}

    def _label(self, record_id: int) -> Label:
        if record_id in self.lines:
            line = self.lines[record_id]
            ref = f"erp:spend:{line.key}"
            return Label(record_id, ref, line.key, line.key, None, line.function, None)
        row = self.rows[record_id]
        ref = f"{row.function}:{'deal' if row.deal else 'work_item'}:{row.key}"
        return Label(record_id, ref, row.key, f"Title of {row.key}", None, row.function, None)

    def find_gate_items(self, sign: GateSign) -> Int64:
        hits = [at for at, row in self.rows.items() if set(row.labels) & set(sign.labels)]
        return np.array(hits, dtype=np.int64)

    def read_link_places(self, links: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        return dict.fromkeys(links, 'column "Depends on"')

    def read_spellings(
        self, targets: Iterable[tuple[int, str]]
    ) -> Mapping[tuple[int, str], tuple[str, str]]:
        return {(i, target): (target.lower(), self.rows[i].function) for i, target in targets}

    def read_date_sources(self, record_ids: Iterable[int]) -> Mapping[int, str]:
        return dict.fromkeys(record_ids, 'field "Due"')


def ids_of(rows: Sequence[Row], lines: Sequence[Line] = ()) -> dict[str, int]:
    names = [*(row.key for row in rows), *(line.key for line in lines)]
    return {key: 100 + 7 * at for at, key in enumerate(names)}


def build_context(
    *rows: Row,
    links: Iterable[tuple[str, str] | Link] = (),
    spend: Sequence[Line] = (),
    dangling: Sequence[tuple[str, str, str]] = (),
    raised: Sequence[Raised] = (),
    today: date = TODAY,
    calendars: Sequence[Calendar] = (Calendar(),),
    **model: Any,
) -> RuleContext:
    """The plan of these rows; `links` are (predecessor key, successor key), finish-to-start.

    Where there are several calendars, each function has the calendar at its position.
    """
    ids = ids_of(rows, spend)
    wbs = tuple(sorted({w for w in [*(r.wbs for r in rows), *(s.wbs for s in spend)] if w}))
    initiatives = tuple(sorted({row.initiative for row in rows if row.initiative}))
    joined, working = _links(links, ids), Calendars.of(calendars)
    items = replace(_items(rows, ids), calendar=_calendar(rows, len(calendars)))
    network = Network.build(items, joined, working)
    plan = Plan(
        today=today,
        connections=CONNECTIONS,
        functions=FUNCTIONS,
        initiatives=initiatives,
        wbs=wbs,
        currencies=("EUR", "USD"),
        people=("ada",),
        items=items,
        attributes=_attributes(rows, initiatives, wbs),
        links=joined,
        calendars=working,
        network=network,
        forecast=schedule(network, today),
        spend=_spend(spend, ids, wbs),
        dangling=tuple(
            DanglingDependency(ids[key], target, where) for key, target, where in dangling
        ),
        raised_risks=tuple(_risk(risk, ids) for risk in raised),
    )
    return RuleContext(plan, operating_model(**model), PlanLookup(rows, spend, ids))


def operating_model(
    workflows: Sequence[Workflow] = (),
    initiatives: Sequence[Initiative] = (),
    rules: Mapping[str, Mapping[str, Any]] | None = None,
    fiscal_year: int = 1,
) -> OperatingModel:
    return OperatingModel.model_validate(
        {
            "time_zone": "Europe/Berlin",
            "calendar": "de",
            "fiscal_year": {"starts_in_month": fiscal_year},
            "calendars": (),
            "functions": (),
            "people": (),
            "roles": (),
            "decision_rights": (),
            "escalation_path": ({"name": "heads", "within": _WITHIN},),
            "initiatives": tuple(initiatives),
            "workflows": tuple(workflows),
            "rules": dict(rules or {}),
        }
    )


def run_rule(rule: str, context: RuleContext) -> list[Finding]:
    return list(RULES.by_name[rule].run(context))


def find_all(context: RuleContext) -> list[Finding]:
    """The findings of the built-in rules, none of which may fail."""
    findings, failures = RULES.find_each(context)
    assert failures == []
    return findings


def wording_text(context: RuleContext, finding: Finding) -> str:
    """Title, explanation and question of a finding, one per line."""
    ids = {*finding.subjects, *(step.record_id for step in finding.chain)}
    wording = RULES.word(finding, context.lookup.read_labels(ids), NAMES)
    return "\n".join((wording.title, *wording.explanation, wording.question))


def keys(context: RuleContext, record_ids: Iterable[int]) -> list[str]:
    record_ids = list(record_ids)
    labels = context.lookup.read_labels(record_ids)
    return [labels[record_id].key for record_id in record_ids]


def change_rows(rows: Sequence[Row], **changes: Any) -> list[Row]:
    """The same rows with other dates or states: `CDP_1={"finish": …}` changes row CDP-1."""
    named = {key.replace("_", "-"): change for key, change in changes.items()}
    return [replace(row, **named.get(row.key, {})) for row in rows]


def _day(value: date | None) -> int:
    return NO_DATE if value is None else day_of(value)


def _state(row: Row) -> State:
    """The state of a deal as the warehouse gives it: a won deal is done, though still open."""
    if row.lost:
        return State.CANCELLED
    return State.DONE if row.won else row.state


def _calendar(rows: Sequence[Row], count: int) -> Int16:
    return np.array([FUNCTIONS.index(row.function) % count for row in rows], dtype=np.int16)


def _items(rows: Sequence[Row], ids: Mapping[str, int]) -> Items:
    return Items.of(
        [ids[row.key] for row in rows],
        planned_start=[_day(row.start) for row in rows],
        planned_finish=[_day(row.finish or row.close) for row in rows],
        actual_start=[_day(row.begun) for row in rows],
        duration=[row.days for row in rows],
        percent=[row.percent for row in rows],
        actual_finish=[_day(row.close if row.won else None) for row in rows],
        state=[_state(row) for row in rows],
        milestone=[row.milestone or row.deal for row in rows],
        deadline=[_day(row.close) for row in rows],
        parent=[ids[row.parent] if row.parent else -1 for row in rows],
    )


def _links(links: Iterable[tuple[str, str] | Link], ids: Mapping[str, int]) -> Links:
    dependencies = [link if isinstance(link, Link) else Link(*link) for link in links]
    return Links.of(
        [ids[link.before] for link in dependencies],
        [ids[link.after] for link in dependencies],
        type=[link.type for link in dependencies],
    )


def _attributes(
    rows: Sequence[Row], initiatives: Sequence[str], wbs: Sequence[str]
) -> ItemAttributes:
    def code(names: Sequence[str], name: str | None) -> int:
        return -1 if name is None else names.index(name)

    return ItemAttributes(
        is_deal=np.array([row.deal for row in rows], dtype=np.bool_),
        is_open=np.array([row.open for row in rows], dtype=np.bool_),
        connection=np.array([code(CONNECTIONS, row.function) for row in rows], dtype=np.int16),
        function=np.array([code(FUNCTIONS, row.function) for row in rows], dtype=np.int16),
        initiative=np.array([code(initiatives, row.initiative) for row in rows], dtype=np.int16),
        wbs=np.array([code(wbs, row.wbs) for row in rows], dtype=np.int32),
        priority=np.array(
            [-1 if row.priority is None else row.priority for row in rows], dtype=np.int8
        ),
        owner=np.array([0 if row.owned else -1 for row in rows], dtype=np.int32),
        touched=np.array([_day(row.touched) for row in rows], dtype=np.int32),
        value=np.array([row.value * 100 for row in rows], dtype=np.int64),
        currency=np.array([code(("EUR", "USD"), row.currency) for row in rows], dtype=np.int16),
    )


def _spend(lines: Sequence[Line], ids: Mapping[str, int], wbs: Sequence[str]) -> SpendLines:
    return SpendLines(
        id=np.array([ids[line.key] for line in lines], dtype=np.int64),
        connection=np.full(len(lines), CONNECTIONS.index("erp"), dtype=np.int16),
        kind=np.array([line.kind for line in lines], dtype=np.int8),
        amount=np.array([line.amount * 100 for line in lines], dtype=np.int64),
        currency=np.array([("EUR", "USD").index(line.currency) for line in lines], dtype=np.int16),
        on=np.array([_day(line.on) for line in lines], dtype=np.int32),
        wbs=np.array([wbs.index(line.wbs) for line in lines], dtype=np.int32),
        function=np.array([FUNCTIONS.index(line.function) for line in lines], dtype=np.int16),
    )
