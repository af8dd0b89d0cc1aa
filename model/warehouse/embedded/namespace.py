"""Runs a command in a user namespace in which root is the given account; a script of its own.

`namespace.py ACCOUNT COMMAND …` replaces itself by the command. Fails where the kernel or a
container does not permit user namespaces.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
"""From linux/sched.h; `os.unshare` exists from Python 3.12 on only."""


def main() -> None:
    """Enter the namespace and become the command."""
    name, *command = sys.argv[1:]
    entry, uid, gid = pwd.getpwnam(name), os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "user namespaces are not permitted")
    # The kernel takes a map of groups only from a process that gave up setgroups(2).
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{entry.pw_uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{entry.pw_gid} {gid} 1")
    os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
