"""Whether the values of a document have the shape of the schema, reported in the file's words."""

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
    "tuple_type": "Write a list: one `- entry` per line, or [a, b].",
    "model_type": "Write `key: value` lines below it.",
    "dict_type": "Write `key: value` lines below it.",
    "too_short": "Name at least one.",
}


def check_shape(document: Document) -> None:
    """Report all values that the schema does not accept, and all keys it does not know."""
    check_values(document, OperatingModel, document.data, ())


def check_parameters(document: Document, rules: Mapping[str, type[BaseModel]]) -> None:
    """Report all parameters that their rules do not accept."""
    section = document.data.get("rules")
    for name, values in section.items() if isinstance(section, dict) else ():
        if name in rules:
            check_values(document, rules[name], values, ("rules", name))


def valid_entries(document: Document, section: str, part: type[P]) -> list[tuple[Location, P]]:
    """The entries of a list that have the right shape, each with its location.

    The others are reported already; without them every further check can run.
    """
    entries = document.data.get(section)
    valid: list[tuple[Location, P]] = []
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        try:
            valid.append(((section, index), part.model_validate(entry)))
        except ValidationError:
            continue
    return valid


def check_values(document: Document, shape: type[BaseModel], values: Any, at: Location) -> bool:
    """Report all values at a location that the shape does not accept; True if it accepts all."""
    try:
        shape.model_validate(values)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            location = (*at, *fault["loc"])
            message, remedy = _problem_text(document.data, shape, fault, location)
            document.report(location, message, remedy)
        return False
    return True


def _problem_text(
    data: Any, shape: type[BaseModel], fault: ErrorDetails, at: Location
) -> tuple[str, str]:
    key, within = at[-1], title(data, at[:-1])
    if fault["type"] == "missing":
        return f'{within} lacks "{key}"', f"Add a line `{key}: …` to it."
    if fault["type"] == "extra_forbidden":
        known = _field_names(shape, fault["loc"][:-1])
        return f'{within} has an unknown key "{key}"', choose(str(key), known)
    context = fault.get("ctx", {})
    remedy = context.get("remedy") or _REMEDIES.get(fault["type"], "Correct the value.")
    return f"{title(data, at)}: {_error_clause(fault['msg'])}", remedy


def title(data: Any, at: Location) -> str:
    """A location in the file's words: `functions "it", head`."""
    words: list[str] = []
    for step in at:
        data = _child(data, step)
        name = data.get("id", data.get("name")) if isinstance(data, dict) else None
        if isinstance(step, int) and words:
            words[-1] += f' "{name}"' if name else f" entry {step + 1}"
        # pydantic marks a fault in the key of a mapping by this extra step.
        elif step != "[key]":
            words.append(str(step))
    return ", ".join(words) or "the model"


def _child(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def _error_clause(message: str) -> str:
    message = message.removeprefix("Value error, ").removeprefix("Assertion failed, ")
    return message[:1].lower() + message[1:]


def _field_names(shape: type[BaseModel], loc: Location) -> list[str]:
    """The keys that the schema knows at a location."""
    for step in loc:
        if isinstance(step, str) and step in shape.model_fields:
            shape = _nested_model(shape.model_fields[step].annotation) or shape
    return list(shape.model_fields)


def _nested_model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_nested_model, get_args(annotation))), None)
