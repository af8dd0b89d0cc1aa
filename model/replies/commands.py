"""What a reply asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class CommandKind(StrEnum):
    """`OPTION` chooses an option of the conflict's rule; all others are the same for all rules."""

    OPTION = "option"
    ACKNOWLEDGE = "ack"
    OWNER = "owner"
    ESCALATE = "escalate"
    NOT_OURS = "not ours"
    RISK = "risk"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a reply; what it does not state is None or empty.

    `option` is the id of an option, for the kind `OPTION` alone. `conflict_id` is set where the
    reply names its conflict. `person` is the identity of a mention, or the name typed after `@`.
    `needs` is the record that a risk waits for, as it was written.
    """

    kind: CommandKind
    option: str = ""
    on: date | None = None
    person: str | None = None
    needs: str | None = None
    conflict_id: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A command that cannot be followed; `why` is a clause for the person who wrote it."""

    why: str
