"""Who asks for something in a reply."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from model.operating_model.schema import OperatingModel, Person
from model.replies.outcomes import StoredReply
from pipelines.instance import Instance


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, in which reply and transaction, at which instant.

    `person` is None for an account or a name that the operating model does not know.
    """

    connection: Connection
    instance: Instance
    stored: StoredReply
    person: Person | None
    now: datetime

    @property
    def model(self) -> OperatingModel:
        return self.instance.model

    @property
    def author(self) -> str:
        """The name of the author: as the operating model has it, or else as the tool shows it."""
        name = self.person.name if self.person else self.stored.reply.author_name
        return " ".join(name.split())

    @property
    def is_verified(self) -> bool:
        """Whether a tool has proved who wrote the reply."""
        return self.stored.reply.author is not None
