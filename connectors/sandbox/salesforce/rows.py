"""The rows of a SOQL query: fields looked up, conditions applied, related records joined."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.sandbox.answers import Json
from connectors.sandbox.salesforce.call import Refused
from connectors.sandbox.salesforce.filters import comparable, holds, wanted_value
from connectors.sandbox.salesforce.objects import FieldSpec
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.soql import Compare, Condition, OrderBy, Query


@dataclass(frozen=True, slots=True)
class Path:
    """A field and how to reach it: over the reference fields of `hops`, each to its object."""

    text: str
    hops: tuple[tuple[str, str], ...]
    spec: FieldSpec


@dataclass(frozen=True, slots=True)
class Run:
    """One query over one org; every field is looked up before the first row is read."""

    org: SalesforceOrg
    query: Query
    root: str

    def rows(self, *, deleted: bool) -> list[Json]:
        name = self._object()
        paths = [self.path(name, text) for text in self.query.select]
        keep = self.predicate(name, self.query.where)
        order = [(by, self.path(name, by.field)) for by in self.query.order]
        records = [
            one for one in self.org.records[name].values() if deleted or not one["IsDeleted"]
        ]
        found = [one for one in records if keep(one)]
        for by, path in reversed(order):
            found = _sorted(found, by, partial(self.read, path=path))
        end = None if self.query.limit is None else self.query.offset + self.query.limit
        return [self.row(name, one, paths) for one in found[self.query.offset : end]]

    def _object(self) -> str:
        for name in self.org.objects:
            if name.lower() == self.query.object.lower():
                return name
        raise Refused(
            400,
            "INVALID_TYPE",
            f"sObject type '{self.query.object}' is not supported. If you are attempting to use a "
            "custom object, be sure to append the '__c' after the entity name.",
        )

    def path(self, name: str, text: str) -> Path:
        *relationships, last = text.split(".")
        hops: list[tuple[str, str]] = []
        at = name
        for relationship in relationships:
            spec = self._relationship(at, relationship)
            at = spec.refers_to or at
            hops.append((spec.name, at))
        spec_found = self.org.fields(at).get(last.lower())
        if spec_found is None:
            raise _no_such_column(last, at)
        return Path(text, tuple(hops), spec_found)

    def _relationship(self, name: str, relationship: str) -> FieldSpec:
        for spec in self.org.fields(name).values():
            if spec.relationship and spec.relationship.lower() == relationship.lower():
                return spec
        raise Refused(
            400,
            "INVALID_FIELD",
            f"Didn't understand relationship '{relationship}' in field path. If you are attempting "
            "to use a custom relationship, be sure to append the '__r' after the custom "
            "relationship name.",
        )

    def read(self, record: Json, path: Path) -> Any:
        reached = self.reach(record, path)
        return reached.get(path.spec.name) if reached else None

    def reach(self, record: Json, path: Path) -> Json | None:
        """The record at the end of the path's hops; None where one of them is empty."""
        at: Json | None = record
        for field, name in path.hops:
            at = self.org.find(name, at[field], deleted=True) if at and at[field] else None
        return at

    def row(self, name: str, record: Json, paths: list[Path]) -> Json:
        row = self._attributes(name, record)
        for path in paths:
            inner = row
            for depth, part in enumerate(path.text.split(".")[:-1]):
                upto = Path(path.text, path.hops[: depth + 1], path.spec)
                reached = self.reach(record, upto)
                if reached is None:
                    inner[part] = None
                    break
                inner = inner.setdefault(part, self._attributes(path.hops[depth][1], reached))
            else:
                inner[path.spec.name] = self.read(record, path)
        return row

    def _attributes(self, name: str, record: Json) -> Json:
        url = f"{self.root}/sobjects/{name}/{record['Id']}"
        return {"attributes": {"type": name, "url": url}}

    def predicate(self, name: str, condition: Condition | None) -> Callable[[Json], bool]:
        if condition is None:
            return lambda _: True
        if isinstance(condition, Compare):
            return self._compare(name, condition)
        parts = [self.predicate(name, part) for part in condition.parts]
        if condition.how == "not":
            return lambda record: not parts[0](record)
        joined = all if condition.how == "and" else any
        return lambda record: joined(part(record) for part in parts)

    def _compare(self, name: str, condition: Compare) -> Callable[[Json], bool]:
        path = self.path(name, condition.field)
        if not path.spec.filterable:
            raise Refused(
                400,
                "INVALID_FIELD",
                f"field '{condition.field}' can not be filtered in a query call",
            )
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        wanted = [wanted_value(condition.field, path.spec.type, value) for value in values]
        return lambda record: holds(
            condition.operator, comparable(self.read(record, path), path.spec.type), wanted
        )


def _no_such_column(field: str, name: str) -> Refused:
    return Refused(
        400,
        "INVALID_FIELD",
        f"\nERROR at Row:1\nNo such column '{field}' on entity '{name}'. If you are attempting to "
        "use a custom field, be sure to append the '__c' after the custom field name. Please "
        "reference your WSDL or the describe call for the appropriate names.",
    )


def _sorted(records: list[Json], by: OrderBy, read: Callable[[Json], Any]) -> list[Json]:
    empty = [one for one in records if read(one) is None]
    full = [one for one in records if read(one) is not None]
    full.sort(key=read, reverse=by.descending)
    return full + empty if by.nulls_last else empty + full
