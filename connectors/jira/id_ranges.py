"""Issue ids of the last complete snapshot, written as ranges so that they fit into a cursor.

Jira numbers the issues of a site in one sequence, so they lie close together: `10000-10412 10420`.
"""

from __future__ import annotations

from collections.abc import Iterable


def format_id_ranges(ids: Iterable[str]) -> str:
    """Write numeric ids as ranges, ascending."""
    ranges: list[list[int]] = []
    for number in sorted({int(id_) for id_ in ids}):
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    return " ".join(f"{low}-{high}" if high > low else f"{low}" for low, high in ranges)


def parse_id_ranges(text: str) -> frozenset[str]:
    """Read what `format_id_ranges` wrote."""
    ids: set[str] = set()
    for part in text.split():
        low, _, high = part.partition("-")
        ids.update(map(str, range(int(low), int(high or low) + 1)))
    return frozenset(ids)
