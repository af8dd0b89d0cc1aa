"""`interlock init`: an instance folder for tools of your own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import typer

from pipelines.cli.output import print_error, print_line

_TEMPLATE = files("pipelines.template")
_PLACES = {
    "interlock.yaml": "interlock.yaml",
    "dagster.yaml": "dagster.yaml",
    "model.yaml": "operating_model/model.yaml",
}
"""Each file of the template and where it goes."""
_NEVER_COMMIT = "state/\nhistory/\nschedules/\nstorage/\n"


def init(folder: Path) -> None:
    """Write the template there; raises Exit(1) rather than overwrite anything."""
    present = [place for place in _PLACES.values() if (folder / place).exists()]
    if present:
        print_error(f"{folder} holds {', '.join(present)} already. Name another folder")
        raise typer.Exit(1)
    for name, place in _PLACES.items():
        _write(folder / place, _TEMPLATE.joinpath(name).read_text(encoding="utf-8"))
    if not (folder / ".gitignore").exists():
        _write(folder / ".gitignore", _NEVER_COMMIT)
    print_line(f"✓ {folder / 'interlock.yaml'}: fill in the first connection")
    print_line(f"✓ {folder / 'operating_model'}: fill in who plans and who decides")
    print_line(f"Then: INTERLOCK_HOME={folder} interlock check")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
