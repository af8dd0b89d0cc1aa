"""File locks by which processes agree on the server; the kernel drops them with their holder."""

from __future__ import annotations

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from model.warehouse.locks import WAIT_SECONDS, LockTimeout

_PAUSE_SECONDS = 0.05


def open_private(path: Path) -> IO[bytes]:
    """A file that is appended to and that only its owner may open, made if need be.

    One of ours that is open to others is closed to them. Raises OSError for a link.
    """
    # Appending creates the file and never empties one that others have open.
    file = open(path, "ab", opener=_open_closed_to_others)  # noqa: SIM115
    status = os.fstat(file.fileno())
    is_open = stat.S_ISREG(status.st_mode) and status.st_mode & 0o077
    if is_open and status.st_uid == os.geteuid():
        os.fchmod(file.fileno(), 0o600)
    return file


def _open_closed_to_others(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NOFOLLOW, 0o600)


def open_lock(path: Path) -> IO[bytes]:
    """The file of a lock, made if need be. Closing it gives the lock up."""
    # Whoever can open it can hold the lock.
    return open_private(path)


@contextmanager
def exclusive(file: IO[bytes]) -> Iterator[None]:
    """Keep every other process out of the block, however long one of them has to be waited for."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


@contextmanager
def exclusive_in_time(file: IO[bytes]) -> Iterator[None]:
    """Keep every other process out of the block; raises LockTimeout."""
    _take(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def share(file: IO[bytes]) -> None:
    """Hold the lock together with others; waits for one who has it alone. Raises LockTimeout."""
    _take(file, fcntl.LOCK_SH)


def try_exclusive(file: IO[bytes]) -> bool:
    """Take the lock if nobody else has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _take(file: IO[bytes], kind: int) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                raise LockTimeout(
                    f"another process holds {file.name} and did not release it within "
                    f"{WAIT_SECONDS:g} s. Nothing was changed here; end that process, which "
                    f"`fuser {file.name}` names, or run the command again later"
                ) from None
            # flock(2) has no limit of its own, and a signal for one reaches the main thread alone.
            time.sleep(_PAUSE_SECONDS)
        else:
            return
