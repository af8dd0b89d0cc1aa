"""How a channel names a person, and whom of the operating model it means.

Each channel states one kind of identity, and it is compared with that kind alone: an id is never
taken for an e-mail address, nor an account for an id.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from model.operating_model.schema import OperatingModel, Person


class IdentityKind(StrEnum):
    """What an identity is compared with."""

    ID = "id"
    EMAIL = "email"
    LOCAL = "local"
    """The e-mail address of whoever uses a machine of their own: stated, and verified by nobody."""
    ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class Identity:
    """An identity as a channel states it; `connection` is the tool of an account."""

    kind: IdentityKind
    value: str
    connection: str | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @classmethod
    def parse(cls, text: str) -> Identity:
        """Any identity but an account from the text that `str` gives; raises ValueError."""
        kind, _, value = text.partition(":")
        return cls(IdentityKind(kind), value)


def identity_of_text(text: str) -> Identity:
    """What a person typed who may give an id or an e-mail address: ids contain no @."""
    return Identity(IdentityKind.EMAIL if "@" in text else IdentityKind.ID, text)


def find_person(model: OperatingModel, identity: Identity) -> Person | None:
    """The one person with this identity; None if there is none, or if several have it."""
    found = [person for person in model.people if _is_person(person, identity)]
    return found[0] if len(found) == 1 else None


def _is_person(person: Person, identity: Identity) -> bool:
    match identity.kind:
        case IdentityKind.ID:
            return person.id == identity.value
        case IdentityKind.EMAIL | IdentityKind.LOCAL:
            return _comparable(person.email) == _comparable(identity.value)
        case IdentityKind.ACCOUNT:
            # Case counts: the accounts of two people may differ by case alone.
            return person.identities.get(identity.connection or "") == identity.value


def _comparable(email: str) -> str:
    """An e-mail address for comparison: only the case of the letters A to Z is ignored.

    `str.lower` and every Unicode normal form would take the Kelvin sign for a k.
    """
    return "".join(c.lower() if "A" <= c <= "Z" else c for c in email)
