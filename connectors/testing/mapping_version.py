"""Notices a mapping that changed although its tool's `mapping_version` did not.

Without a raised version, records that are mapped already would keep their old form until they
change in their tool.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from connectors.base import Connector, RawRecord, Tool
from model.records import Mapped, Problem


def record_digest(results: Iterable[Mapped]) -> str:
    """A digest of mapped records. Only what is set counts, so a field that the model gains later
    changes it only where a mapping fills it."""
    text = json.dumps([_to_json(result) for result in results], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def map_recorded(connector: Connector, raw_records: Path, observed_at: datetime) -> list[Mapped]:
    """Map raw records from a JSON file: `{stream: {native id: payload}}`, in its order."""
    streams = json.loads(raw_records.read_text())
    return [
        connector.map(stream, RawRecord(native_id, json.dumps(payload)), observed_at)
        for stream, records in streams.items()
        for native_id, payload in records.items()
    ]


def assert_mapping_version(
    tool: Tool, results: Iterable[Mapped], version: int, digest: str
) -> None:
    """Fail where the same raw records map to something else than recorded.

    Also where the mapping fills a field that none of these records has, because a change of it
    could not be noticed.

    `results` come from raw records that are stored with the tests (see `map_recorded`). `version`
    and `digest` stand in the test of the mapping: its version, and the digest of its results.
    """
    results = list(results)
    _require_a_value_of_each_field(tool, results)
    actual = record_digest(results)
    if (tool.mapping_version, actual) == (version, digest):
        return
    if tool.mapping_version == version:
        raise AssertionError(
            f"The mapping of {tool.title} gives other results for the same raw records. Raise "
            f"its mapping version to {version + 1}, so that what is mapped already is mapped "
            f'again, and record ({version + 1}, "{actual}") in this test.'
        )
    raise AssertionError(
        f"Record the new version of the mapping of {tool.title} in this test: "
        f'({tool.mapping_version}, "{actual}")'
    )


def _require_a_value_of_each_field(tool: Tool, results: Iterable[Mapped]) -> None:
    records = [version.record for result in results for version in result.versions]
    # A mapping states its fields for every record, be it with nothing in them.
    stated = {(type(record), name) for record in records for name in record.model_fields_set}
    filled = {(type(record), name) for record in records for name in _filled(record)}
    if missing := sorted(f"{kind.__name__}.{name}" for kind, name in stated - filled):
        raise AssertionError(
            f"No raw record that is stored with the tests of {tool.title} has a value for "
            f"{', '.join(missing)}, which its mapping fills. Add one to raw_records.json."
        )


def _filled(model: BaseModel) -> dict[str, Any]:
    return {
        name: getattr(model, name)
        for name, field in type(model).model_fields.items()
        if getattr(model, name) != field.get_default(call_default_factory=True)
    }


def _to_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return [type(value).__name__, _to_json(_filled(value))]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return [type(value).__name__, _to_json(_set_fields(value))]
    if isinstance(value, dict):
        return {str(key): _to_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_to_json(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    return value if value is None or isinstance(value, str | int | bool) else str(value)


def _set_fields(value: Any) -> dict[str, Any]:
    return {
        field.name: getattr(value, field.name)
        for field in dataclasses.fields(value)
        # Other words for the same problem are no other mapping.
        if not (isinstance(value, Problem) and field.name in {"reason", "remedy"})
        and getattr(value, field.name) != field.default
    }
