"""`interlock init`: an instance folder for tools of your own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import typer

from pipelines.cli.output import print_error, print_line

_TEMPLATE = files("pipelines.template")
_DESTINATIONS = {
    "interlock.yaml": "interlock.yaml",
    "dagster.yaml": "dagster.yaml",
    "model.yaml": "operating_model/model.yaml",
}
"""Where each file of the template goes."""
# What Dagster and the embedded warehouse write here has no place in version control.
_GITIGNORE = "state/\nhistory/\nschedules/\nstorage/\n"


def init(folder: Path) -> None:
    """Write the template into `folder`; raises Exit(1) rather than overwrite a file."""
    present = [path for path in _DESTINATIONS.values() if (folder / path).exists()]
    if present:
        print_error(f"{folder} holds {', '.join(present)} already. Name another folder")
        raise typer.Exit(1)
    for name, path in _DESTINATIONS.items():
        _write(folder / path, _TEMPLATE.joinpath(name).read_text(encoding="utf-8"))
    if not (folder / ".gitignore").exists():
        _write(folder / ".gitignore", _GITIGNORE)
    print_line(f"✓ {folder / 'interlock.yaml'}: fill in the first connection")
    print_line(f"✓ {folder / 'operating_model'}: fill in who plans and who decides")
    print_line(f"Then: INTERLOCK_HOME={folder} interlock check")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
