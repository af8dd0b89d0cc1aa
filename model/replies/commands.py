"""What a reply asks for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class CommandKind(StrEnum):
    """`OPTION` chooses an option of the conflict's rule; all others are the same for all rules."""

    OPTION = "option"
    ACKNOWLEDGE = "ack"
    OWNER = "owner"
    ESCALATE = "escalate"
    NOT_OURS = "not ours"
    RISK = "risk"
    WITHDRAW = "withdraw"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a reply; what it does not state is None or empty.

    `option` is the id of an option, for the kind `OPTION` alone. `conflict_id` is set where the
    reply names its conflict. `person` is the identity of a mention, or the name typed after `@`.
    `needs` is the record that a risk waits for, as it was written. `fields` are those of an option
    that the reply gives by name, as `name=CDP-12`.
    """

    kind: CommandKind
    option: str = ""
    on: date | None = None
    person: str | None = None
    needs: str | None = None
    conflict_id: str | None = None
    reason: str = ""
    fields: tuple[tuple[str, str], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """What it states, as JSON values; two commands that mean the same give the same."""
        stated = {name: value for name, value in asdict(self).items() if value}
        if self.on:
            stated["on"] = self.on.isoformat()
        if self.fields:
            stated["fields"] = dict(self.fields)
        return stated


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A command that cannot be followed; `why` is a clause for the person who wrote it."""

    why: str

    def to_json(self) -> dict[str, Any]:
        return {"not understood": self.why}
