"""What a rule is called with: the plan, the operating model, and text on demand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from model.operating_model.schema import OperatingModel
from model.plan import Lookup, Plan
from model.rules.dependencies import Dependencies, find_dependencies, select_handovers


# Without slots: cached_property keeps its value in the instance's __dict__.
@dataclass(frozen=True)
class RuleContext:
    """One plan as of one day. What several rules ask of it is computed once."""

    plan: Plan
    model: OperatingModel
    lookup: Lookup

    @cached_property
    def dependencies(self) -> Dependencies:
        """All dependencies between two open items."""
        return find_dependencies(self.plan)

    @cached_property
    def handovers(self) -> Dependencies:
        """The dependencies whose two ends belong to two functions."""
        return select_handovers(self.plan, self.dependencies)
