"""Where the embedded server keeps its data, locks, log and socket."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from model.warehouse.embedded.programs import Account, EmbeddedFailed

_LONGEST_SOCKET = 100
"""Bytes; a Unix socket's address has 108 on Linux and 104 on macOS (unix(7))."""
_SOCKET_NAME = ".s.PGSQL.5432.lock"


@dataclass(frozen=True, slots=True)
class Places:
    """Files of one embedded server; `data` is its data directory, the others lie beside it."""

    data: Path

    @property
    def start_lock(self) -> Path:
        return self._beside("start")

    @property
    def users_lock(self) -> Path:
        return self._beside("users")

    @property
    def watch_lock(self) -> Path:
        return self._beside("watch")

    @property
    def roles_ready(self) -> Path:
        """Exists once the roles and the database do; it goes with the data."""
        return self.data / "interlock_roles_ready"

    @property
    def log(self) -> Path:
        return self._beside("log")

    def _beside(self, name: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{name}")

    def sockets(self, account: Account) -> Path:
        """A folder that only the account may enter, made if need be; raises EmbeddedFailed.

        It lies below the data directory unless its path is too long for a socket.
        """
        inside = self.data / "sockets"
        if len(os.fsencode(inside / _SOCKET_NAME)) <= _LONGEST_SOCKET:
            folder = inside
        else:
            digest = hashlib.sha256(os.fsencode(self.data.resolve())).hexdigest()[:16]
            folder = Path(tempfile.gettempdir()) / f"interlock-{os.geteuid()}-{digest}"
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        is_ours = status.st_uid in (os.geteuid(), account.uid) and not status.st_mode & 0o077
        # Before it is given away: what a link of somebody else names is not ours to give.
        if folder.is_symlink() or not is_ours:
            raise EmbeddedFailed(
                f"{folder} belongs to somebody else or is open to others, so PostgreSQL's socket "
                "cannot lie there. Remove it, or set TMPDIR to a folder of your own"
            )
        account.own(folder)
        return folder
