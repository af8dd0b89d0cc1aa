"""What the mapping of one connection needs to know besides its records, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.keys import ReferenceFormats
from model.records import State

if TYPE_CHECKING:
    from model.operating_model.schema import OperatingModel


@dataclass(frozen=True, slots=True)
class ConnectionLookups:
    """Parts of the operating model, prepared for one connection, and how references are written.

    `statuses` maps the tool's own status, in lower case, to the shared state. `functions` are the
    ids that exist; `initiatives` maps a label (lower case) to an initiative's id, `wbs` a WBS
    prefix to one. `references` are the formats of all connections, since a record of any tool may
    point at a record of any other.
    """

    statuses: Mapping[str, State] = field(default_factory=dict)
    functions: frozenset[str] = frozenset()
    initiatives: Mapping[str, str] = field(default_factory=dict)
    wbs: Mapping[str, str] = field(default_factory=dict)
    references: ReferenceFormats = field(default_factory=ReferenceFormats)

    def initiative_of(self, labels: Sequence[str], wbs: str | None) -> str | None:
        """The initiative of the first label that has one, else of the longest WBS prefix."""
        for label in labels:
            if initiative := self.initiatives.get(label.lower()):
                return initiative
        # WBS elements are hierarchical: the longest prefix is the most specific element.
        prefixes = [prefix for prefix in self.wbs if (wbs or "").startswith(prefix)]
        return self.wbs[max(prefixes, key=len)] if prefixes else None


def lookups_for(
    model: OperatingModel, connection: str, references: ReferenceFormats
) -> ConnectionLookups:
    """The statuses of the workflows that a connection follows; the rest is the same for all."""
    followed = [flow for flow in model.workflows if connection in flow.connections]
    return ConnectionLookups(
        statuses={
            status.lower(): state for flow in followed for status, state in flow.statuses.items()
        },
        functions=frozenset(function.id for function in model.functions),
        initiatives={
            label.lower(): initiative.id
            for initiative in model.initiatives
            for label in initiative.labels
        },
        wbs={
            prefix: initiative.id for initiative in model.initiatives for prefix in initiative.wbs
        },
        references=references.for_connection(connection),
    )
