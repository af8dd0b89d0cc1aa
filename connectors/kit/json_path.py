"""Values inside JSON by a short path: `fields.due.date`, `assignees[0].login`, `labels[*].name`.

A path names keys separated by dots; `[0]` picks an element of a list, `[*]` all of them. `$` means
the whole value. Keys that contain dots or brackets cannot be named.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

_PATH = re.compile(
    r"\$|(?:\$\.?)?[^.\[\]$]+(?:\[(?:\d+|\*)\])*(?:\.[^.\[\]$]+(?:\[(?:\d+|\*)\])*)*"
)
_STEP = re.compile(r"[^.\[\]$]+|\[\d+\]|\[\*\]")
_ALL = "[*]"


def find_value(value: Any, path: str) -> Any:
    """The value at a path, None where there is none; with `[*]` a list of all that are there."""
    return _descend(value, _parse_steps(path))


def find_gap(value: Any, path: str) -> tuple[str, Any] | None:
    """The path of the object that should hold the last key and is absent, and what is in its place.

    That is the nearest value on the way to it. None where the object is there, or null on the way
    to it says that there is none.
    """
    *above, last = _parse_steps(path) or ("",)
    for step in above:
        if value is None or isinstance(step, int) or step == _ALL:
            return None
        if not isinstance(value, dict) or step not in value:
            return ".".join(map(str, above)), value
        value = value[step]
    if value is None or isinstance(value, dict) or not isinstance(last, str):
        return None
    return ".".join(map(str, above)), value


def check_path(path: str) -> str:
    """The path itself; raises ValueError for text that is no path."""
    if not _PATH.fullmatch(path):
        raise ValueError(f'"{path}" is no path like fields.due, assignees[0].login or $')
    return path


@lru_cache(maxsize=512)
def _parse_steps(path: str) -> tuple[str | int, ...]:
    steps = _STEP.findall(path)
    return tuple(
        int(step[1:-1]) if step.startswith("[") and step != _ALL else step for step in steps
    )


def _descend(value: Any, steps: tuple[str | int, ...]) -> Any:
    for at, step in enumerate(steps):
        if step == _ALL:
            elements = value if isinstance(value, list) else []
            values = (_descend(element, steps[at + 1 :]) for element in elements)
            return [element for element in values if element is not None]
        value = _pick(value, step)
    return value


def _pick(value: Any, step: str | int) -> Any:
    if isinstance(step, int):
        return value[step] if isinstance(value, list) and step < len(value) else None
    return value.get(step) if isinstance(value, dict) else None
