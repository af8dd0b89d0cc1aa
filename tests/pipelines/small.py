"""A small instance with both sandbox tools, a workbook, an export, and the settings for them.

IT builds a profile service (CDP-1, CDP-2) that Marketing's launch (CMP-2) and a deal wait for; it
is about ten working days late. Everything else is healthy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import yaml
from openpyxl import Workbook
from sqlalchemy.engine import URL

from connectors.sandbox import Sandbox
from pipelines.instance import Instance, open_instance

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)
"""The present of the story, whatever day the tests run on; the sandbox's clocks show it too.

It is a Wednesday, with no holiday from six weeks before to four weeks after it.
"""


def day(offset: int) -> date:
    """The day that many weekdays after the present of the story."""
    return date.fromisoformat(str(np.busday_offset(np.datetime64(NOW.date()), offset)))


SECRETS = {
    "JIRA_TOKEN": "sandbox-token",
    "SALESFORCE_CLIENT_ID": "sandbox-client",
    "SALESFORCE_CLIENT_SECRET": "sandbox-secret",
}
MODEL = Path(__file__).parents[2] / "dagster_home" / "operating_model"
_LANG = "5b10a2844c20165700ede21c"


def issue(key: str, summary: str, due: date, start: date, **fields: Any) -> dict[str, Any]:
    return {
        "key": key,
        "type": "Story",
        "summary": summary,
        "status": "In Progress",
        "priority": "High",
        "assignee": _LANG,
        "reporter": _LANG,
        "due": due.isoformat(),
        "fields": {"Start date": start.isoformat()},
        "created": f"{day(-30)}T09:00:00Z",
        "updated": f"{day(-3)}T09:00:00Z",
        "changes": [
            {
                "at": f"{day(-3)}T09:00:00Z",
                "by": _LANG,
                "field": "duedate",
                "from": day(-4).isoformat(),
                "to": due.isoformat(),
            }
        ],
        **fields,
    }


JIRA: Mapping[str, Any] = {
    "users": [
        {"account_id": _LANG, "display_name": "Tobias Lang", "email": "t@example.com"},
        {
            "account_id": "5b10a2844c20165700ede21a",
            "display_name": "Jonas Krüger",
            "email": "jonas@example.com",
        },
    ],
    "projects": [
        {"key": "CDP", "name": "Customer data platform", "type": "software"},
        {"key": "OPS", "name": "Operations", "type": "software"},
    ],
    "fields": [{"id": "customfield_10015", "name": "Start date", "type": "date"}],
    "statuses": [
        {"name": "To Do", "category": "new"},
        {"name": "In Progress", "category": "indeterminate"},
        {"name": "Done", "category": "done"},
    ],
    "issues": [
        issue(
            "CDP-1",
            "Consent store",
            day(16),
            day(-10),
            links=[{"type": "Blocks", "to": "CDP-2"}],
        ),
        issue("CDP-2", "Profile service", day(19), day(15), status="To Do"),
        issue("CDP-3", "Reporting", day(10), day(-1)),
    ],
}

SALESFORCE: Mapping[str, Any] = {
    "currencies": ["EUR"],
    "users": [{"username": "sam@example.com", "name": "Sam", "email": "sam@example.com"}],
    "accounts": ["Nord AG"],
    "fields": [{"name": "Depends_On__c", "label": "Depends On", "type": "string"}],
    "opportunities": [
        {
            "name": "Nord AG, personal offers",
            "account": "Nord AG",
            "owner": "sam@example.com",
            "amount": 120000,
            "stage": "Negotiation/Review",
            "close_date": day(12).isoformat(),
            "created": f"{day(-30)}T08:00:00Z",
            "fields": {"Depends_On__c": "CDP-2"},
        },
        {
            "name": "Nord AG, fleet",
            "account": "Nord AG",
            "owner": "sam@example.com",
            "amount": 40000,
            "stage": "Prospecting",
            "close_date": day(80).isoformat(),
            "created": f"{day(-30)}T08:00:00Z",
        },
    ],
}

EXPORT = """Kostenbericht;;;;
Beleg;PSP;Art;Datum;Betrag
1;D-9;Plan;01.01.2026;10.000,00
2;D-9;Ist;15.02.2026;1.234,56
3;D-9;Ist;16.02.2026;100,00-
Summe;;;;11.134,56
"""

SETTINGS: Mapping[str, Any] = {
    "it-jira": {
        "tool": "jira",
        "function": "it",
        "email": "interlock@example.com",
        "token_env": "JIRA_TOKEN",
        "projects": ["CDP"],
        "fields": {"start": "Start date"},
    },
    "sales": {
        "tool": "salesforce",
        "function": "sales",
        "client_id_env": "SALESFORCE_CLIENT_ID",
        "client_secret_env": "SALESFORCE_CLIENT_SECRET",
        "depends_on": "Depends_On__c",
        "currency": "EUR",
    },
    "marketing-plan": {
        "tool": "spreadsheet",
        "function": "marketing",
        "path": "files/plan.xlsx",
        "url": "https://files.example/{file}#{sheet}!{cell}",
        "columns": {
            "key": "ID",
            "title": "Task",
            "start": "Start",
            "finish": "End",
            "owner": "Owner",
            "status": "Status",
            "depends_on": "Depends on",
        },
    },
    "finance-erp": {
        "tool": "erp",
        "function": "finance",
        "path": "files/export.csv",
        "profile": {
            "columns": {"date": "Datum", "wbs": "PSP", "document": "Beleg"},
            "amount": "Betrag",
            "kind": "Art",
            "kinds": {"Plan": "budget", "Ist": "actual"},
            "currency": "EUR",
            "keys": ["Beleg"],
            "total": "Summe",
        },
    },
}


@dataclass(frozen=True)
class Small:
    """The instance folder, the tools it connects, and `environment` with their secrets."""

    home: Path
    sandbox: Sandbox
    environment: Mapping[str, str]

    def open(self, **environment: str) -> Instance:
        """Open the instance with these variables of the environment changed."""
        return open_instance(self.home, {**self.environment, **environment})

    def call_jira(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request to the Jira stand-in as the account of the connection."""
        # Without `verify` each call would load the trusted certificates, which takes 50 ms.
        answer = httpx.request(
            method,
            f"{self.sandbox.jira_url}{path}",
            auth=("interlock@example.com", SECRETS["JIRA_TOKEN"]),
            json=body,
            verify=False,
        )
        return answer.raise_for_status()

    def call_salesforce(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Send a request to the Salesforce stand-in's pages and switches."""
        answer = httpx.request(
            method, f"{self.sandbox.salesforce_url}{path}", json=body, verify=False
        )
        return answer.raise_for_status()

    def write_settings(self, **changed: Any) -> None:
        """Write interlock.yaml with these fields of some connections changed."""
        connections = {name: {**values} for name, values in SETTINGS.items()}
        connections["it-jira"]["url"] = self.sandbox.jira_url
        connections["sales"]["url"] = self.sandbox.salesforce_url
        for name, fields in changed.items():
            connections[name.replace("_", "-")] |= fields
        content = {"comments": {"mode": "write"}, "connections": connections}
        text = yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
        (self.home / "interlock.yaml").write_text(text, encoding="utf-8")

    def remove_sales(self) -> None:
        """Take the connection out of interlock.yaml and of the operating model."""
        settings = self.home / "interlock.yaml"
        content = yaml.safe_load(settings.read_text(encoding="utf-8"))
        del content["connections"]["sales"]
        settings.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
        people = self.home / "operating_model" / "people.yaml"
        text = people.read_text(encoding="utf-8").replace(
            "      sales: 00", "      finance-erp: 00"
        )
        people.write_text(text, encoding="utf-8")

    def write_plan(self, *rows: tuple[Any, ...]) -> None:
        """Write Marketing's workbook: a banner, headings in row 3, then the rows."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet["A1"] = "Campaign plan"
        sheet.append([])
        sheet.append(["ID", "Task", "Start", "End", "Owner", "Status", "Depends on"])
        for row in rows:
            sheet.append(list(row))
        book.save(self.home / "files" / "plan.xlsx")

    def write_export(self, text: str = EXPORT) -> None:
        """Write the ERP export in the encoding that Excel uses, saved before NOW."""
        file = self.home / "files" / "export.csv"
        file.write_bytes(text.encode("cp1252"))
        os.utime(file, (NOW.timestamp() - 600,) * 2)


HEALTHY_PLAN = (
    ("CMP-1", "Brief agency", day(-1), day(8), "Lena Vogt", "Running", ""),
    ("CMP-2", "Launch", day(10), day(14), "Lena Vogt", "Planned", "CDP-2"),
)


def make_small(home: Path, sandbox: Sandbox, database: URL) -> Small:
    """Write the instance folder `home`, and set the clocks of the sandbox to NOW."""
    sandbox.jira.settings.now = sandbox.salesforce.settings.now = NOW
    (home / "files").mkdir(parents=True)
    shutil.copytree(MODEL, home / "operating_model")
    url = database.render_as_string(hide_password=False)
    path = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    small = Small(home, sandbox, {**path, **SECRETS, "INTERLOCK_WAREHOUSE_URL": url})
    small.write_settings()
    small.write_plan(*HEALTHY_PLAN)
    small.write_export()
    return small
