"""A situation as the rules look at it: what several of them ask is worked out once."""

from __future__ import annotations

from functools import cached_property

from model.plan import Situation
from model.rules.dependencies import Dependencies, dependencies, handovers


class Survey:
    """The plan, the operating model and the lookup, and who waits for whom in the plan."""

    def __init__(self, situation: Situation) -> None:
        self.plan = situation.plan
        self.model = situation.model
        self.lookup = situation.lookup

    @cached_property
    def dependencies(self) -> Dependencies:
        """Every dependency between two open items."""
        return dependencies(self.plan)

    @cached_property
    def handovers(self) -> Dependencies:
        """Those of them whose two ends belong to two functions."""
        return handovers(self.plan, self.dependencies)
