"""Executing a parsed SOQL query: resolve fields, filter, sort, and join related records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from connectors.sandbox.json_http import Json
from connectors.sandbox.salesforce.filters import comparable, is_match, operand_value
from connectors.sandbox.salesforce.objects import FieldSpec
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.request import SalesforceErrorResponse
from connectors.sandbox.salesforce.soql import SoqlComparison, SoqlCondition, SoqlOrder, SoqlQuery


@dataclass(frozen=True, slots=True)
class FieldPath:
    """A field, possibly of a related record: `hops` has each reference field and its object."""

    text: str
    hops: tuple[tuple[str, str], ...]
    spec: FieldSpec


@dataclass(frozen=True, slots=True)
class QueryExecution:
    """One query over one org; an unknown field is an error even where no record matches."""

    org: SalesforceOrg
    query: SoqlQuery
    root: str

    def rows(self, *, deleted: bool) -> list[Json]:
        """The result; with deleted records if `deleted`. Raises SalesforceErrorResponse (400)."""
        name = self._object_name()
        paths = [self.path(name, text) for text in self.query.select]
        is_match = self.predicate(name, self.query.where)
        # Resolved before any record is read, so that an unknown field always fails.
        order = [(by, self.path(name, by.field)) for by in self.query.order]
        records = [
            record
            for record in self.org.records[name].values()
            if deleted or not record["IsDeleted"]
        ]
        matches = [record for record in records if is_match(record)]
        for by, path in reversed(order):
            matches = _sort(matches, by, partial(self.read, path=path))
        end = None if self.query.limit is None else self.query.offset + self.query.limit
        return [self.row(name, record, paths) for record in matches[self.query.offset : end]]

    def _object_name(self) -> str:
        for name in self.org.objects:
            if name.lower() == self.query.object.lower():
                return name
        raise SalesforceErrorResponse(
            400,
            "INVALID_TYPE",
            f"sObject type '{self.query.object}' is not supported. If you are attempting to use a "
            "custom object, be sure to append the '__c' after the entity name.",
        )

    def path(self, name: str, text: str) -> FieldPath:
        """Resolve `Field` or `Parent.Field` of an object; raises SalesforceErrorResponse (400)."""
        *relationships, last = text.split(".")
        hops: list[tuple[str, str]] = []
        at = name
        for relationship in relationships:
            spec = self._relationship(at, relationship)
            at = spec.refers_to or at
            hops.append((spec.name, at))
        field = self.org.fields(at).get(last.lower())
        if field is None:
            raise _no_such_column(last, at)
        return FieldPath(text, tuple(hops), field)

    def _relationship(self, name: str, relationship: str) -> FieldSpec:
        for spec in self.org.fields(name).values():
            if spec.relationship and spec.relationship.lower() == relationship.lower():
                return spec
        raise SalesforceErrorResponse(
            400,
            "INVALID_FIELD",
            f"Didn't understand relationship '{relationship}' in field path. If you are attempting "
            "to use a custom relationship, be sure to append the '__r' after the custom "
            "relationship name.",
        )

    def read(self, record: Json, path: FieldPath) -> Any:
        """The value of a field; None where a related record on the way to it is missing."""
        target = self.related(record, path)
        return target.get(path.spec.name) if target else None

    def related(self, record: Json, path: FieldPath) -> Json | None:
        """The record at the end of the path's hops; None where a reference is empty."""
        at: Json | None = record
        for field, name in path.hops:
            at = self.org.find(name, at[field], deleted=True) if at and at[field] else None
        return at

    def row(self, name: str, record: Json, paths: list[FieldPath]) -> Json:
        """A row of the result, with each related record as an object within it."""
        row = self._attributes(name, record)
        for path in paths:
            inner = row
            for depth, part in enumerate(path.text.split(".")[:-1]):
                path_so_far = FieldPath(path.text, path.hops[: depth + 1], path.spec)
                target = self.related(record, path_so_far)
                if target is None:
                    inner[part] = None
                    break
                inner = inner.setdefault(part, self._attributes(path.hops[depth][1], target))
            else:
                inner[path.spec.name] = self.read(record, path)
        return row

    def _attributes(self, name: str, record: Json) -> Json:
        url = f"{self.root}/sobjects/{name}/{record['Id']}"
        return {"attributes": {"type": name, "url": url}}

    def predicate(self, name: str, condition: SoqlCondition | None) -> Callable[[Json], bool]:
        """A function that says whether a record meets the condition."""
        if condition is None:
            return lambda _: True
        if isinstance(condition, SoqlComparison):
            return self._compare(name, condition)
        parts = [self.predicate(name, part) for part in condition.parts]
        if condition.how == "not":
            return lambda record: not parts[0](record)
        combine = all if condition.how == "and" else any
        return lambda record: combine(part(record) for part in parts)

    def _compare(self, name: str, condition: SoqlComparison) -> Callable[[Json], bool]:
        path = self.path(name, condition.field)
        if not path.spec.filterable:
            raise SalesforceErrorResponse(
                400,
                "INVALID_FIELD",
                f"field '{condition.field}' can not be filtered in a query call",
            )
        values = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        operands = [operand_value(condition.field, path.spec.type, value) for value in values]
        return lambda record: is_match(
            condition.operator, comparable(self.read(record, path), path.spec.type), operands
        )


def _no_such_column(field: str, name: str) -> SalesforceErrorResponse:
    return SalesforceErrorResponse(
        400,
        "INVALID_FIELD",
        f"\nERROR at Row:1\nNo such column '{field}' on entity '{name}'. If you are attempting to "
        "use a custom field, be sure to append the '__c' after the custom field name. Please "
        "reference your WSDL or the describe call for the appropriate names.",
    )


def _sort(records: list[Json], by: SoqlOrder, read: Callable[[Json], Any]) -> list[Json]:
    nulls = [record for record in records if read(record) is None]
    others = [record for record in records if read(record) is not None]
    others.sort(key=read, reverse=by.descending)
    return others + nulls if by.nulls_last else nulls + others
