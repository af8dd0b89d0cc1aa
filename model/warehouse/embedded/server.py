"""Joining the embedded server; the first user starts it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy.engine import URL

from model.warehouse.embedded import cluster, process, roles
from model.warehouse.embedded.locks import exclusive, open_lock, share, try_exclusive
from model.warehouse.embedded.places import Places
from model.warehouse.embedded.programs import Account, EmbeddedFailed, account_for

_START_SECONDS = 60.0
_users: dict[Path, IO[bytes]] = {}
"""Open as long as this process uses the server, by data directory."""
_started: list[subprocess.Popen[bytes]] = []
"""Processes that outlive this one; kept so that nobody waits for them when they are collected."""


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

    Safe to call from several processes at once. Raises EmbeddedFailed.
    """
    data = data.absolute()
    _make_folder(data.parent)
    places = Places(data)
    if data not in _users:
        _users[data] = open_lock(places.users_lock)
        share(_users[data])
    with open_lock(places.start_lock) as starting, exclusive(starting):
        sockets = process.socket_folder(data) if process.running_server(data) else None
        if sockets is None:
            sockets = _start(places)
        # Who started it may have been killed before it came to the roles.
        if not places.roles_ready.exists():
            roles.ensure_roles(EmbeddedServer(sockets).url)
            places.roles_ready.touch()
        _ensure_watch(places)
    return EmbeddedServer(sockets)


def stop(data: Path) -> None:
    """End the server of this data directory, for all who use it."""
    data = data.absolute()
    places = Places(data)
    with open_lock(places.start_lock) as starting, exclusive(starting):
        process.end_server(data)
    if users := _users.pop(data, None):
        users.close()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedFailed(
            f"{folder} cannot be created ({error.strerror}). Allow Interlock's user to write "
            "there, or name a PostgreSQL server in INTERLOCK_WAREHOUSE_URL"
        ) from error


def _start(places: Places) -> Path:
    account = account_for(places.data.parent)
    process.end_server(places.data)
    cluster.ensure_cluster(places.data, account)
    sockets = places.sockets(account)
    process.remove_stale_files(places.data, sockets)
    _run_postgres(places, account, sockets)
    return sockets


def _run_postgres(places: Places, account: Account, sockets: Path) -> None:
    """Start the server without TCP; raises EmbeddedFailed with the end of its log."""
    arguments = ["-D", str(places.data), "-k", str(sockets), "-c", "listen_addresses="]
    arguments += cluster.access_arguments(places.data)
    with places.log.open("ab") as log:
        started = account.start("postgres", arguments, stdout=log, stderr=subprocess.STDOUT)
    _started.append(started)
    if not process.wait_until_ready(places.data, started, _START_SECONDS):
        started.kill()
        started.wait()
        end = places.log.read_text(errors="replace").strip().splitlines()[-3:]
        raise EmbeddedFailed(
            f"PostgreSQL does not start on {places.data}: {' '.join(end) or 'no word in its log'}. "
            f"Its log is {places.log}"
        )


def _ensure_watch(places: Places) -> None:
    with open_lock(places.watch_lock) as watching:
        if not try_exclusive(watching):
            return
    watch = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "model.warehouse.embedded.watch", str(places.data)],
        cwd=Path(__file__).parents[3],
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _started.append(watch)
