"""Instances of the demo in folders of their own, at ports that are free."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.demo.files import write_instance

REPOSITORY = Path(__file__).parents[3]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        second.bind(("127.0.0.1", 0))
        return first.getsockname()[1], second.getsockname()[1]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """An empty folder that every user of the machine may enter.

    pytest's own folders are for their owner alone: where root runs the tests, the embedded
    PostgreSQL runs as another user and could not reach its data there.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-demo-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def home(open_folder: Path) -> Path:
    """The demo's instance folder, as it is in a fresh checkout."""
    folder = open_folder / "home"
    write_instance(folder, _free_ports())
    return folder
