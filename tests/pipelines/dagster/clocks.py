"""The modules that ask when their run began."""

from __future__ import annotations

from pathlib import Path

_PIPELINES = Path(__file__).parents[3] / "pipelines"


_LEFT_ALONE = {"resource.py", "housekeeping.py"}
"""Where it is defined, and what compares it with the times that Dagster gave to its runs."""


def modules_with_a_clock() -> list[str]:
    """The names of all other modules of `pipelines` that call `run_instant`."""
    files = [path for path in _PIPELINES.rglob("*.py") if path.name not in _LEFT_ALONE]
    return sorted(
        ".".join(path.relative_to(_PIPELINES.parent).with_suffix("").parts)
        for path in files
        if "run_instant(" in path.read_text(encoding="utf-8")
    )
