"""Replacing a file that people may have open in other programs: all of it, or nothing."""

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
    """A file that cannot be replaced now: why, and what a person can do about it."""

    reason: str
    remedy: str


def replace_file(path: Path, before: bytes | None, after: bytes) -> None:
    """Replace the content `before` (None: there is no file) with `after`, or raise FileBlocked.

    The new file is complete on disk before it gets the name, and gets it only while the content
    is still `before` and no program has the file open.
    """
    path = path.resolve()
    if lock := find_lock(path):
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


def find_lock(path: Path) -> Path | None:
    """The lock file of Excel (`~$…`) or LibreOffice (`.~lock.…#`) beside an open file, if any."""
    names = (f"~${path.name}", f".~lock.{path.name}#")
    return next((lock for name in names if (lock := path.with_name(name)).exists()), None)


def _replace(path: Path, before: bytes | None, after: bytes) -> None:
    if before is not None and not os.access(path, os.W_OK):
        raise PermissionError("it is read-only")
    # In the same folder: a rename is only atomic within one file system.
    handle, name = tempfile.mkstemp(_TEMPORARY, f".{path.name}.", path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
            file.flush()
            # Before the rename: after a power cut the name could otherwise lead to an empty file.
            os.fsync(file.fileno())
        _copy_mode(path, temporary)
        # As late as possible: what a person saved since the file was read must not be lost.
        if (path.read_bytes() if path.exists() else None) != before:
            raise FileBlocked(f"{path.name} was changed meanwhile", "The next sync reads it again")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _copy_mode(path: Path, temporary: Path) -> None:
    """Give the new file the permissions of the old one."""
    # mkstemp lets only the owner read it.
    if path.exists():
        shutil.copymode(path, temporary)
    else:
        temporary.chmod(0o644)


def _clear_leftovers(path: Path) -> None:
    """Remove temporary files of killed runs."""
    # Should another run be writing now, its file is gone: it fails and writes again next time.
    for leftover in path.parent.glob(f".{escape(path.name)}.*{_TEMPORARY}"):
        leftover.unlink(missing_ok=True)
