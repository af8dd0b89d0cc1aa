"""`interlock init`: an instance folder for tools of your own."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from shlex import quote

import typer

from connectors.tools import installed_tools
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.output import print_error, print_line
from pipelines.deployment import FILE
from pipelines.instance import HOME_VARIABLE

_TEMPLATE = files("pipelines.template")
_DESTINATIONS = {
    FILE: FILE,
    "dagster.yaml": "dagster.yaml",
    "model.yaml": "operating_model/model.yaml",
}
"""Where each file of the template goes."""
_FIRST_TOOL = "jira"
# What Dagster and the embedded warehouse write here has no place in version control.
_GITIGNORE = "state/\nhistory/\nschedules/\nstorage/\n"


def init(folder: Path) -> None:
    """Write the template into `folder`; raises Exit rather than overwrite a file."""
    present = [path for path in _DESTINATIONS.values() if (folder / path).exists()]
    if present:
        print_error(f"{folder} holds {', '.join(present)} already. Name another folder")
        raise typer.Exit(ExitCode.MISCONFIGURED)
    for name, path in _DESTINATIONS.items():
        text = _TEMPLATE.joinpath(name).read_text(encoding="utf-8")
        # The template of interlock.yaml ends with the line `connections:`.
        _write(folder / path, text + _connection_examples() if name == FILE else text)
    if not (folder / ".gitignore").exists():
        _write(folder / ".gitignore", _GITIGNORE)
    print_line(f"✓ {folder / 'interlock.yaml'}: fill in the first connection")
    print_line(f"✓ {folder / 'operating_model'}: fill in who plans and who decides")
    print_line("Then:")
    # Absolute, so that it holds in every folder.
    print_line(f"export {HOME_VARIABLE}={quote(str(folder.resolve()))}")
    print_line("interlock check")


def _connection_examples() -> str:
    """The example of every installed tool: the first one to fill in, the others commented out."""
    tools = installed_tools().tools
    names = sorted(tools, key=lambda name: (name != _FIRST_TOOL, name))
    first, *others = (tools[name].example for name in names)
    return "\n".join([first, *("".join(_comment_out(example)) for example in others)])


def _comment_out(example: str) -> Iterator[str]:
    for line in example.splitlines(keepends=True):
        # The examples are indented by two spaces, as an entry below `connections:`.
        yield f"  # {line[2:]}" if line.strip() else line


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
