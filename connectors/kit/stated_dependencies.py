"""Dependencies as records state them: by links, in fields that name records, in free text."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, Origin, StatedDependency


def by_link(
    references: ReferenceFormats,
    written: str,
    role: DependencyRole,
    where: str,
    kind: DependencyType = DependencyType.FINISH_TO_START,
) -> StatedDependency:
    """The dependency of a link, to a record whose name or address is `written` in the tool."""
    target = references.normalise(written)
    return StatedDependency(target, role, Origin.LINK, where, kind, written=written)


def by_field(references: ReferenceFormats, text: str, name: str) -> list[StatedDependency]:
    """The predecessors that a field named `name` lists."""
    predecessor, where = DependencyRole.PREDECESSOR, f'field "{name}"'
    return [
        StatedDependency(target, predecessor, Origin.FIELD, where, written=written)
        for target, written in references.split_list(text).items()
    ]


def by_text(
    references: ReferenceFormats,
    text: str,
    where: str,
    kind: DependencyType = DependencyType.FINISH_TO_START,
) -> list[StatedDependency]:
    """The predecessors whose names stand somewhere within free text."""
    return [
        StatedDependency(target, DependencyRole.PREDECESSOR, Origin.TEXT, where, kind)
        for target in references.find_in_text(text)
    ]


def combine_stated(
    explicit: Iterable[StatedDependency],
    in_text: Iterable[StatedDependency],
    own_names: Collection[str],
) -> tuple[StatedDependency, ...]:
    """What one record states, deduplicated and sorted, without itself (`own_names`, normalised).

    A name in text counts only where nothing explicit states the same target.
    """
    stated = set(explicit)
    explicit_targets = {dependency.target for dependency in stated}
    stated |= {d for d in in_text if d.target not in explicit_targets}
    return tuple(sorted(d for d in stated if d.target not in own_names))
