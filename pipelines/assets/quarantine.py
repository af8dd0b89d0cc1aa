"""What of a connection waits in quarantine, as the platform engineer reads it in Dagster."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from model.warehouse.quarantine import counts

SHOWN = 12
"""Records named; all of them stand in the table `quarantine`."""

_FIRST = text("""
    select native_id, reason, remedy from quarantine where connection = :name
    order by held desc, first_seen, native_id, reason limit :shown
""")


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Records held back, records mapped without a field, and for the first why and what to do.

    `problems` is plain text by record: on a check's page Dagster hides all Markdown.
    """

    held: int
    partly: int
    problems: dict[str, str]


def held_back(connection: Connection, name: str) -> HeldBack:
    """What of this connection waits for somebody to mend it."""
    held, partly = counts(connection).get(name, (0, 0))
    first = connection.execute(_FIRST, {"name": name, "shown": SHOWN}).all()
    problems: dict[str, str] = {}
    for row in first:
        said = f"{row.reason}. {row.remedy}"
        problems[row.native_id] = " ".join(filter(None, (problems.get(row.native_id), said)))
    if more := held + partly - len(first):
        problems["more"] = f"{more:,} in the table quarantine"
    return HeldBack(held, partly, problems)
