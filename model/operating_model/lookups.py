"""What the mapping of one connection needs to know of the operating model, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from model.operating_model.schema import OperatingModel
from model.records import State


@dataclass(frozen=True, slots=True)
class ConnectionLookups:
    """Statuses (lower case) to states, ids of functions, labels (lower case) and WBS prefixes to
    ids of initiatives."""

    statuses: dict[str, State]
    functions: frozenset[str]
    initiatives: dict[str, str]
    wbs: dict[str, str]


def lookups_for(model: OperatingModel, connection: str) -> ConnectionLookups:
    """The statuses of the workflows that a connection follows, and what holds for every one."""
    followed = [flow for flow in model.workflows if connection in flow.connections]
    return ConnectionLookups(
        statuses={
            status.lower(): state for flow in followed for status, state in flow.statuses.items()
        },
        functions=frozenset(function.id for function in model.functions),
        initiatives={label.lower(): one.id for one in model.initiatives for label in one.labels},
        wbs={prefix: one.id for one in model.initiatives for prefix in one.wbs},
    )
