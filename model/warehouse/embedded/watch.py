"""Ends the embedded server once nobody uses it: a process of its own, which outlives a kill.

`python -m model.warehouse.embedded.watch STATE` waits for the lock that every user shares. The
kernel gives it up for a killed process too, so a server never runs on without a user.
"""

from __future__ import annotations

import fcntl
import sys
import time
from pathlib import Path

from model.warehouse.embedded.locks import exclusive, share, try_exclusive
from model.warehouse.embedded.places import Places
from model.warehouse.embedded.process import end_server

LINGER_SECONDS = 3.0
"""The next command finds the server still running."""


def watch(places: Places) -> None:
    """Wait for the last user to leave, then end the server."""
    watching = try_exclusive(places.watch_lock)
    if watching is None:
        return
    with watching:
        while True:
            with share(places.users_lock) as users:
                fcntl.flock(users, fcntl.LOCK_EX)
            time.sleep(LINGER_SECONDS)
            users_lock = try_exclusive(places.users_lock)
            if users_lock is None:
                continue
            with users_lock, exclusive(places.start_lock):
                end_server(places.data)
            return


if __name__ == "__main__":
    watch(Places(Path(sys.argv[1])))
