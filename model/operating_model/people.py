"""People and roles by their ids, and people by what a tool or the proxy calls them."""

from __future__ import annotations

from model.operating_model.schema import OperatingModel, Person, Role


def role_with_id(model: OperatingModel, role_id: str) -> Role:
    """Raises KeyError for an id that a validated model cannot refer to."""
    return {role.id: role for role in model.roles}[role_id]


def person_with_id(model: OperatingModel, person_id: str) -> Person:
    """Raises KeyError for an id that a validated model cannot refer to."""
    return {person.id: person for person in model.people}[person_id]


def person_with_identity(model: OperatingModel, connection: str, identity: str) -> Person | None:
    """The person behind a tool's own identity, such as the author of a reply; None if unknown.

    Case counts: the identities of two people may differ by case alone.
    """
    people = (person for person in model.people if person.identities.get(connection) == identity)
    return next(people, None)


def person_with_email(model: OperatingModel, email: str) -> Person | None:
    """The person with the e-mail address that the proxy states, case ignored; None if unknown."""
    wanted = email.strip().lower()
    return next((person for person in model.people if person.email.lower() == wanted), None)
