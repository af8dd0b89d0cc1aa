"""`interlock release`: map a change that is held because it is too large to be true."""

from __future__ import annotations

import getpass

from model.operating_model.identity import identity_of_text
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_line
from pipelines.steps.map import release as release_held


def release(connection: str, person: str | None, reason: str) -> None:
    """Map what is held and print what changed; raises NothingHeld, ReleaseRefused."""
    with open_home_instance() as instance:
        who = person or getpass.getuser()
        released = release_held(instance, connection, identity_of_text(who), reason, "cli", now())
    print_line(
        f"✓ {connection} released by {who}: {released.changed} records changed, {released.ended} "
        "ended. The next sync updates conflicts and comments"
    )
