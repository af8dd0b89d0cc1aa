"""Where a tool's state comes from, and where it is kept between two starts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Protocol, TypeVar

import orjson
import yaml
from pydantic import TypeAdapter


class State(Protocol):
    base_url: str


S = TypeVar("S", bound=State)


def save(state: State, path: Path) -> None:
    """Write the whole state to a file beside it, then put it in place: never half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    with beside.open("wb") as file:
        file.write(orjson.dumps(state, default=lambda model: model.model_dump()))
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def load(kind: type[S], path: Path, base_url: str) -> S:
    """Read a state back; addresses within it follow the server, whose port may be another now."""
    text = path.read_text(encoding="utf-8")
    before = orjson.loads(text)["base_url"]
    return TypeAdapter(kind).validate_json(text.replace(before, base_url))


def read_description(directory: Path, name: str) -> dict[str, Any]:
    """The content of NAME.json or NAME.yaml below the directory; empty where there is neither."""
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
