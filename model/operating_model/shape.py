"""Whether the values of a document have the shape of the schema, told in the file's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from model.operating_model.documents import Document, Location
from model.operating_model.problems import choose
from model.operating_model.schema import OperatingModel

P = TypeVar("P", bound=BaseModel)

_REMEDIES = {
    "string_type": "Write text; put it in quotes if it looks like a number or a truth value.",
    "string_pattern_mismatch": "Use lower-case letters, digits and hyphens, like head-of-it.",
    "tuple_type": "Write a list: one `- entry` a line, or [a, b].",
    "model_type": "Write `key: value` lines below it.",
    "dict_type": "Write `key: value` lines below it.",
    "too_short": "Name at least one.",
}


def check_shape(document: Document) -> None:
    """Report every value that the schema does not take, and every key it does not know."""
    check_values(document, OperatingModel, document.data, ())


def check_parameters(document: Document, rules: Mapping[str, type[BaseModel]]) -> None:
    """Report every rule parameter that its rule does not take."""
    given = document.data.get("rules")
    for name, values in given.items() if isinstance(given, dict) else ():
        if name in rules:
            check_values(document, rules[name], values, ("rules", name))


def sound(document: Document, section: str, part: type[P]) -> list[tuple[Location, P]]:
    """Entries of a list that have the right shape, with where they stand.

    The others are reported already; leaving them out lets every further check run.
    """
    entries = document.data.get(section)
    found: list[tuple[Location, P]] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        try:
            found.append(((section, index), part.model_validate(entry)))
        except ValidationError:
            continue
    return found


def check_values(document: Document, shape: type[BaseModel], values: Any, at: Location) -> bool:
    """Report every value at a location that the shape does not take; True if it takes all."""
    try:
        shape.model_validate(values)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            location = (*at, *fault["loc"])
            message, remedy = _worded(document.data, shape, fault, location)
            document.report(location, message, remedy)
        return False
    return True


def _worded(
    data: Any, shape: type[BaseModel], fault: ErrorDetails, at: Location
) -> tuple[str, str]:
    key, within = at[-1], title(data, at[:-1])
    if fault["type"] == "missing":
        return f'{within} lacks "{key}"', f"Add a line `{key}: …` to it."
    if fault["type"] == "extra_forbidden":
        known = _fields(shape, fault["loc"][:-1])
        return f'{within} has an unknown key "{key}"', choose(str(key), known)
    context = fault.get("ctx", {})
    remedy = context.get("remedy") or _REMEDIES.get(fault["type"], "Correct the value.")
    return f"{title(data, at)}: {_sentence(fault['msg'])}", remedy


def title(data: Any, at: Location) -> str:
    """A location as people find it: `functions "it", head`."""
    words: list[str] = []
    for step in at:
        data = _inside(data, step)
        name = data.get("id", data.get("name")) if isinstance(data, dict) else None
        if isinstance(step, int) and words:
            words[-1] += f' "{name}"' if name else f" entry {step + 1}"
        elif step != "[key]":
            words.append(str(step))
    return ", ".join(words) or "the model"


def _inside(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def _sentence(message: str) -> str:
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:]


def _fields(shape: type[BaseModel], loc: Location) -> list[str]:
    """Keys that the schema knows at a location."""
    for step in loc:
        if isinstance(step, str) and step in shape.model_fields:
            shape = _part(shape.model_fields[step].annotation) or shape
    return list(shape.model_fields)


def _part(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_part, get_args(annotation))), None)
