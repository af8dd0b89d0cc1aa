"""Whether the values of a document have the shape of the schema, reported in the file's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from model.operating_model.documents import Document, Location
from model.operating_model.locations import follow
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
        # Without the input: a refused value may be a secret in the wrong place.
        for fault in error.errors(include_url=False, include_input=False):
            keys, known = follow(shape, fault["loc"])
            location = (*at, *keys)
            if tag := _tag_problem(document.data, fault, location):
                document.report(*tag)
                continue
            message, remedy = _problem_text(document.data, known, fault, location)
            document.report(location, message, remedy)
        return False
    return True


def _problem_text(
    data: Any, known: list[str], fault: ErrorDetails, at: Location
) -> tuple[str, str]:
    key, within = at[-1], title(data, at[:-1])
    if fault["type"] == "missing":
        return f'{within} lacks "{key}"', f"Add a line `{key}: …` to it."
    if fault["type"] == "extra_forbidden":
        return f'{within} has an unknown key "{key}"', choose(str(key), known)
    context = fault.get("ctx", {})
    remedy = context.get("remedy") or _REMEDIES.get(fault["type"], "Correct the value.")
    return f"{title(data, at)}: {_error_clause(fault['msg'])}", remedy


def _tag_problem(data: Any, fault: ErrorDetails, at: Location) -> tuple[Location, str, str] | None:
    """Place, message and remedy where the key that tells the shape of a part is missing or wrong;
    None for other faults."""
    context = fault.get("ctx", {})
    if fault["type"] == "union_tag_not_found":
        key = str(context["discriminator"]).strip("'")
        return at, f'{title(data, at)} lacks "{key}"', f"Add a line `{key}: …` to it."
    if fault["type"] == "union_tag_invalid":
        key = str(context["discriminator"]).strip("'")
        tags = re.findall(r"'([^']*)'", str(context["expected_tags"]))
        tag = str(context["tag"])
        return (*at, key), f'{title(data, (*at, key))}: "{tag}" is not known', choose(tag, tags)
    return None


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
