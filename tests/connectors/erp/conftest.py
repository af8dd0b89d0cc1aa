"""A folder with exports on it: files written as bytes, and a connector over them."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import ConnectionFailed, ConnectorContext, Cursor, Page, RawRecord
from connectors.erp.connector import ErpConnector, open_connector
from connectors.erp.settings import ErpSettings
from model.operating_model.lookups import ConnectionLookups
from model.records import Mapped, Problem, Spend

NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)

PROFILE: dict[str, Any] = {
    "columns": {
        "date": "Buchungsdatum",
        "fiscal_period": "Periode",
        "cost_centre": "Kostenstelle",
        "wbs": "PSP-Element",
        "document": "Belegnr",
        "text": "Text",
    },
    "amount": "Betrag",
    "kind": "Wertart",
    "kinds": {"Plan": "budget", "Obligo": "commitment", "Ist": "actual"},
    "currency": "EUR",
    "keys": ["Belegnr"],
    "covers": ["BuKr", "Periode"],
}
HEAD = "BuKr;Periode;Belegnr;Buchungsdatum;Kostenstelle;PSP-Element;Wertart;Text;Betrag"


@dataclass(frozen=True)
class Pulled:
    """The pages of one pull, and the failure after them."""

    pages: list[Page]
    failed: ConnectionFailed | None = None

    @property
    def records(self) -> list[RawRecord]:
        return [record for page in self.pages for record in page.records]

    @property
    def ids(self) -> list[str]:
        return [record.native_id for record in self.records]

    @property
    def problems(self) -> list[Problem]:
        return [problem for page in self.pages for problem in page.problems]

    @property
    def snapshot_ids(self) -> frozenset[str] | None:
        return self.pages[-1].snapshot_ids if self.pages else None

    @property
    def cursor(self) -> Cursor:
        return self.pages[-1].cursor


@dataclass
class ExportFolder:
    """An instance folder with exports; `profile` and `settings` are those of its connection."""

    home: Path
    profile: dict[str, Any] = field(default_factory=lambda: dict(PROFILE))
    settings: dict[str, Any] = field(default_factory=dict)

    def put(
        self, name: str, *rows: str, head: str = HEAD, day: int = 1, encoding: str = "utf-8"
    ) -> Path:
        """Save an export on this day of June 2026."""
        path = self.home / name
        path.write_bytes("".join(f"{row}\r\n" for row in (head, *rows)).encode(encoding))
        saved = datetime(2026, 6, day, 12, 0, tzinfo=UTC).timestamp()
        os.utime(path, (saved, saved))
        return path

    @property
    def connector(self) -> ErpConnector:
        settings = {"tool": "erp", "function": "finance", "path": "*.csv", "profile": self.profile}
        lookups = ConnectionLookups(functions=frozenset({"finance", "it"}))
        context = ConnectorContext("books", self.home, {}, lookups)
        return open_connector(ErpSettings.model_validate(settings | self.settings), context)

    def pull(self, cursor: Cursor | None = None) -> Pulled:
        """All pages and the failure after them; raises a failure before the first page."""
        pages: list[Page] = []
        try:
            for page in self.connector.pull("lines", cursor, NOW):
                pages.append(page)
        except ConnectionFailed as failed:
            if not pages:
                raise
            return Pulled(pages, failed)
        return Pulled(pages)

    def mapped(self) -> list[Mapped]:
        connector = self.connector
        return [connector.map("lines", landed, NOW) for landed in self.pull().records]

    def spend(self) -> list[Spend]:
        records = [version.record for mapped in self.mapped() for version in mapped.versions]
        return [record for record in records if isinstance(record, Spend)]

    def quarantined(self) -> list[Problem]:
        return [problem for mapped in self.mapped() for problem in mapped.problems]


@pytest.fixture
def folder(tmp_path: Path) -> ExportFolder:
    return ExportFolder(tmp_path)


@pytest.fixture
def line() -> Callable[..., str]:
    """A line under the usual heading row."""

    def write(document: str = "4711", amount: str = "1.234,56", **fields: str) -> str:
        cells = {
            "company": "1000",
            "period": "2026/003",
            "document": document,
            "date": "15.03.2026",
            "cost_centre": "4400",
            "wbs": "P-100",
            "kind": "Ist",
            "text": "Lizenzen",
            "amount": amount,
        } | fields
        return ";".join(cells.values())

    return write
