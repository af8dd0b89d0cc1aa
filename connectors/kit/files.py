"""Replacing a file of people's that other programs may have open: all of it, or nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from glob import escape
from pathlib import Path

_TEMPORARY = ".interlock"


@dataclass
class FileBlocked(Exception):
    """A file that cannot be replaced just now: why, and what lets it through."""

    reason: str
    remedy: str


def replace_file(path: Path, before: bytes | None, after: bytes) -> None:
    """Put `after` in the place of `before` (None: of no file), or raise FileBlocked.

    The new file is complete on disk before it takes the name, and takes it only when the file
    is still what was read and no one has it open.
    """
    path = path.resolve()
    if lock := lock_of(path):
        raise FileBlocked(
            f"{path.name} is open (lock file {lock.name})",
            "Close it, or delete the lock file if a crash left it; the next sync writes again",
        )
    _clear_leftovers(path)
    try:
        _replace(path, before, after)
    except OSError as error:
        raise FileBlocked(
            f"{path.name} cannot be written ({error.strerror or error})",
            "Allow Interlock's user to write the file and its folder",
        ) from error


def lock_of(path: Path) -> Path | None:
    """The lock file that Excel (`~$…`) or LibreOffice (`.~lock.…#`) keeps beside an open file."""
    names = (f"~${path.name}", f".~lock.{path.name}#")
    return next((lock for name in names if (lock := path.with_name(name)).exists()), None)


def _replace(path: Path, before: bytes | None, after: bytes) -> None:
    if before is not None and not os.access(path, os.W_OK):
        raise PermissionError("it is read-only")
    handle, name = tempfile.mkstemp(_TEMPORARY, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        _take_mode(path, temporary)
        if (path.read_bytes() if path.exists() else None) != before:
            raise FileBlocked(f"{path.name} was changed meanwhile", "The next sync reads it anew")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _take_mode(path: Path, temporary: Path) -> None:
    """Let the new file be open to whom the old one was; mkstemp makes it its owner's alone."""
    if path.exists():
        shutil.copymode(path, temporary)
    else:
        temporary.chmod(0o644)


def _clear_leftovers(path: Path) -> None:
    """Remove what a killed run left; whoever is writing now sees its file gone and gives up."""
    for leftover in path.parent.glob(f".{escape(path.name)}.*{_TEMPORARY}"):
        leftover.unlink(missing_ok=True)
