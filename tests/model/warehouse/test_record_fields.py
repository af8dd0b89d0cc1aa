"""The version tables follow from the records: a field is declared once."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL

from model.keys import ReferenceFormats
from model.records import (
    RECORD_TYPES,
    Instant,
    Kind,
    Mapped,
    Percent,
    Priority,
    Record,
    Ref,
    SpendKind,
    State,
    Version,
    WorkItem,
)
from model.warehouse.connect import migrate
from model.warehouse.landing import LandingRow
from model.warehouse.load import load_records
from model.warehouse.record_fields import field_columns, stored_fields
from model.warehouse.schema import VERSION_TABLES

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[3]
HISTORY = {"record_id", "valid_from", "recorded_at", "valid_to", "stated_dependencies"}


class OfEveryType(Record):
    percent: Percent
    number: int
    amount: Decimal | None = None
    flag: bool = False
    state: State = State.PLANNED
    priority: Priority | None = None
    spend_kind: SpendKind | None = None
    day: date | None = None
    instant: Instant | None = None
    parent: Ref | None = None
    labels: tuple[str, ...] = ()


@pytest.mark.parametrize("kind", list(Kind))
def test_a_version_has_the_fields_of_its_record_and_when_it_held(kind: Kind) -> None:
    columns = {column.name for column in VERSION_TABLES[kind].columns}

    assert columns - HISTORY == set(RECORD_TYPES[kind].model_fields) - {"ref", "touched_at"}
    assert columns >= HISTORY


def test_each_type_of_a_field_has_its_column_type() -> None:
    columns = {column.name: column for column in field_columns(OfEveryType)}

    assert {name: str(column.type) for name, column in columns.items()} == {
        "key": "TEXT",
        "title": "TEXT",
        "url": "TEXT",
        "dates_from": "TEXT",
        "percent": "SMALLINT",
        "number": "INTEGER",
        "amount": "NUMERIC",
        "flag": "BOOLEAN",
        "state": "SMALLINT",
        "priority": "SMALLINT",
        "spend_kind": "TEXT",
        "day": "DATE",
        "instant": "DATETIME",
        "parent": "TEXT",
        "labels": "ARRAY",
    }
    assert [name for name, column in columns.items() if not column.nullable] == [
        "key",
        "title",
        "dates_from",
        "percent",
        "number",
        "flag",
        "state",
        "labels",
    ]


def test_a_type_without_a_column_type_is_refused_by_the_name_of_the_field() -> None:
    class Unknown(Record):
        weights: dict[str, float]

    with pytest.raises(TypeError, match="the field weights has the type"):
        field_columns(Unknown)


def test_values_are_stored_as_postgresql_returns_them() -> None:
    parent = Ref("jira", Kind.WORK_ITEM, "1")
    record = OfEveryType(
        ref=parent,
        key="A-1",
        title="A",
        percent=1,
        number=2,
        priority=Priority.HIGH,
        spend_kind=SpendKind.BUDGET,
        parent=parent,
        labels=("a",),
    )

    stored = stored_fields(record)

    assert (stored["priority"], stored["spend_kind"]) == (2, "budget")
    assert (stored["parent"], stored["labels"]) == ("jira:work_item:1", ["a"])
    assert "ref" not in stored
    assert "touched_at" not in stored


@pytest.mark.long
class TestNewField:
    """The recipe of a new field, followed in a copy of the package: two files of the model."""

    FIELD: ClassVar = "    initiative: str | None = None\n"
    NEW_FIELD: ClassVar = FIELD + "    story_points: int | None = None\n"
    MIGRATION: ClassVar = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{previous}"


def upgrade() -> None:
    op.add_column("work_item", sa.Column("story_points", sa.Integer()))
"""
    MAP_AGAIN: ClassVar = """
import sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from model.warehouse.connect import migrate
from model.warehouse.schema import metadata
from tests.model.warehouse.test_record_fields import map_item

engine = create_engine(sys.argv[1])
migrate(engine)
with engine.connect() as connection:
    print(compare_metadata(MigrationContext.configure(connection), metadata))
print(map_item(engine), map_item(engine, story_points=5), map_item(engine, story_points=5))
with engine.connect() as connection:
    query = "select story_points from work_item order by valid_to nulls last"
    print(connection.execute(text(query)).scalars().all())
"""

    def copy_with_field(self, folder: Path) -> None:
        for package in ("model", "tests"):
            shutil.copytree(REPOSITORY / package, folder / package)
        records = folder / "model" / "records.py"
        source = records.read_text(encoding="utf-8")
        assert self.FIELD in source
        records.write_text(source.replace(self.FIELD, self.NEW_FIELD), encoding="utf-8")
        versions = folder / "model" / "warehouse" / "migrations" / "versions"
        previous = max(path.name for path in versions.glob("[0-9]*.py")).partition("_")[0]
        migration = self.MIGRATION.format(previous=previous)
        (versions / "9999_story_points.py").write_text(migration, encoding="utf-8")

    def test_needs_a_line_and_a_migration_and_makes_no_version_of_what_does_not_state_it(
        self, empty_database: URL, tmp_path: Path
    ) -> None:
        engine = create_engine(empty_database)
        migrate(engine)
        assert map_item(engine) == 1
        engine.dispose()
        self.copy_with_field(tmp_path)

        address = empty_database.render_as_string(hide_password=False)
        output = subprocess.run(
            [sys.executable, "-c", self.MAP_AGAIN, address],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

        assert output.splitlines() == ["[]", "0 1 0", "[None, 5]"]


def map_item(engine: Engine, **fields: object) -> int:
    """Map one work item; returns how many records changed."""
    item = WorkItem.model_validate(
        {
            "ref": Ref("jira", Kind.WORK_ITEM, "1"),
            "key": "A-1",
            "title": "A",
            "function": "it",
            "state": State.PLANNED,
            "status": "To Do",
            **fields,
        }
    )
    row = LandingRow("1", "{}", NOW, 1, None)
    mapped = Mapped((Version(NOW, item),))
    with engine.begin() as connection:
        result = load_records(
            connection, "jira", "issues", [(row, mapped)], NOW, ReferenceFormats()
        )
    return result.changed
