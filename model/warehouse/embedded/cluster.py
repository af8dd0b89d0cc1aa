"""The data directory: complete or absent, whenever its creation was interrupted."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from model.warehouse.embedded.programs import Account, EmbeddedFailed

SUPERUSER = "postgres"
_HBA = "interlock_hba.conf"
_IDENT = "interlock_ident.conf"
_MAP = "interlock"
_FAILURE = re.compile(r"FATAL|PANIC|ERROR|error:|could not")
_NEVER_STARTED = "postmaster.opts"
"""The server writes this file at each start, so a directory without it never held a row."""


def ensure_cluster(data: Path, account: Account) -> None:
    """Create the data directory unless it is there; raises EmbeddedFailed.

    initdb works in a directory beside it, which takes the name when it is complete. What an
    interrupted initdb of an earlier version left in the directory itself is removed.
    """
    for leftover in data.parent.glob(f"{data.name}.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    if data.exists() and not (data / _NEVER_STARTED).exists():
        shutil.rmtree(data)
    if not data.exists():
        _create(data, account)
    account.own(data)
    _write_access_rules(data, account)


def _create(data: Path, account: Account) -> None:
    fresh = Path(tempfile.mkdtemp(prefix=f"{data.name}.new-", dir=data.parent))
    account.own(fresh)
    with tempfile.TemporaryFile() as output:
        arguments = [
            *("--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8"),
            # The same order of text on every machine, whatever its locale.
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"),
            *("--pgdata", str(fresh)),
        ]
        if account.run("initdb", arguments, output) != 0:
            output.seek(0)
            reason = _cause(output.read().decode(errors="replace"))
            shutil.rmtree(fresh, ignore_errors=True)
            raise EmbeddedFailed(f"PostgreSQL cannot create its data in {data.parent}: {reason}")
    # Marks the directory as complete before it gets its name, which makes the rename the only
    # instant that counts.
    (fresh / _NEVER_STARTED).touch()
    account.own(fresh)
    fresh.rename(data)


def _cause(output: str) -> str:
    """The line of initdb's output that says why; what follows it tells of tidying up."""
    lines = [line for line in output.splitlines() if line.strip()]
    return next((line for line in lines if _FAILURE.search(line)), lines[-1] if lines else "")


def _write_access_rules(data: Path, account: Account) -> None:
    """Only this process's user may connect, over the local socket; the kernel vouches for it.

    Peer authentication: https://www.postgresql.org/docs/current/auth-peer.html.
    """
    user = account.client_name.replace('"', '""')
    rules = {
        _HBA: f"local all all peer map={_MAP}\n",
        _IDENT: f'{_MAP} "{user}" all\n',
    }
    # Written at each start: the user of this process may be another than last time.
    for name, text in rules.items():
        (data / name).write_text(text)
        account.own(data / name)


def access_arguments(data: Path) -> list[str]:
    """The settings by which the server reads the access rules instead of its own files."""
    return ["-c", f"hba_file={data / _HBA}", "-c", f"ident_file={data / _IDENT}"]
