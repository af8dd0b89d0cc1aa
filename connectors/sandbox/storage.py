"""Reading the contents with which a tool starts, and its state between two starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson
import yaml
from pydantic import TypeAdapter


class UnlistedName(ValueError):
    """A file refers by name to something that it does not list."""


class ToolState(Protocol):
    """A dataclass with everything that one stand-in holds."""

    base_url: str


S = TypeVar("S", bound=ToolState)


def save(state: ToolState, path: Path) -> None:
    """Write the whole state as JSON, atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(orjson.dumps(state, default=lambda model: model.model_dump()))
        file.flush()
        # Without fsync the rename can reach the disk before the content does.
        os.fsync(file.fileno())
    temporary.replace(path)


def load(kind: type[S], path: Path, base_url: str) -> S:
    """Read a saved state for a server at this URL."""
    text = path.read_text(encoding="utf-8")
    # URLs within the state have the address of the server that saved it.
    saved_url = orjson.loads(text)["base_url"]
    return TypeAdapter(kind).validate_json(text.replace(saved_url, base_url))


def read_description(directory: Path, name: str) -> dict[str, Any]:
    """The mapping in NAME.json or NAME.yaml of a directory; empty where there is neither.

    Raises ValueError where the file holds anything but a mapping.
    """
    as_json, as_yaml = directory / f"{name}.json", directory / f"{name}.yaml"
    if as_json.exists():
        content = orjson.loads(as_json.read_bytes())
    elif as_yaml.exists():
        content = yaml.safe_load(as_yaml.read_text(encoding="utf-8"))
    else:
        return {}
    if not isinstance(content, dict):
        raise ValueError(f"{directory / name}: a mapping is expected at the top")
    return content
