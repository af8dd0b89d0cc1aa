"""The columns of the version tables, derived from the shared records.

A field of a record is declared once, in `model.records`; its column, type and stored value follow
from here. A new field therefore needs no change in this folder beside its migration.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

from sqlalchemy import Boolean, Column, Date, DateTime, Integer, Numeric, SmallInteger, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import TypeEngine

from model.records import Percent, Record, Ref

# Both live in the table `record`: a reference never changes, and a touch alone is no new version.
NOT_VERSIONED: Final = frozenset({"ref", "touched_at"})

_SAME_TYPE: Final[tuple[tuple[Any, TypeEngine[Any]], ...]] = (
    # Before `int`, of which it is an annotated form.
    (Percent, SmallInteger()),
    (str, Text()),
    (bool, Boolean()),
    (int, Integer()),
    (Decimal, Numeric()),
    (datetime, DateTime(timezone=True)),
    (date, Date()),
    (Ref, Text()),
    (tuple[str, ...], ARRAY(Text)),
)
_ENUM_TYPES: Final[tuple[tuple[type[Enum], TypeEngine[Any]], ...]] = (
    (IntEnum, SmallInteger()),
    (StrEnum, Text()),
)


def versioned_fields(record_type: type[Record]) -> tuple[str, ...]:
    """Names of the fields whose values each version of such a record keeps."""
    return tuple(name for name in record_type.model_fields if name not in NOT_VERSIONED)


def field_columns(record_type: type[Record]) -> list[Column[Any]]:
    """One column per versioned field, nullable where the field may be None.

    Raises TypeError for a field of a type that has no column type yet.
    """
    hints = get_type_hints(record_type, include_extras=True)
    return [_column(name, hints[name]) for name in versioned_fields(record_type)]


def stored_fields(record: Record) -> dict[str, Any]:
    """The values of the versioned fields as PostgreSQL returns them, by column."""
    return {name: _stored(getattr(record, name)) for name in versioned_fields(type(record))}


def _column(name: str, hint: Any) -> Column[Any]:
    is_union = get_origin(hint) in (Union, UnionType)
    members = get_args(hint) if is_union else (hint,)
    # Exactly one type beside None: a union of two has no column type.
    (stated,) = (member for member in members if member is not NoneType)
    return Column(name, _column_type(name, stated), nullable=NoneType in members)


def _column_type(name: str, hint: Any) -> TypeEngine[Any]:
    # A percentage is an annotated int, so the annotated type is compared before the bare one.
    bare = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    for wanted in (hint, bare):
        for known, column_type in _SAME_TYPE:
            if wanted == known:
                return column_type
    for enum_type, column_type in _ENUM_TYPES:
        if isinstance(bare, type) and issubclass(bare, enum_type):
            return column_type
    raise TypeError(f"the field {name} has the type {bare}, for which no column type is declared")


def _stored(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case Ref():
            return str(value)
        case tuple():
            return list(value)
        case _:
            return value
