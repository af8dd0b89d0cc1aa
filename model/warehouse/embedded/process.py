"""Whether a server runs on a data directory, and ending it.

`postmaster.pid` survives a crash and a reboot, may be empty or cut off, and may name a process
that has nothing to do with PostgreSQL. So a server counts as ours only if a process of its id
works in the data directory.
"""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from model.warehouse.embedded.programs import EmbeddedFailed

_PID_FILE = "postmaster.pid"
_SOCKET_LINE, _STATUS_LINE = 4, 7
"""Lines of `postmaster.pid` counted from 0, see PostgreSQL's src/include/utils/pidfile.h."""
_STOP_SECONDS = 30


def running_server(data: Path) -> psutil.Process | None:
    """The postmaster of this data directory."""
    lines = _pid_file(data)
    if lines and lines[0].strip().isdigit():
        with suppress(psutil.Error):
            process = psutil.Process(int(lines[0]))
            if _works_in(process, data):
                return process
    # Without a readable file the processes themselves tell; a second server would be refused.
    return next(_postmasters(data), None)


def socket_folder(data: Path) -> Path | None:
    """The folder of the server's socket, once the server is ready for connections."""
    lines = _pid_file(data)
    if len(lines) <= _STATUS_LINE or lines[_STATUS_LINE].strip() != "ready":
        return None
    return Path(lines[_SOCKET_LINE])


def remove_stale_files(data: Path, sockets: Path) -> None:
    """Remove what a server that no longer runs left: it would keep the next one from starting."""
    (data / _PID_FILE).unlink(missing_ok=True)
    for leftover in sockets.glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def end_server(data: Path) -> None:
    """End the server of this data directory; returns when it is gone. Raises EmbeddedFailed.

    A fast shutdown (SIGINT) ends sessions and writes a checkpoint:
    https://www.postgresql.org/docs/current/server-shutdown.html.
    """
    process = running_server(data)
    if process is None:
        return
    # It may end between being found and being signalled.
    with suppress(psutil.NoSuchProcess):
        # Not SIGTERM, which waits for sessions to end by themselves.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except psutil.TimeoutExpired:
            raise EmbeddedFailed(
                f"the PostgreSQL server of {data} (process {process.pid}) does not end. "
                "Look into its log beside the data, and end it by hand"
            ) from None


def end_orphans(data: Path) -> None:
    """End the processes of a server that was killed; they would write beside the next server.

    Each ends by itself once it looks for its server, which a busy session does late.
    """
    orphans = list(_workers(data))
    for orphan in orphans:
        with suppress(psutil.NoSuchProcess):
            orphan.kill()
    psutil.wait_procs(orphans, _STOP_SECONDS)


def wait_until_ready(data: Path, started: subprocess.Popen[bytes], seconds: float) -> bool:
    """Wait for connections; False when the server ended or needs longer."""
    end = time.monotonic() + seconds
    while started.poll() is None and time.monotonic() < end:
        if socket_folder(data):
            return True
        # Seconds; a start takes about half a second, and nothing announces its end.
        time.sleep(0.02)
    return False


def _pid_file(data: Path) -> list[str]:
    try:
        return (data / _PID_FILE).read_text(errors="replace").splitlines()
    except OSError:
        return []


def _works_in(process: psutil.Process, data: Path) -> bool:
    """Whether a process is of a PostgreSQL server whose directory is the data directory."""
    return process.name() == "postgres" and Path(process.cwd()) == data.resolve()


def _is_postmaster(process: psutil.Process) -> bool:
    """Whether it is the server itself: its sessions and helpers rename themselves."""
    parent = process.parent()
    is_child = parent is not None and parent.name() == "postgres"
    return not is_child and not process.cmdline()[0].startswith("postgres:")


def _workers(data: Path) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if _works_in(process, data):
                yield process


def _postmasters(data: Path) -> Iterator[psutil.Process]:
    for process in _workers(data):
        with suppress(psutil.Error, OSError, IndexError):
            if _is_postmaster(process):
                yield process
