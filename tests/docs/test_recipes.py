"""The recipes of CONTRIBUTING.md, followed literally in a copy: what they promise comes true."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from connectors.tools import installed_tools
from model.records import State
from pipelines.instance import open_instance
from pipelines.steps.map import map_records
from pipelines.steps.pull import pull
from tests.docs.recipes import (
    REPOSITORY,
    Block,
    apply_diff,
    files_of,
    install,
    read_recipe,
    run_python,
)

BY_CONFIGURATION = read_recipe("a connector by configuration")
BY_CODE = read_recipe("a connector by code")
RULE = read_recipe("a rule")
FIELD = read_recipe("a field of the model")
BUILT_IN = [block for block in RULE if not block.path.startswith("acme-rules")]

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PYTEST = ("-m", "pytest", "-p", "no:cacheprovider")


def lines_of(blocks: list[Block]) -> int:
    return sum(block.line_count for block in blocks)


def copy_repository(folder: Path) -> Path:
    """A copy in which a recipe can change what it likes."""
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("connectors", "model", "tests"):
        shutil.copytree(REPOSITORY / name, folder / name, ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", folder)
    return folder


def test_the_recipes_touch_as_few_files_and_lines_as_promised() -> None:
    assert len(files_of(BY_CONFIGURATION)) == 1
    assert len(files_of(BY_CODE)) <= 6 and lines_of(BY_CODE) <= 250
    assert len(files_of(BUILT_IN)) <= 2 and lines_of(BUILT_IN) <= 120
    assert len(files_of(FIELD)) <= 4 and lines_of(FIELD) <= 50


class TestConnectorByConfiguration:
    """A CRM that lists its deals and tasks in pages."""

    TOKEN = "crm-token"

    def deal(self, number: int, **fields: Any) -> dict[str, Any]:
        return {
            "id": number,
            "number": number,
            "name": f"Deal {number}",
            "html_url": f"https://crm.example/deals/{number}",
            "stage": "Offer",
            "amount": "1200.50",
            "currency": "EUR",
            "expected_close": "2026-06-30",
            "owner": {"email": "sal@crm.example"},
            "updated_at": "2026-02-03T10:00:00Z",
            "needs": "CDP-12",
            **fields,
        }

    def task(self, number: int, status: str) -> dict[str, Any]:
        changed = {"due": "2026-05-04", "updated_at": "2026-02-03T10:00:00Z"}
        return {
            "id": number,
            "number": number,
            "name": f"Task {number}",
            "status": status,
        } | changed

    @contextmanager
    def running_crm(self, *deals: dict[str, Any], tasks: list[Any] | None = None) -> Iterator[str]:
        """The address of a CRM with two deals or tasks per page."""
        token = self.TOKEN
        lists = {"/api/deals": deals, "/api/tasks": tasks or []}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                address = urlsplit(self.path)
                last = 2 * int(parse_qs(address.query)["page"][0])
                is_known = self.headers["Authorization"] == f"Bearer {token}"
                body = json.dumps({"data": lists[address.path][last - 2 : last]}).encode()
                self.send_response(200 if is_known else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/api"
            server.shutdown()

    def write_instance(self, home: Path, url: str) -> None:
        """The demo's instance, whose settings end with the connection of the recipe."""
        shutil.copytree(REPOSITORY / "dagster_home" / "operating_model", home / "operating_model")
        shutil.copy(REPOSITORY / "dagster_home" / "interlock.yaml", home)
        (block,) = BY_CONFIGURATION
        settings = home / block.path
        here = block.text.replace("https://crm.example/api", url)
        assert here != block.text
        settings.write_text(settings.read_text(encoding="utf-8") + "\n" + here, encoding="utf-8")

    def sync(self, home: Path, database: URL, query: str) -> tuple[Any, Any, list[tuple[Any, ...]]]:
        """Pull and map the connection; the results, and the rows of a query of the warehouse."""
        address = database.render_as_string(hide_password=False)
        environment = {"CRM_TOKEN": self.TOKEN, "INTERLOCK_WAREHOUSE_URL": address}
        with closing(open_instance(home, environment)) as instance:
            with instance.connector("crm") as connector:
                assert connector.check() == []
            pulled = pull(instance, "crm", NOW)
            mapped = map_records(instance, "crm", NOW)
            with instance.engine.connect() as connection:
                return pulled, mapped, [tuple(row) for row in connection.execute(text(query))]

    def test_its_deals_reach_the_warehouse(self, tmp_path: Path, database: URL) -> None:
        won = self.deal(3, stage="Won")
        with self.running_crm(self.deal(1), self.deal(2), won) as url:
            self.write_instance(tmp_path, url)
            query = "select key, title, stage, amount, close_date from deal order by key"
            pulled, mapped, rows = self.sync(tmp_path, database, query)

        assert (pulled.changed, pulled.problems, mapped.changed) == (3, 0, 3)
        assert [(key, stage) for key, _, stage, *_ in rows] == [
            ("D-1", "open"),
            ("D-2", "open"),
            ("D-3", "won"),
        ]
        assert rows[0][1] == "Deal 1"
        assert (str(rows[0][3]), rows[0][4]) == ("1200.50", date(2026, 6, 30))

    def test_its_tasks_reach_the_warehouse_without_a_workflow(
        self, tmp_path: Path, database: URL
    ) -> None:
        """The operating model knows nothing of this connection; its settings are all there is."""
        statuses = ["To do", "doing", "Waiting", "Done", "Parked"]
        tasks = [self.task(number, status) for number, status in enumerate(statuses, 1)]
        with self.running_crm(tasks=tasks) as url:
            self.write_instance(tmp_path, url)
            query = "select key, state, planned_finish from work_item order by key"
            _, mapped, rows = self.sync(tmp_path, database, query)

        states = [State.PLANNED, State.IN_PROGRESS, State.BLOCKED, State.DONE]
        assert rows == [(f"K-{n}", state, date(2026, 5, 4)) for n, state in enumerate(states, 1)]
        # "Parked" is in no map: it is reported and stops nothing.
        assert (mapped.changed, mapped.problems) == (4, 1)


class TestConnectorByCode:
    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        for block in BY_CODE:
            block.apply(tmp_path)
        install(tmp_path / "acme-tracker", tmp_path / "acme-tracker")
        return tmp_path / "acme-tracker"

    @pytest.mark.long
    def test_it_passes_the_contract_of_every_connector(self, project: Path) -> None:
        output = run_python(*PYTEST, "-rs", cwd=project, path=[project, REPOSITORY])

        # Only comments, and replies to them, may be skipped: this connector writes none.
        (skipped,) = re.findall(r"^SKIPPED \[(\d+)\] .*: the tool takes no comments$", output, re.M)
        assert f" passed, {skipped} skipped" in output

    def test_it_is_found_by_its_entry_point(
        self, project: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.syspath_prepend(project)
        installed_tools.cache_clear()
        try:
            tool = installed_tools().named("acme")
        finally:
            installed_tools.cache_clear()
            for name in [name for name in sys.modules if name.startswith("acme_tracker")]:
                del sys.modules[name]

        assert (tool.title, tool.mapping_version) == ("Acme Tracker", 1)


class TestRule:
    FIND = """
from datetime import date
from model.records import State
from model.rules import installed_rules
from tests.model.rules.plans import Row, build_context

blocked = Row("CDP-1", finish=date(2026, 3, 6), state=State.BLOCKED)
waiting = Row("MKT-1", "marketing", start=date(2026, 3, 16), finish=date(2026, 3, 27))
context = build_context(blocked, waiting, links=[("CDP-1", "MKT-1")])
rules = installed_rules()
findings, failures = rules.find_each(context)
print([finding.rule for finding in findings], failures, list(rules.broken))
"""

    @pytest.mark.long
    def test_a_built_in_rule_is_discovered_and_passes_its_test(self, tmp_path: Path) -> None:
        copy = copy_repository(tmp_path)
        for block in BUILT_IN:
            block.apply(copy)
        tests = [block.path for block in BUILT_IN if block.path.startswith("tests")]

        # The first is the test of what a folder of built-in rules may hold.
        chosen = (
            "tests/model/rules/test_plugins.py",
            *tests,
            "-k",
            "module_in_the_folder or block",
        )
        output = run_python(*PYTEST, *chosen, cwd=copy, path=[copy])

        assert "5 passed" in output

    def test_a_rule_of_a_package_is_discovered_and_finds_something(self, tmp_path: Path) -> None:
        for block in RULE:
            if block not in BUILT_IN:
                block.apply(tmp_path)
        project = tmp_path / "acme-rules"
        (rule,) = (block for block in BUILT_IN if block.path.startswith("model"))
        replace(rule, path="acme_rules/blocked_handover.py").apply(project)
        install(project, project)

        output = run_python("-c", self.FIND, cwd=project, path=[project, REPOSITORY])

        assert output.strip() == "['blocked_handover'] [] []"


class TestField:
    LOAD = """
import sys
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, text
from model.keys import ReferenceFormats
from model.warehouse.connect import migrate
from model.warehouse.landing import LandingRow
from model.warehouse.load import load_records
from model.warehouse.schema import metadata
from tests.test_acme_tracker import AcmeStandIn, mapped, test_a_task_has_its_component

test_a_task_has_its_component()

engine = create_engine(sys.argv[1])
migrate(engine)
now = AcmeStandIn.now
with engine.begin() as connection:
    print(compare_metadata(MigrationContext.configure(connection), metadata))
    batch = [(LandingRow("1", "{}", now, 1, None), mapped(component="Billing"))]
    load_records(connection, "acme", "tasks", batch, now, ReferenceFormats())
    print(connection.execute(text("select key, component from work_item")).all())
"""

    def number_migration(self, block: Block) -> Block:
        """The migration of the recipe with its two numbers filled in."""
        versions = REPOSITORY / "model" / "warehouse" / "migrations" / "versions"
        newest = int(max(file.name for file in versions.glob("[0-9]*.py")).partition("_")[0])
        own, previous = f"{newest + 1:04}", f"{newest:04}"
        numbered = block.text.replace("NEXT", own).replace("NEWEST", previous)
        return replace(block, path=block.path.replace("NEXT", own), text=numbered)

    def follow(self, folder: Path) -> Path:
        """The connector of the other recipe, and the field in it and in a copy of the model."""
        shutil.copytree(
            REPOSITORY / "model", folder / "model", ignore=shutil.ignore_patterns("__pycache__")
        )
        for block in (*BY_CODE, *FIELD):
            (self.number_migration(block) if "migrations" in block.path else block).apply(folder)
        return folder / "acme-tracker"

    def test_the_field_reaches_the_warehouse(self, tmp_path: Path, empty_database: URL) -> None:
        project = self.follow(tmp_path)
        address = empty_database.render_as_string(hide_password=False)

        path = [tmp_path, project, REPOSITORY]
        output = run_python("-c", self.LOAD, address, cwd=project, path=path)

        # Nothing is left to migrate, and the warehouse has what the task states.
        assert output.splitlines() == ["[]", "[('T-1', 'Billing')]"]

    GUARD = (*PYTEST, "tests/connectors/github/test_mapping.py", "-k", "changed_mapping")

    @pytest.mark.long
    def test_a_built_in_connector_gets_it_by_the_same_four_files(self, tmp_path: Path) -> None:
        copy = copy_repository(tmp_path)
        for block in FIELD:
            if block.path.startswith("model"):
                self.number_migration(block).apply(copy)
        mapping = copy / "connectors" / "github" / "mapping.py"
        old = mapping.read_text(encoding="utf-8")
        new = old.replace("labels=labels,", 'labels=labels, component=issue["html_url"],')
        assert new != old
        mapping.write_text(new, encoding="utf-8")

        forgotten = run_python(*self.GUARD, cwd=copy, path=[copy], succeeds=False)
        asked = re.search(
            r"Raise its mapping version to (\d+), .*record \((\d+, \"\w+\")", forgotten
        )
        assert asked, forgotten
        mapping.write_text(
            re.sub(r"MAPPING_VERSION = \d+", f"MAPPING_VERSION = {asked[1]}", new), encoding="utf-8"
        )
        test = copy / "tests" / "connectors" / "github" / "test_mapping.py"
        recorded = re.sub(r"RECORDED = .*", f"RECORDED = ({asked[2]})", test.read_text())
        test.write_text(recorded, encoding="utf-8")

        assert "1 passed" in run_python(*self.GUARD, cwd=copy, path=[copy])

    def test_a_diff_whose_context_is_gone_is_refused(self) -> None:
        with pytest.raises(AssertionError, match="stands there 0 times"):
            apply_diff("one line\n", " another line\n+a third\n")
