"""Where the demo's story and instance folder come from, in a checkout and in an installed wheel."""

from __future__ import annotations

import shutil
import socket
from contextlib import ExitStack
from pathlib import Path

_REPOSITORY = Path(__file__).parents[2]
# Only a wheel has this folder: pyproject.toml copies the repository's files there.
_BUNDLED = Path(__file__).with_name("data")

STORY_FOLDER = _BUNDLED / "story" if _BUNDLED.is_dir() else _REPOSITORY / "deploy" / "demo"
_INSTANCE = _BUNDLED / "dagster_home" if _BUNDLED.is_dir() else _REPOSITORY / "dagster_home"
# Named one by one, because a checkout's folder also holds the state of the demo that ran there.
_INSTANCE_FILES = ("dagster.yaml", "interlock.yaml", "operating_model")

_PORTS = (8701, 8702)
"""Ports of the stand-ins of Jira and Salesforce in the demo's interlock.yaml."""


def write_instance(home: Path, ports: tuple[int, int]) -> None:
    """Write the demo's instance folder, with Jira and Salesforce at these ports of 127.0.0.1."""
    home.mkdir(parents=True)
    for name in _INSTANCE_FILES:
        source = _INSTANCE / name
        copy = shutil.copytree if source.is_dir() else shutil.copyfile
        copy(source, home / name)
    settings = home / "interlock.yaml"
    text = settings.read_text(encoding="utf-8")
    for usual, port in zip(_PORTS, ports, strict=True):
        # As text and not as YAML, which would lose the comments that explain the settings.
        text = text.replace(f":{usual}", f":{port}")
    settings.write_text(text, encoding="utf-8")


def choose_ports() -> tuple[int, int]:
    """The usual ports, or two free ones where somebody else listens at one of the usual ones."""
    try:
        return _bind(*_PORTS)
    except OSError:
        return _bind(0, 0)


def _bind(jira: int, salesforce: int) -> tuple[int, int]:
    """The ports that were free when this was called; 0 stands for any. Raises OSError."""
    with ExitStack() as open_until_both_are_bound:
        bound = []
        for port in (jira, salesforce):
            listener = open_until_both_are_bound.enter_context(socket.socket())
            # A port in TIME_WAIT, from a demo that just ended, counts as free.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", port))
            bound.append(listener.getsockname()[1])
    return bound[0], bound[1]
