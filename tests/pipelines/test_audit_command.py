"""`interlock audit` on a synced instance: what it says, and how it ends."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import URL

from tests.pipelines.commanding import Run


def decide_first(interlock: Run) -> str:
    _, listed, _ = interlock("conflicts", "--json")
    first = json.loads(listed)[0]
    who = first["authority"]["person"]
    chosen = ("--verdict", "move", "--as", who, "--reason", "The fair is later")
    code, _, err = interlock("decide", first["id"], *chosen)
    assert code == 0, err
    return str(first["id"])


@pytest.fixture
def decided(interlock: Run, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a conflict that was decided after a sync."""
    for command in ("sync", "decide"):
        # The database records its own time, which the stated one has to fit.
        monkeypatch.setattr(f"pipelines.cli.{command}.now", lambda: datetime.now(UTC))
    interlock("sync", "--dry-run")
    return decide_first(interlock)


def test_a_record_is_whole_until_somebody_changes_it(
    interlock: Run, decided: str, database: URL
) -> None:
    code, out, _ = interlock("audit")
    assert (code, out[0]) == (0, "✓")
    assert interlock("audit", "verify")[1] == out

    _, head, _ = interlock("audit", "--head")
    assert head.strip() in out
    assert interlock("audit", "--expect", head.strip())[0] == 0

    engine = create_engine(database)
    with engine.begin() as connection:
        connection.exec_driver_sql("set local session_replication_role = replica")
        connection.exec_driver_sql("update decision set reason = 'Nobody said that'")
    engine.dispose()
    code, _, err = interlock("audit")
    assert code == 6
    assert 'reason was "The fair is later" and is "Nobody said that"' in err
    code, out, _ = interlock("audit", "--json")
    assert code == 6
    assert json.loads(out)["whole"] is False
    assert json.loads(out)["faults"][0]["kind"] == "altered"

    code, _, err = interlock("audit", "--expect", "0" * 64)
    assert code == 6
    assert "cut off" in err


def test_the_record_of_one_conflict_tells_its_life(interlock: Run, decided: str) -> None:
    code, out, _ = interlock("audit", decided)

    assert code == 0
    assert out.index("opened: ") < out.index("decision: move (") < out.index("decided: ")
    assert "because: The fair is later" in out
    assert "over cli, named there as id:" in out
    assert "size: days " in out
    assert "operating model " in out

    _, out, _ = interlock("audit", decided, "--json")
    record = json.loads(out)
    (decision,) = record["decisions"]
    assert [event["event"] for event in record["events"]] == ["opened", "decided"]
    assert decision["right_id"] and decision["role"] and len(decision["hash"]) == 64


def test_an_unknown_conflict_and_two_questions_at_once_are_refused(interlock: Run) -> None:
    assert interlock("audit", "C-0000000000")[0] == 2
    assert interlock("audit", "--head", "--expect", "x")[0] == 2


def test_check_warns_of_a_role_that_could_rewrite_the_record(interlock: Run) -> None:
    code, out, _ = interlock("check")

    assert code == 0
    assert "! warehouse: the role postgres is a superuser" in out
