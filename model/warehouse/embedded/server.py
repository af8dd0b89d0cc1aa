"""Joining the embedded server; the first user starts it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from model.warehouse.embedded import cluster, process, roles
from model.warehouse.embedded.locks import (
    exclusive_in_time,
    open_lock,
    open_private,
    share,
    try_exclusive,
)
from model.warehouse.embedded.places import Places
from model.warehouse.embedded.programs import (
    Account,
    EmbeddedFailed,
    account_for,
    passing_group,
)
from model.warehouse.locks import LockTimeout

_START_SECONDS = 60.0
_LEAST_FREE_BYTES = 16 * 1024 * 1024
"""A segment of its write-ahead log, without which it does not start."""
_users: dict[Path, IO[bytes]] = {}
"""Open as long as this process uses the server, by data directory."""


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A running server: the folder of its socket."""

    sockets: Path

    def url(self, role: str, database: str = roles.DATABASE) -> URL:
        """The address for one of the roles; nothing in it is a secret."""
        return URL.create(
            "postgresql+psycopg",
            username=role,
            database=database,
            query={"host": str(self.sockets)},
        )


def join(data: Path) -> EmbeddedServer:
    """Use the server of this data directory until the process ends; start it where none runs.

    Safe to call from several processes at once. Raises EmbeddedFailed, and LockTimeout where
    another process starts or ends the server and does not come to an end.
    """
    data = data.absolute()
    _make_folder(data.parent)
    places = Places(data)
    if data not in _users:
        # Before the start lock: the watch must see a user before it may end the server.
        users = open_lock(places.users_lock)
        try:
            share(users)
        except LockTimeout:
            users.close()
            raise
        _users[data] = users
    with open_lock(places.start_lock) as starting, exclusive_in_time(starting):
        # Before the server: whoever is killed after its start leaves somebody to end it.
        _ensure_watch(places)
        sockets = process.socket_folder(data) if process.running_server(data) else None
        if sockets is None:
            sockets = _start(places)
        # Who started it may have been killed before it came to the roles.
        if not places.roles_ready.exists():
            roles.ensure_roles(EmbeddedServer(sockets).url)
            places.roles_ready.touch()
    return EmbeddedServer(sockets)


def stop(data: Path) -> None:
    """End the server of this data directory, for all who use it."""
    data = data.absolute()
    places = Places(data)
    with open_lock(places.start_lock) as starting, exclusive_in_time(starting):
        process.end_server(data)
    if users := _users.pop(data, None):
        users.close()


def _make_folder(folder: Path) -> None:
    """Make the folder, closed to others, unless it is there; one that is there stays as it is."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not folder.is_dir():
            _make_closed(folder)
    except OSError as error:
        raise EmbeddedFailed(
            f"{folder} cannot be created ({error.strerror}). Allow Interlock's user to write "
            "there, or name a PostgreSQL server in INTERLOCK_WAREHOUSE_URL"
        ) from error


def _make_closed(folder: Path) -> None:
    # Under another name first, so that whoever sees the folder finds it as it stays.
    fresh = Path(tempfile.mkdtemp(prefix=f"{folder.name}.new-", dir=folder.parent))
    if group := passing_group():
        os.chown(fresh, -1, group)
        fresh.chmod(0o710)
    try:
        fresh.rename(folder)
    except OSError:
        fresh.rmdir()
        # Another process was first, and has its files there.
        if not folder.is_dir():
            raise


def _start(places: Places) -> Path:
    account = account_for(places.data.parent)
    process.end_server(places.data)
    process.end_orphans(places.data)
    cluster.ensure_cluster(places.data, account)
    sockets = places.sockets(account)
    process.remove_stale_files(places.data, sockets)
    _run_postgres(places, account, sockets)
    return sockets


def _run_postgres(places: Places, account: Account, sockets: Path) -> None:
    """Start the server without TCP; raises EmbeddedFailed with the end of its log."""
    arguments = ["-D", str(places.data), "-k", str(sockets), "-c", "listen_addresses="]
    arguments += cluster.access_arguments(places.data)
    with open_private(places.log) as log:
        began = log.tell()
        started = account.start("postgres", arguments, stdout=log, stderr=subprocess.STDOUT)
    if not process.wait_until_ready(places.data, started, _START_SECONDS):
        started.kill()
        started.wait()
        words = places.log.read_bytes()[began:].decode(errors="replace")
        raise EmbeddedFailed(
            f"PostgreSQL does not start on {places.data}: {_why_not_started(places, words)}"
        )
    _leave_running(started)


def _why_not_started(places: Places, words: str) -> str:
    """The cause by what this start wrote into the log, and what to do."""
    # Asked of the disk, because a log on a full disk does not say so.
    if shutil.disk_usage(places.data).free < _LEAST_FREE_BYTES:
        return "its disk is full. Free space on it, then run the command again"
    lines = words.strip().splitlines()
    severe = [line for line in lines if re.search(r" (FATAL|PANIC): ", line)]
    shown = severe[:1] or lines[-1:]
    return f"{' '.join(shown) or 'no word in its log'}. Its log is {places.log}"


def _ensure_watch(places: Places) -> None:
    with open_lock(places.watch_lock) as watching:
        # Somebody watches already; a second one would only wait for the first.
        if not try_exclusive(watching):
            return
    watch = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "model.warehouse.embedded.watch", str(places.data)],
        # Where the package is importable, wherever the command was called.
        cwd=Path(__file__).parents[3],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _leave_running(watch)


def _leave_running(process: subprocess.Popen[bytes]) -> None:
    """Let it outlive this process, without a warning that nobody waited for it."""
    # What Popen looks at when it is collected, at the latest when the interpreter ends.
    process.returncode = 0
