"""A programme in a real warehouse: each day is written, forecast, judged and commented on.

The functions' tools are lists in memory; everything after them is real.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any, cast

from sqlalchemy.engine import URL

from connectors.base import Connector
from model.comment_content import (
    CommentChange,
    MentionSpan,
    Paragraph,
    PostedComment,
    Target,
)
from model.conflicts import Conflict, Status
from model.operating_model.calendar import WorkingCalendar
from model.operating_model.identity import identity_of_text
from model.operating_model.schema import CalendarSpec
from model.records import (
    DependencyRole,
    Kind,
    Mapped,
    Origin,
    Ref,
    StatedDependency,
    Version,
    WorkItem,
)
from model.warehouse.connection_states import (
    record_mapping_end,
    record_pull_end,
    record_pull_start,
)
from model.warehouse.landing import LandingRow
from model.warehouse.ledger import read_conflicts
from model.warehouse.load import load_records
from pipelines.instance import Instance, open_instance
from pipelines.steps.comment import comment
from pipelines.steps.decide import Choice, record_decision
from pipelines.steps.detect import detect
from pipelines.steps.forecast import forecast
from pipelines.steps.link import link_records
from tests.stories.programme_life import FUNCTIONS, Item, Life, project_of
from tests.stories.programme_model import MODEL

_OFFICE = WorkingCalendar(CalendarSpec(id="office", name="Office", country="DE"))
_DAY_ZERO = date(2026, 1, 5)


@cache
def date_of_day(day: int) -> date:
    """The date of a working day by its number."""
    return _OFFICE.add_working_days(_DAY_ZERO, day)


@dataclass(frozen=True)
class Note:
    """A comment that was created or edited: when, where, and who was notified of it."""

    day: int
    conflict_id: str
    key: str
    is_new: bool
    notified: frozenset[str]


@dataclass
class Tool:
    """A connector of one function whose comments stand in a dictionary."""

    name: str
    owners: dict[str, str | None]
    posted: dict[tuple[str, Ref], PostedComment] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    day: int = 0

    def comment_obstacle(self, target: Target) -> None:
        return None

    def find_comments(self, targets: Sequence[Target]) -> list[PostedComment]:
        refs = {target.ref for target in targets}
        return [each for (_, ref), each in self.posted.items() if ref in refs]

    def apply(self, changes: Sequence[CommentChange]) -> Iterator[PostedComment]:
        for change in changes:
            key = change.content.conflict_id, change.target.ref
            posted = PostedComment(key[1], key[0], f"{key[0]}/{key[1]}", change.content.digest)
            self.posted[key] = posted
            self.notes.append(
                Note(
                    self.day,
                    key[0],
                    change.target.key,
                    change.posted is None,
                    self._notified(change),
                )
            )
            yield posted

    def _notified(self, change: CommentChange) -> frozenset[str]:
        """The owner of the record and whom the comment mentions, as tools do."""
        if not change.notify:
            return frozenset()
        mentioned = {
            span.identity
            for block in change.content.blocks
            if isinstance(block, Paragraph)
            for span in block.spans
            if isinstance(span, MentionSpan)
        }
        return frozenset(filter(None, {self.owners.get(change.target.key), *mentioned}))

    def close(self) -> None:
        pass


@dataclass(frozen=True)
class ProgrammeInstance(Instance):
    """An instance whose connectors are the tools of a programme."""

    tools: dict[str, Tool] = field(default_factory=dict)

    @contextmanager
    def connector(self, name: str) -> Iterator[Connector]:
        yield cast(Connector, self.tools[name])


@dataclass(frozen=True)
class Step:
    """What happened to a conflict on one day."""

    day: int
    event: str
    conflict: Conflict
    keys: tuple[str, ...]

    @property
    def name(self) -> tuple[str, str]:
        """The rule and the item that it is first about."""
        return self.conflict.finding.rule, self.keys[0]


class Programme:
    """A programme as Interlock sees it."""

    def __init__(self, home: Path, database: URL, life: Life) -> None:
        self.life = life
        self._written: dict[str, tuple[Any, ...]] = {}
        self.instance = _open(home, database)
        self.steps: list[Step] = []

    def sync(self, day: int) -> None:
        """Write what changed in the tools, and let Interlock see it at ten in the morning."""
        now = datetime.combine(date_of_day(day), time(8), tzinfo=UTC)
        self._write(day, now)
        link_records(self.instance, now)
        forecast(self.instance, now)
        before = self._conflicts()
        detect(self.instance, now)
        self._follow(day, before)
        for tool in self.instance.tools.values():
            tool.day = day
            comment(self.instance, tool.name, now, dry_run=False)

    def decide(self, day: int, key: str, option: str, person: str, **answers: str) -> None:
        """Decide the one open conflict about an item, two hours after the sync of a day."""
        now = datetime.combine(date_of_day(day), time(10), tzinfo=UTC)
        (conflict_id,) = (
            each.id
            for each in self._conflicts().values()
            if each.status is Status.OPEN and self._keys[each.finding.subjects[0]] == key
        )
        choice = Choice(option, answers)
        record_decision(self.instance, conflict_id, choice, identity_of_text(person), "cli", now)

    @property
    def notes(self) -> list[Note]:
        """All comments that were created or edited, in the order of days."""
        notes = [note for tool in self.instance.tools.values() for note in tool.notes]
        return sorted(notes, key=lambda note: (note.day, note.key, note.conflict_id))

    def _conflicts(self) -> dict[str, Conflict]:
        with self.instance.engine.connect() as connection:
            return read_conflicts(connection)

    def _follow(self, day: int, before: dict[str, Conflict]) -> None:
        for conflict in self._conflicts().values():
            former = before.get(conflict.id)
            if former is None or former.status is not conflict.status:
                # A decision is no step: it is made between two syncs.
                keys = tuple(self._keys[each] for each in conflict.finding.subjects)
                self.steps.append(Step(day, conflict.status.value, conflict, keys))

    def _write(self, day: int, now: datetime) -> None:
        changed: dict[str, list[tuple[LandingRow, Mapped]]] = defaultdict(list)
        for item in self.life.items.values():
            state = _shown(item)
            self.instance.tools[item.function].owners[item.key] = item.owner
            if self._written.get(item.key) != state:
                self._written[item.key] = state
                changed[item.function].append(_mapped(item, now))
        references = self.instance.references
        with self.instance.engine.begin() as connection:
            for name in FUNCTIONS:
                record_pull_start(connection, name, now)
                load_records(connection, name, "issues", changed[name], now, references)
                record_pull_end(connection, name, now)
                record_mapping_end(connection, name)
            rows = connection.exec_driver_sql("select id, native_id from record")
            self._keys = {row.id: row.native_id for row in rows}


def _shown(item: Item) -> tuple[Any, ...]:
    return (
        item.start,
        item.finish,
        tuple(item.waits_for),
        item.owner,
        item.priority,
        item.state,
        item.began,
        item.ended,
        item.percent,
        item.touched,
    )


def _mapped(item: Item, now: datetime) -> tuple[LandingRow, Mapped]:
    def day(number: int | None) -> date | None:
        return None if number is None else date_of_day(number)

    record = WorkItem(
        ref=Ref(item.function, Kind.WORK_ITEM, item.key),
        key=item.key,
        title=f"Work {item.key}",
        function=item.function,
        owner=item.owner,
        state=item.state,
        status=item.state.name,
        priority=item.priority,
        planned_start=day(item.start),
        planned_finish=day(item.finish),
        actual_start=day(item.began),
        actual_finish=day(item.ended),
        percent_complete=item.percent,
        touched_at=datetime.combine(date_of_day(item.touched), time(8), tzinfo=UTC),
        dates_from='Jira "Due date"',
    )
    stated = tuple(
        StatedDependency(key, DependencyRole.PREDECESSOR, Origin.LINK, 'link "is blocked by"')
        for key in item.waits_for
    )
    row = LandingRow(item.key, "{}", now, 1, None)
    return row, Mapped((Version(now, record, stated),))


def _open(home: Path, database: URL) -> ProgrammeInstance:
    (home / "operating_model").mkdir(parents=True)
    (home / "operating_model" / "model.yaml").write_text(json.dumps(MODEL), encoding="utf-8")
    jira = {"tool": "jira", "url": "https://jira.example.com", "email": "i@example.com"}
    jira |= {"token_env": "TOKEN"}
    connections = {
        name: {**jira, "function": name, "projects": [project_of(name)]} for name in FUNCTIONS
    }
    settings = {"comments": {"mode": "write"}, "fresh_for": 200, "connections": connections}
    (home / "interlock.yaml").write_text(json.dumps(settings), encoding="utf-8")
    environment = {"INTERLOCK_WAREHOUSE_URL": database.render_as_string(hide_password=False)}
    opened = open_instance(home, environment)
    return ProgrammeInstance(
        opened.home,
        opened.environment,
        opened.deployment,
        opened.model,
        opened.rules,
        {name: Tool(name, {}) for name in FUNCTIONS},
    )
