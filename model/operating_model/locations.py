"""Where pydantic found a fault, in the keys of the file.

Pydantic's locations also name which member of a union it tried: the value of the key that tells
them apart (`work_item`), or a type (`str`). Neither is a key that the file has.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from model.operating_model.documents import Location

_KEY = "[key]"
"""Pydantic's step for a fault in the key of a mapping."""


def follow(shape: Any, loc: Location) -> tuple[Location, list[str]]:
    """A location of pydantic below `shape` without the members of unions.

    Also the keys that the schema knows beside the last one of it.
    """
    keys: list[str | int] = []
    known: list[str] = []
    for step in loc:
        options = list(_options(shape))
        members = dict(_members(options))
        if step in members:
            shape = members[step]
            continue
        holders = [option for option, _ in options if _holds_values(option)]
        if not holders and step != _KEY:
            continue
        keys.append(step)
        known = [name for holder in holders if _is_model(holder) for name in keys_of(holder)]
        shape = next(filter(None, (_shape_at(holder, step) for holder in holders)), Any)
    return tuple(keys), known


def keys_of(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields of a model by the keys under which a file states them."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _options(shape: Any, discriminator: Any = None) -> Iterator[tuple[Any, Any]]:
    """The types that a value may have, each with the key that tells it from the others."""
    origin = get_origin(shape)
    if isinstance(shape, FieldInfo):
        yield from _options(shape.annotation, shape.discriminator)
    elif origin is Annotated:
        inner, *notes = get_args(shape)
        fields = (note.discriminator for note in notes if isinstance(note, FieldInfo))
        yield from _options(inner, next(filter(None, fields), discriminator))
    elif origin in (Union, types.UnionType):
        for option in get_args(shape):
            yield from _options(option, discriminator)
    else:
        yield shape, discriminator


def _members(options: list[tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
    """The models of a union by the steps that pydantic takes to them."""
    models = [(option, key) for option, key in options if _is_model(option)]
    for model, key in models:
        if isinstance(key, str):
            for tag in get_args(model.model_fields[key].annotation):
                yield tag, model
        elif len(options) > 1:
            yield model.__name__, model


def _is_model(option: Any) -> bool:
    return isinstance(option, type) and issubclass(option, BaseModel)


def _holds_values(option: Any) -> bool:
    """Whether there may be a value at a key or index of this."""
    kind = get_origin(option) or option
    return option is Any or _is_model(option) or kind in (dict, list, tuple, set, frozenset)


def _shape_at(holder: Any, step: str | int) -> Any:
    """What is at a key or an index; None where that is not known."""
    if _is_model(holder):
        return keys_of(holder).get(str(step))
    shapes = [shape for shape in get_args(holder) if shape is not Ellipsis]
    if isinstance(step, int) and step < len(shapes):
        return shapes[step]
    return shapes[-1] if shapes else None
