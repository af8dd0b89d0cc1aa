"""A package of others with the tool `acme`, installed for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.tools import installed_tools

BROKEN = 'raise ImportError("acme_sdk is missing")'
WORKING = """
from dataclasses import replace

from connectors.spreadsheets.tool import TOOL as SPREADSHEET

TOOL = replace(SPREADSHEET, name="acme")
"""

Install = Callable[[str], None]


@contextmanager
def installing(site: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install the package acme-tracker into a folder, or replace its module by other code."""
    info = site / "acme_tracker-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-tracker\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[interlock.connectors]\nacme = acme_tracker:TOOL\n")
    monkeypatch.syspath_prepend(site)
    # A compiled copy of the former code may have the same time and size.
    monkeypatch.setattr("sys.dont_write_bytecode", True)

    def write(code: str) -> None:
        (site / "acme_tracker.py").write_text(code)
        sys.modules.pop("acme_tracker", None)
        installed_tools.cache_clear()

    yield write
    monkeypatch.undo()
    installed_tools.cache_clear()
