"""Who is who: people and roles by their ids, and people by what a tool or the proxy calls them."""

from __future__ import annotations

from model.operating_model.schema import OperatingModel, Person, Role


def role(model: OperatingModel, role_id: str) -> Role:
    """The role with an id; raises KeyError for one that a validated model cannot contain."""
    return {role.id: role for role in model.roles}[role_id]


def person(model: OperatingModel, person_id: str) -> Person:
    """The person with an id; raises KeyError for one that a validated model cannot contain."""
    return {person.id: person for person in model.people}[person_id]


def known_as(model: OperatingModel, connection: str, identity: str) -> Person | None:
    """The person behind a tool's own identity, the author of a reply for instance.

    Compared letter by letter: identities of two people may differ by case alone.
    """
    return next((p for p in model.people if p.identities.get(connection) == identity), None)


def with_email(model: OperatingModel, email: str) -> Person | None:
    """The person with an e-mail address, as the proxy in front of Dagster states it."""
    return next((p for p in model.people if p.email.lower() == email.strip().lower()), None)
