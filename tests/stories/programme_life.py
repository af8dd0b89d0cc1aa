"""Ordinary life in a programme of 300 items: what their owners do on each working day, by a seed.

Work starts and ends about on time. Every fifth item slips by one to three days, and its owner
replans it; whoever waits for it replans a few days later. Owners, priorities and progress are
mostly kept up, some a day late. Days are numbers of working days.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from model.records import Priority, State

FUNCTIONS = ("product", "platform", "operations", "marketing")
FIRST_DAY, LAST_DAY = 40, 102
"""The 90 days that are watched; what was before has brought the programme into its usual state."""
_DELIVERABLES, _STEPS = 60, 5


@dataclass
class Item:
    """An item as its tool shows it, and below what only its owner knows of it."""

    key: str
    function: str
    start: int
    finish: int
    waits_for: list[str]
    owner: str | None
    priority: Priority | None
    state: State = State.PLANNED
    began: int | None = None
    ended: int | None = None
    percent: int | None = None
    touched: int = 0
    moved_on: int = 0

    # The work that is left, and how many days late its owner starts it, and says that it is done.
    left: int = 0
    starts_late: int = 0
    says_late: int = 0
    done_on: int | None = None
    # Every how many days its owner brings its progress up to date, and on which of them.
    rhythm: tuple[int, int] = (5, 0)
    has_percent: bool = False
    notices_after: int = 1
    owner_from: int = 0
    later_owner: str | None = None
    replans: bool = True
    is_kept_up: bool = True

    @property
    def length(self) -> int:
        return self.finish - self.start + 1


@dataclass
class Life:
    """All items by key; `live` lets one day pass."""

    random: Random
    items: dict[str, Item] = field(default_factory=dict)

    def live(self, day: int) -> None:
        for item in self.items.values():
            if item.state is not State.DONE:
                _live(self, item, day)

    def predecessors(self, item: Item) -> list[Item]:
        return [self.items[key] for key in item.waits_for if key in self.items]

    def replan(self, item: Item, day: int, start: int, finish: int) -> None:
        item.start, item.finish = start, finish
        item.touched = item.moved_on = day


def begin_life(seed: int) -> Life:
    """The programme at the beginning of the days that are watched."""
    life = Life(Random(seed))
    for number in range(_DELIVERABLES):
        for item in _deliverable(life.random, number):
            life.items[item.key] = item
    for day in range(FIRST_DAY):
        life.live(day)
    return life


def project_of(function: str) -> str:
    """The letters with which the keys of a function's items begin."""
    return function[:3].upper()


def _deliverable(random: Random, number: int) -> Iterator[Item]:
    """A chain of five items through three functions; some items wait for a step before last too."""
    first, second, third = random.sample(FUNCTIONS, 3)
    day = 5 + number + random.randint(0, 12)
    importance = random.choice([Priority.LOW, *[Priority.MEDIUM] * 3, Priority.HIGH])
    functions = (first, first, second, second, third)
    keys = [f"{project_of(each)}-{number + 1}{step + 1}" for step, each in enumerate(functions)]
    before = ""
    for step, function in enumerate(functions):
        length = random.randint(3, 12)
        waits_for = [keys[step - 1]] if step else []
        if step >= 2 and random.random() < 0.15:
            waits_for.append(keys[step - 2])
        # People leave some days before what another function hands over; a few leave none.
        buffer = random.choice([0, 1, 2, 3, 3, 5, 5, 8]) if before not in ("", function) else 0
        item = _item(random, keys[step], function, day + buffer, length, waits_for, importance)
        day, before = item.finish + 1, function
        yield item


def _item(
    random: Random,
    key: str,
    function: str,
    start: int,
    length: int,
    waits_for: list[str],
    importance: Priority,
) -> Item:
    slips = random.random() < 0.2
    work = length + (random.randint(1, 3) if slips else random.choice([-1, 0, 0, 0, 0]))
    # Functions do not rank quite alike: one level apart is common.
    rank = min(Priority.HIGH, max(Priority.LOW, importance + random.choice([0, 0, 0, 0, 1, -1])))
    owner = f"{function}-{random.randint(1, 8)}"
    return Item(
        key=key,
        function=function,
        start=start,
        finish=start + length - 1,
        waits_for=waits_for,
        owner=None,
        priority=Priority(rank) if random.random() < 0.9 else None,
        left=max(work, 1),
        starts_late=random.choice([0] * 15 + [1] * 3 + [2]),
        says_late=random.choice([0] * 7 + [1] * 2 + [2]),
        rhythm=(5, random.randint(0, 4)),
        has_percent=random.random() < 0.4,
        notices_after=random.choice([-2, -1, 0, 1, 1, 2]),
        # Most owners are named early, the others a month before the work begins.
        owner_from=0 if random.random() < 0.8 else start - 30,
        later_owner=owner,
    )


def _live(life: Life, item: Item, day: int) -> None:
    if item.owner is None and day >= item.owner_from:
        item.owner, item.touched = item.later_owner, day
    if item.state is State.PLANNED:
        _wait(life, item, day)
    if item.state is State.IN_PROGRESS:
        _work(life, item, day)


def _wait(life: Life, item: Item, day: int) -> None:
    """Replan after what it waits for, and begin when that is done."""
    before = life.predecessors(item)
    latest = max((each.finish for each in before), default=-1)
    if latest >= item.start and item.replans:
        changed = max(each.moved_on for each in before)
        # Owners read of a new date of others after one to three days, sooner the closer it is.
        reads = 1 if item.start - day < 3 else 1 + item.notices_after % 3
        if day >= changed + reads:
            life.replan(item, day, latest + 1, latest + item.length)
    is_free = all(each.done_on is not None and each.done_on < day for each in before)
    if is_free and day >= item.start + item.starts_late:
        item.state, item.began, item.touched = State.IN_PROGRESS, item.start, day
        item.began = max(item.start, day - item.starts_late)
        item.percent = 0 if item.has_percent else None


def _work(life: Life, item: Item, day: int) -> None:
    """Work a day, say how far it is, replan if it will be late, and say that it is done."""
    if item.done_on is None:
        item.left -= 1
        if item.left <= 0:
            item.done_on = day
    every, at = item.rhythm
    if item.is_kept_up and day % every == at:
        item.touched = day
        if item.has_percent:
            item.percent = min(
                95, round(100 * (1 - item.left / (item.left + day - item.start + 1)))
            )
    ends = day + item.left
    is_late = item.done_on is None and ends > item.finish
    if is_late and item.replans and day >= item.finish + item.notices_after:
        life.replan(item, day, item.start, ends)
    if item.done_on is not None and day >= item.done_on + item.says_late:
        item.state, item.ended, item.touched = State.DONE, item.done_on, day
        item.percent = 100 if item.has_percent else None
