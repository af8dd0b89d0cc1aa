"""Ends the embedded server once nobody uses it: a process of its own, which outlives a kill.

`python -m model.warehouse.embedded.watch STATE` waits for the lock that every user shares. The
kernel gives it up for a killed process too, so a server never runs on without a user.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from model.warehouse.embedded.locks import exclusive, open_lock, try_exclusive
from model.warehouse.embedded.places import Places
from model.warehouse.embedded.process import end_server

LINGER_SECONDS = 3.0
"""The next command finds the server still running."""


def watch(places: Places) -> None:
    """Wait for the last user to leave, then end the server."""
    # Opened once: the folder may be removed meanwhile, and must not come back.
    with (
        open_lock(places.users_lock) as users,
        open_lock(places.start_lock) as starting,
        # Closed first: a user who waits for the others has to see that this watch is over.
        open_lock(places.watch_lock) as watching,
    ):
        if not try_exclusive(watching):
            return
        while True:
            # Blocks until the last user is gone; the lock is given up at once, as a new user may
            # come.
            with exclusive(users):
                pass
            time.sleep(LINGER_SECONDS)
            # Kept from here to the end of the server, so that whoever comes now waits and starts a
            # new one.
            if try_exclusive(users):
                break
        with exclusive(starting):
            end_server(places.data)


if __name__ == "__main__":
    watch(Places(Path(sys.argv[1])))
