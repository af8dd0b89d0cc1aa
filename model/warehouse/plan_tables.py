"""The tables of the plan: each column assembled from the fields of work items, deals or spend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import get_args, get_type_hints

import numpy as np

from model.network import Items
from model.plan import NETWORK_COLUMNS, Array, Column, Derived, ItemAttributes, SpendLines
from model.warehouse.columns import index_texts
from model.warehouse.plan_fields import Declarations, RecordFields


def declared_columns(
    table: type[ItemAttributes] | type[SpendLines],
) -> Declarations:
    """The columns of a table of the plan, as the annotations of its class declare them."""
    columns: Declarations = {}
    for name, hint in get_type_hints(table, include_extras=True).items():
        array, column = get_args(hint)
        # The dtype stands in the annotation `NDArray[np.int16]`, two levels down.
        columns[name] = column, np.dtype(get_args(get_args(array)[1])[0])
    return columns


def network_columns() -> Declarations:
    """The columns of `Items`, with the dtypes and the missing values that it declares itself."""
    columns: Declarations = {}
    for name, column in NETWORK_COLUMNS.items():
        default: Array = getattr(Items.of([0]), name)
        columns[name] = replace(column, missing=default[0].item()), default.dtype
    return columns


def replace_texts(parts: Sequence[RecordFields], names: str) -> tuple[str, ...]:
    """Make the text of all columns with these `names` indices into one tuple, and return it."""
    texts = {
        (at, field): part.values.texts[field]
        for at, part in enumerate(parts)
        for field, column in part.fields.items()
        if column.names == names
    }
    indices, all_names = index_texts(texts)
    for (at, field), column in indices.items():
        parts[at].values.numbers[field] = column
    return all_names


def assemble(columns: Declarations, parts: Sequence[RecordFields]) -> dict[str, Array]:
    """The columns of a table, whose rows are those of the parts in their order."""
    ends = np.cumsum([0, *(part.values.count for part in parts)])
    table = {name: np.empty(ends[-1], dtype=dtype) for name, (_, dtype) in columns.items()}
    for name, (column, _) in columns.items():
        for part, start, end in zip(parts, ends, ends[1:], strict=False):
            table[name][start:end] = _values(column, part)
    return table


def _values(column: Column, part: RecordFields) -> Array | int:
    source, numbers = getattr(column, part.kind.value), part.values.numbers
    match source:
        case None:
            return column.missing
        case Derived():
            return source.compute(*(numbers[field] for field in source.fields))
        case bool():
            return source
        case _:
            return numbers[source]
