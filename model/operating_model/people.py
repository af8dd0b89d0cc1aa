"""People and roles by their ids."""

from __future__ import annotations

from model.operating_model.schema import OperatingModel, Person, Role


def role_with_id(model: OperatingModel, role_id: str) -> Role:
    """Raises KeyError for an id that a validated model cannot refer to."""
    return {role.id: role for role in model.roles}[role_id]


def person_with_id(model: OperatingModel, person_id: str) -> Person:
    """Raises KeyError for an id that a validated model cannot refer to."""
    return {person.id: person for person in model.people}[person_id]
