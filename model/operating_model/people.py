"""People and roles by their ids, and for which function a role speaks."""

from __future__ import annotations

from model.operating_model.schema import Function, OperatingModel, Person, Role


def role_with_id(model: OperatingModel, role_id: str) -> Role:
    """Raises KeyError for an id that a validated model cannot refer to."""
    return {role.id: role for role in model.roles}[role_id]


def speaks_for(role: Role, function: Function) -> bool:
    """Whether a role belongs to a function or is its head."""
    return role.function == function.id or function.head == role.id


def person_with_id(model: OperatingModel, person_id: str) -> Person:
    """Raises KeyError for an id that a validated model cannot refer to."""
    return {person.id: person for person in model.people}[person_id]
