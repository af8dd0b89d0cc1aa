"""Running a SOQL query over the org's records, and giving its rows page by page."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

from connectors.sandbox.answers import Json
from connectors.sandbox.salesforce.call import Call, Refused
from connectors.sandbox.salesforce.objects import FieldSpec
from connectors.sandbox.salesforce.org import SalesforceOrg
from connectors.sandbox.salesforce.soql import (
    Compare,
    Condition,
    OrderBy,
    Query,
    SoqlError,
    Value,
    parse,
)

LARGEST_BATCH = 2000
SMALLEST_BATCH = 200


def run_query(call: Call) -> Json:
    return _first_page(call, deleted=False)


def run_query_all(call: Call) -> Json:
    """Like `query`, and rows in the recycle bin are among the others."""
    return _first_page(call, deleted=True)


def more(call: Call) -> Json:
    """The page that a `nextRecordsUrl` names."""
    locator, _, start = call.path("locator").rpartition("-")
    rows = call.salesforce.locators.get(locator)
    if rows is None or not start.isdigit():
        raise Refused(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
    return _page(call, rows, locator, int(start))


def _first_page(call: Call, *, deleted: bool) -> Json:
    text = call.query("q")
    if not text:
        raise Refused(400, "MALFORMED_QUERY", "A query string has to be specified")
    try:
        query = parse(text)
    except SoqlError as error:
        raise Refused(400, "MALFORMED_QUERY", f"\n{text}\nERROR at Row:1: {error}") from error
    rows = _Run(call.org, query, call.root).rows(deleted=deleted)
    if not query.select:
        return {"totalSize": len(rows), "done": True, "records": []}
    locator = f"01g{len(call.salesforce.locators):012d}AAA"
    return _page(call, rows, locator, 0)


def _page(call: Call, rows: list[Json], locator: str, start: int) -> Json:
    end = start + _batch_size(call)
    page: Json = {"totalSize": len(rows), "done": end >= len(rows), "records": rows[start:end]}
    if not page["done"]:
        call.salesforce.locators[locator] = rows
        page["nextRecordsUrl"] = f"{call.root}/query/{locator}-{end}"
    return page


def _batch_size(call: Call) -> int:
    if call.org.settings.batch_size:
        return call.org.settings.batch_size
    asked = re.search(r"batchSize=(\d+)", call.request.headers.get("sforce-query-options", ""))
    size = int(asked[1]) if asked else LARGEST_BATCH
    return min(max(size, SMALLEST_BATCH), LARGEST_BATCH)


@dataclass(frozen=True, slots=True)
class _Path:
    """A field and how to reach it: over the reference fields of `hops`, each to its object."""

    text: str
    hops: tuple[tuple[str, str], ...]
    spec: FieldSpec


@dataclass(frozen=True, slots=True)
class _Run:
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

    def path(self, name: str, text: str) -> _Path:
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
        return _Path(text, tuple(hops), spec_found)

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

    def read(self, record: Json, path: _Path) -> Any:
        reached = self.reach(record, path)
        return reached.get(path.spec.name) if reached else None

    def reach(self, record: Json, path: _Path) -> Json | None:
        """The record at the end of the path's hops; None where one of them is empty."""
        at: Json | None = record
        for field, name in path.hops:
            at = self.org.find(name, at[field], deleted=True) if at and at[field] else None
        return at

    def row(self, name: str, record: Json, paths: list[_Path]) -> Json:
        row = self._attributes(name, record)
        for path in paths:
            inner = row
            for depth, part in enumerate(path.text.split(".")[:-1]):
                upto = _Path(path.text, path.hops[: depth + 1], path.spec)
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
        wanted = [_wanted(path, value) for value in values]
        return lambda record: _holds(
            condition.operator, _comparable(self.read(record, path), path.spec.type), wanted
        )


def _no_such_column(field: str, name: str) -> Refused:
    return Refused(
        400,
        "INVALID_FIELD",
        f"\nERROR at Row:1\nNo such column '{field}' on entity '{name}'. If you are attempting to "
        "use a custom field, be sure to append the '__c' after the custom field name. Please "
        "reference your WSDL or the describe call for the appropriate names.",
    )


def _wanted(path: _Path, value: Value) -> Any:
    """The value of a filter, as it compares; Salesforce wants dates and numbers unquoted."""
    kind = path.spec.type
    quoted = isinstance(value, str)
    unquoted_kinds = ("datetime", "date", "currency", "percent", "int", "boolean")
    if value is not None and quoted == (kind in unquoted_kinds):
        raise Refused(
            400,
            "INVALID_FIELD",
            f"value of filter criterion for field '{path.text}' must be of type {kind} and should "
            f"{'not ' if quoted else ''}be enclosed in quotes",
        )
    if kind in ("reference", "id") and isinstance(value, str):
        return _comparable(value, kind)
    return value.lower() if isinstance(value, str) else value


def _comparable(stored: Any, kind: str) -> Any:
    if stored is None:
        return None
    if kind == "datetime":
        return datetime.fromisoformat(stored)
    if kind == "date":
        return date.fromisoformat(stored)
    if kind in ("reference", "id"):
        return str(stored)[:15]
    return stored.lower() if isinstance(stored, str) else stored


def _holds(operator: str, found: Any, wanted: list[Any]) -> bool:
    if operator == "in":
        return found in wanted
    if operator == "not in":
        return found not in wanted
    [one] = wanted
    if operator in ("=", "!="):
        return bool((found == one) == (operator == "="))
    if found is None or one is None:
        return False
    if operator == "like":
        return _like(str(found), str(one))
    return ORDERED[operator](found, one)


ORDERED: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda found, one: bool(found < one),
    "<=": lambda found, one: bool(found <= one),
    ">": lambda found, one: bool(found > one),
    ">=": lambda found, one: bool(found >= one),
}


def _like(text: str, pattern: str) -> bool:
    """SOQL's LIKE: % is any text, _ one character."""
    parts = ("." if one == "_" else ".*" if one == "%" else re.escape(one) for one in pattern)
    return re.fullmatch("".join(parts), text, re.DOTALL) is not None


def _sorted(records: list[Json], by: OrderBy, read: Callable[[Json], Any]) -> list[Json]:
    empty = [one for one in records if read(one) is None]
    full = [one for one in records if read(one) is not None]
    full.sort(key=read, reverse=by.descending)
    return full + empty if by.nulls_last else empty + full


def parse_moment(text: str) -> datetime:
    """A moment in a URL parameter; raises Refused when it is none."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+").replace("Z", "+00:00"))
    except ValueError as error:
        raise Refused(400, "INVALID_FIELD", f"invalid date-time: {text}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
