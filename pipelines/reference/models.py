"""Tables of the fields of pydantic models: name, form, default and meaning."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from model.records import Money

Model = type[BaseModel]
_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    Decimal: "number",
    bool: "true or false",
    date: "date",
    Money: "amount with currency",
    Any: "anything",
}


def describe_models(root: Model, heading: str = "###") -> Iterator[str]:
    """Markdown blocks: the fields of a model, then those of each model that its fields hold."""
    for model in _collect_models(root):
        if model is not root:
            yield f"{heading} {model.__name__}"
        yield from describe_model(model)


def describe_model(model: Model) -> Iterator[str]:
    """The docstring of a model and a table of its fields."""
    # Not inspect.getdoc, which would answer with the docstring of a base class.
    if model.__doc__:
        yield inspect.cleandoc(model.__doc__)
    docstrings = _field_docstrings(model)
    rows = [
        (
            f"`{field.alias or name}`",
            _form(field.annotation),
            _default(field),
            docstrings.get(name, ""),
        )
        for name, field in model.model_fields.items()
    ]
    if rows:
        yield format_table(("Setting", "Form", "Default", "Meaning"), rows)


def format_table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table; a column that is empty in all rows is left out."""
    columns = [i for i in range(len(headings)) if any(row[i] for row in rows)]
    lines = [[headings[i] for i in columns], ["---"] * len(columns)]
    lines += [[_escape_cell(row[i]) for i in columns] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _escape_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _collect_models(root: Model) -> list[Model]:
    """The model and all that its fields refer to, each one time, in the order of their fields."""
    models = [root]
    # The list grows while it is read, so that the models of models are collected too.
    for model in models:
        for field in model.model_fields.values():
            models += [each for each in _models_in(field.annotation) if each not in models]
    return models


def _models_in(annotation: Any) -> Iterator[Model]:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
    # The values of a Literal are no types.
    elif get_origin(annotation) is not Literal:
        for argument in get_args(annotation):
            yield from _models_in(argument)


def _form(annotation: Any) -> str:
    """How a value is written in YAML, in words."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _form(arguments[0])
    if origin is Literal:
        return ", ".join(f"`{value}`" for value in arguments)
    if origin in (Union, UnionType):
        forms = (_form(argument) for argument in arguments if argument is not NoneType)
        return " or ".join(dict.fromkeys(forms))
    if origin is tuple:
        return f"list of: {_form(arguments[0])}"
    if origin is dict:
        return f"mapping of {_form(arguments[0])} to {_form(arguments[1])}"
    return _form_of_class(annotation)


def _form_of_class(annotation: Any) -> str:
    if inspect.isclass(annotation) and issubclass(annotation, BaseModel):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if inspect.isclass(annotation) and issubclass(annotation, Enum):
        # A number in a record is written by its name in YAML.
        names = (each.value if isinstance(each.value, str) else each.name for each in annotation)
        return ", ".join(f"`{name.lower().replace('_', ' ')}`" for name in names)
    return _PLAIN.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "*required*"
    text = format_default(field.get_default(call_default_factory=True))
    return f"`{text}`" if text else ""


def format_default(value: Any) -> str:
    """A default as it would be written in YAML; empty where it means that nothing is set."""
    if value is None or value in ((), {}, ""):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Enum):
        return (value.value if isinstance(value.value, str) else value.name).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(str, value))}]"
    if isinstance(value, Money):
        return f"{value.amount.normalize():f} {value.currency}"
    return _format_model(value) if isinstance(value, BaseModel) else str(value)


def _format_model(value: BaseModel) -> str:
    texts = {name: format_default(getattr(value, name)) for name in type(value).model_fields}
    stated = ", ".join(f"{name}: {text}" for name, text in texts.items() if text)
    return f"{{ {stated} }}" if stated else ""


def _field_docstrings(model: Model) -> dict[str, str]:
    """The text below each field, of the class and of those that it inherits from."""
    docstrings: dict[str, str] = {}
    # From the base down, so that a class may word an inherited field anew.
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            docstrings |= _docstrings_in_source(base)
    return docstrings


def _docstrings_in_source(model: Model) -> dict[str, str]:
    # From the source: Python keeps no docstrings of fields.
    (definition,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(definition, ast.ClassDef)
    docstrings = {}
    for field, text in zip(definition.body, definition.body[1:], strict=False):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(docstring))),
            ):
                docstrings[name] = inspect.cleandoc(docstring)
    return docstrings
