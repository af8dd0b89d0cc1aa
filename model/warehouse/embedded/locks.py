"""File locks by which processes agree on the server; the kernel drops them with their holder."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


def open_lock(path: Path) -> IO[bytes]:
    """The file of a lock, made if need be. Closing it gives the lock up."""
    return path.open("ab")


@contextmanager
def exclusive(file: IO[bytes]) -> Iterator[None]:
    """Keep every other process out of the block."""
    fcntl.flock(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)


def share(file: IO[bytes]) -> None:
    """Hold the lock together with others; waits for one who has it alone."""
    fcntl.flock(file, fcntl.LOCK_SH)


def try_exclusive(file: IO[bytes]) -> bool:
    """Take the lock if nobody else has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
