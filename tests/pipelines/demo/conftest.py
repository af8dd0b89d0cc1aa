"""Instances of the demo in folders of their own, at ports that are free."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[3]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def home() -> Iterator[Path]:
    """A copy of the demo's instance folder, as it is in a fresh checkout.

    It lies outside pytest's own folder, which only its owner may enter: run by root, the embedded
    PostgreSQL is another user's.
    """
    with tempfile.TemporaryDirectory(prefix="interlock-demo-") as folder:
        Path(folder).chmod(0o755)
        copy, original = Path(folder) / "home", REPOSITORY / "dagster_home"
        copy.mkdir()
        for name in ("interlock.yaml", "dagster.yaml"):
            shutil.copy(original / name, copy)
        shutil.copytree(original / "operating_model", copy / "operating_model")
        jira, salesforce = _free_ports()
        settings = (copy / "interlock.yaml").read_text(encoding="utf-8")
        settings = settings.replace(":8701", f":{jira}").replace(":8702", f":{salesforce}")
        (copy / "interlock.yaml").write_text(settings, encoding="utf-8")
        yield copy
