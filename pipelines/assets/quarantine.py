"""What of a connection waits in quarantine, as the platform engineer reads it in Dagster."""

from dataclasses import dataclass

import dagster as dg
from sqlalchemy import Connection, text

from model.warehouse.quarantine import counts
from pipelines.cards.markdown import bullets, entries, escaped

SHOWN = 12
"""Records named; all of them stand in the table `quarantine`."""

_FIRST = text("""
    select native_id, reason, remedy from quarantine where connection = :name
    order by held desc, first_seen, native_id, reason limit :shown
""")


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Records held back, records mapped without a field, and the first of them with remedies."""

    held: int
    partly: int
    problems: dict[str, dg.MarkdownMetadataValue]


def held_back(connection: Connection, name: str) -> HeldBack:
    """What of this connection waits for somebody to mend it."""
    held, partly = counts(connection).get(name, (0, 0))
    first = connection.execute(_FIRST, {"name": name, "shown": SHOWN})
    lines = [
        f"**{escaped(row.native_id)}**: {escaped(row.reason)}. {escaped(row.remedy)}"
        for row in first
    ]
    if more := held + partly - len(lines):
        lines.append(f"and {more:,} more in the table `quarantine`")
    return HeldBack(held, partly, entries("quarantine", bullets(lines)))
