"""Whether all names in the model point at something, and whether each is given only once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any

from model.operating_model.documents import Document, Location
from model.operating_model.problems import choose
from model.operating_model.schema import ALL_RULES
from model.operating_model.shape import title

Matches = Iterator[tuple[Location, Any]]

# In a pattern: all entries of a list, and the keys of a mapping instead of its values.
_EACH = "*"
_KEYS = "keys of *"

# A table, so that a new reference is one line and cannot be forgotten in a check of its own.
_REFERENCES: tuple[tuple[Location, str], ...] = (
    (("calendar",), "calendars"),
    (("functions", _EACH, "head"), "roles"),
    (("functions", _EACH, "calendar"), "calendars"),
    (("people", _EACH, "identities", _KEYS), "connections"),
    (("people", _EACH, "deputy"), "people"),
    (("roles", _EACH, "function"), "functions"),
    (("roles", _EACH, "holder"), "people"),
    (("roles", _EACH, "deputy"), "people"),
    (("workflows", _EACH, "connections", _EACH), "connections"),
    (("workflows", _EACH, "initiatives", _EACH), "initiatives"),
    (("workflows", _EACH, "gates", _EACH, "function"), "functions"),
    (("workflows", _EACH, "gates", _EACH, "authority"), "roles"),
    (("decision_rights", _EACH, "rules", _EACH), "rules to decide"),
    (("decision_rights", _EACH, "functions", _EACH), "functions"),
    (("decision_rights", _EACH, "role"), "roles"),
    (("escalation_path", _EACH, "role"), "roles"),
    (("forums", _EACH, "chair"), "roles and people"),
    (("forums", _EACH, "members", _EACH), "roles and people"),
    (("forums", _EACH, "scope", "functions", _EACH), "functions"),
    (("forums", _EACH, "scope", "initiatives", _EACH), "initiatives"),
    (("forums", _EACH, "scope", "rules", _EACH), "rules"),
    (("forums", _EACH, "scope", "levels", _EACH), "levels"),
    (("rules", _KEYS), "rules"),
)

_UNIQUE_NAMES: tuple[tuple[str, Location], ...] = (
    ("the function", ("functions", _EACH, "id")),
    ("the person", ("people", _EACH, "id")),
    ("the e-mail address", ("people", _EACH, "email")),
    ("the role", ("roles", _EACH, "id")),
    ("the initiative", ("initiatives", _EACH, "id")),
    ("the label", ("initiatives", _EACH, "labels", _EACH)),
    ("the WBS prefix", ("initiatives", _EACH, "wbs", _EACH)),
    ("the workflow", ("workflows", _EACH, "id")),
    ("the gate", ("workflows", _EACH, "gates", _EACH, "id")),
    ("the decision right", ("decision_rights", _EACH, "id")),
    ("the calendar", ("calendars", _EACH, "id")),
    ("the forum", ("forums", _EACH, "id")),
)


def check_references(
    document: Document, connections: Collection[str] | None, rules: Collection[str] | None
) -> None:
    """Report all names that point at nothing.

    Connections and rules are declared outside the model; None leaves their names unchecked.
    """
    declared = {
        "connections": connections,
        "rules": rules,
        "rules to decide": rules and {*rules, ALL_RULES},
        "roles and people": ids(document, "roles") | ids(document, "people"),
        "levels": _names(document, ("escalation_path", _EACH, "name")),
    }
    for pattern, section in _REFERENCES:
        known = declared[section] if section in declared else ids(document, section)
        if known is not None:
            _check_names(document, _matches(document.data, pattern), section, known)


def _check_names(document: Document, names: Matches, section: str, known: Collection[str]) -> None:
    for at, name in names:
        if isinstance(name, str) and name not in known:
            where = title(document.data, at[:-1] if at[-1] == name else at)
            message = f'{where} names "{name}", which is not among the {section}'
            document.report(at, message, choose(name, known))


def check_unique(document: Document) -> None:
    """Report all names that two things have; case is ignored, except for identities."""
    for what, pattern in _UNIQUE_NAMES:
        _report_repeated(document, what, _matches(document.data, pattern), str.lower)
    identities = ("people", _EACH, "identities")
    for connection in {key for _, key in _matches(document.data, (*identities, _KEYS))}:
        names = _matches(document.data, (*identities, connection))
        _report_repeated(document, f"the identity in {connection}", names, str)


def _report_repeated(
    document: Document, what: str, names: Matches, normalise: Callable[[str], str]
) -> None:
    first: dict[str, Location] = {}
    for at, name in names:
        earlier = first.setdefault(normalise(str(name)), at)
        if earlier is not at:
            file, line = document.lines[earlier]
            message = f'{what} "{name}" is given twice, first in {file}:{line}'
            document.report(at, message, "Keep it in one place, or use another name.")


def ids(document: Document, section: str) -> set[str]:
    """The ids that a section declares, those of malformed entries included."""
    return _names(document, (section, _EACH, "id"))


def _names(document: Document, pattern: Location) -> set[str]:
    return {name for _, name in _matches(document.data, pattern) if isinstance(name, str)}


def _matches(data: Any, pattern: Location, at: Location = ()) -> Matches:
    """The values at a pattern of locations; whatever has another shape is left out."""
    if not pattern:
        # A key without a value is optional and names nothing.
        if data is not None:
            yield at, data
        return
    step, rest = pattern[0], pattern[1:]
    if step == _EACH and isinstance(data, list):
        for index, value in enumerate(data):
            yield from _matches(value, rest, (*at, index))
    elif step == _KEYS and isinstance(data, dict):
        yield from (((*at, key), key) for key in data)
    elif isinstance(data, dict) and step in data:
        yield from _matches(data[step], rest, (*at, step))
