"""The demo writes its own instance folder where there is none."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from pipelines.demo import files
from pipelines.demo.demo_instance import require_demo_instance
from pipelines.demo.files import choose_ports, write_instance
from pipelines.instance import open_instance


def test_the_instance_has_its_tools_at_the_given_ports(tmp_path: Path) -> None:
    write_instance(tmp_path / "new" / "home", (18701, 18702))
    demo = require_demo_instance(open_instance(tmp_path / "new" / "home", {}))
    assert demo.jira_url == "http://127.0.0.1:18701"
    assert demo.salesforce_url == "http://127.0.0.1:18702"


def test_a_folder_that_exists_is_not_written_to(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError):
        write_instance(tmp_path, (18701, 18702))
    assert list(tmp_path.iterdir()) == []


def test_other_ports_are_chosen_where_a_usual_one_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        taken = server.getsockname()[1]
        monkeypatch.setattr(files, "_PORTS", (taken, taken))
        jira, salesforce = choose_ports()
    assert taken not in (jira, salesforce)
    assert jira != salesforce
