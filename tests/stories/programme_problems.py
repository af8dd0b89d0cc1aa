"""Genuine problems in an otherwise healthy programme, each put where there is room for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from model.records import Priority, State
from tests.stories.programme_life import Item, Life

Handover = tuple[Item, Item]
"""An item, and the one of another function that waits for it."""


@dataclass(frozen=True)
class Problem:
    """What went wrong on a day; the rules that may say so of the item with this key."""

    key: str
    rules: tuple[str, ...]
    why: str

    def is_named_by(self, rule: str, keys: Sequence[str]) -> bool:
        return rule in self.rules and self.key in keys


def slip_by_two_weeks(life: Life, day: int, taken: set[str]) -> Problem:
    """The owner moves the finish by ten working days, and nobody who waits replans."""
    giver, receiver = _handover(life, taken, lambda each: 1 <= each.start - day <= 10)
    giver.left += 10
    life.replan(giver, day, giver.start, giver.finish + 10)
    receiver.replans = False
    return Problem(giver.key, ("late_handover",), "it slips by two weeks and nobody replans")


def lose_the_owner(life: Life, day: int, taken: set[str]) -> Problem:
    giver, _ = _handover(life, taken, lambda each: 15 <= each.start - day <= 25)
    giver.owner = giver.later_owner = None
    giver.touched = day
    return Problem(giver.key, ("unowned_handover",), "its owner has left")


def rank_low_what_is_urgent(life: Life, day: int, taken: set[str]) -> Problem:
    giver, receiver = _handover(life, taken, lambda each: 10 <= each.start - day <= 25)
    giver.priority, giver.touched = Priority.LOW, day
    receiver.priority, receiver.touched = Priority.HIGH, day
    return Problem(giver.key, ("priority_mismatch",), "one side ranks it low, the other high")


def forget_to_update(life: Life, day: int, taken: set[str]) -> Problem:
    """Nobody says for two weeks how far it is, nor for a week that it is done."""
    giver, _ = _handover(life, taken, lambda each: each.start > day and each.length >= 10)
    giver.is_kept_up = giver.replans = giver.has_percent = False
    giver.starts_late, giver.says_late = 0, 7
    return Problem(giver.key, ("stale_plan", "late_handover"), "nobody updates it for two weeks")


def name_what_does_not_exist(life: Life, day: int, taken: set[str]) -> Problem:
    _, receiver = _handover(life, taken, lambda each: 10 <= each.start - day <= 25)
    receiver.waits_for.append("OPE-9999")
    receiver.touched = day
    return Problem(receiver.key, ("dangling_dependency",), "it names work that does not exist")


def wait_for_each_other(life: Life, day: int, taken: set[str]) -> Problem:
    giver, receiver = _handover(life, taken, lambda each: 10 <= each.start - day <= 25)
    giver.waits_for.append(receiver.key)
    giver.touched = day
    giver.replans = receiver.replans = False
    return Problem(giver.key, ("dependency_cycle",), "it waits for what waits for it")


PROBLEMS: dict[int, Callable[[Life, int, set[str]], Problem]] = {
    42: lose_the_owner,
    45: slip_by_two_weeks,
    48: rank_low_what_is_urgent,
    50: forget_to_update,
    60: name_what_does_not_exist,
    65: wait_for_each_other,
}
"""By the day on which each happens."""


def _handover(life: Life, taken: set[str], fits: Callable[[Item], bool]) -> Handover:
    """The first handover for which there is room, in a deliverable that has no problem yet."""
    for receiver in life.items.values():
        for giver in life.predecessors(receiver):
            deliverable = giver.key[4:-1]
            is_planned = giver.state is receiver.state is State.PLANNED
            is_free = is_planned and giver.owner is not None and deliverable not in taken
            if is_free and giver.function != receiver.function and fits(giver):
                taken.add(deliverable)
                return giver, receiver
    raise AssertionError("there is no room for this problem")
