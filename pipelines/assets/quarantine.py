"""The quarantine of one connection, as the platform engineer reads it in Dagster."""

from dataclasses import dataclass

from sqlalchemy import Connection

from model.warehouse.quarantine import count_problems, read_first_problems

MOST_NAMED = 12
"""Problems listed; the table `quarantine` has all of them."""


@dataclass(frozen=True, slots=True)
class QuarantineSummary:
    """Records in quarantine, records mapped without a field, and the first problems by record."""

    held: int
    partly: int
    # Plain text, because Dagster hides all Markdown on the page of a check.
    problems: dict[str, str]


def summarise_quarantine(connection: Connection, name: str) -> QuarantineSummary:
    """What of this connection needs somebody to correct it, with reason and remedy."""
    held, partly = count_problems(connection).get(name, (0, 0))
    first = read_first_problems(connection, name, MOST_NAMED)
    problems: dict[str, str] = {}
    for native_id, reason, remedy in first:
        text = f"{reason}. {remedy}"
        # One record may have several problems.
        problems[native_id] = f"{problems[native_id]} {text}" if native_id in problems else text
    if more := held + partly - len(first):
        problems["more"] = f"{more:,} in the table quarantine"
    return QuarantineSummary(held, partly, problems)
