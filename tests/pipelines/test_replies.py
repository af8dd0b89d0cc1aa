"""Replies: what people write below our comments decides, states, or is answered there."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url

from connectors.sandbox import running_sandbox
from model.audit_chain import Fault
from model.conflicts import Status
from model.warehouse.audit import audit_record
from model.warehouse.ledger import read_decisions
from pipelines.steps import follow_command
from tests.conftest import drop_database
from tests.pipelines.replying import (
    JONAS,
    LENA,
    TOBIAS,
    Written,
    stand_in,
)
from tests.pipelines.small import JIRA, SALESFORCE, Small, day, make_small
from tests.pipelines.syncing import run_sync

MOVE = "move because the fair is later"


@pytest.fixture(scope="module")
def commented(
    tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[], URL]
) -> Iterator[Small]:
    """The small instance with its comments written, whose warehouse each test copies."""
    with running_sandbox(jira=JIRA, salesforce=SALESFORCE) as sandbox:
        small = make_small(tmp_path_factory.mktemp("replies") / "home", sandbox, new_database())
        instance = small.open()
        run_sync(instance)
        instance.close()
        yield small


@pytest.fixture
def written(
    commented: Small,
    server: Engine,
    copy_database: Callable[[str], URL],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Written]:
    url = copy_database(str(make_url(commented.environment["INTERLOCK_WAREHOUSE_URL"]).database))
    instance = commented.open(INTERLOCK_WAREHOUSE_URL=url.render_as_string(hide_password=False))
    written = Written(instance)
    stand_in(written, monkeypatch)
    yield written
    instance.close()
    drop_database(server, str(url.database))


def test_a_reply_below_our_comment_decides(written: Written) -> None:
    written.say(MOVE)

    assert written.outcomes() == ["decided"]

    conflict = written.conflict()
    assert conflict.status is Status.DECIDED
    assert conflict.decision is not None
    decision = conflict.decision
    assert (decision.verdict, decision.person) == ("move", "jonas-krueger")
    assert decision.reason == "the fair is later"
    with written.instance.engine.connect() as connection:
        (recorded,) = read_decisions(connection, conflict.id)
    assert (recorded.channel, recorded.identity) == ("it-jira", f"account:{JONAS}")


def test_a_date_in_the_reply_is_that_of_the_option(written: Written) -> None:
    written.say(f"move to {day(30)}")

    written.follow()

    decision = written.conflict().decision
    assert decision is not None
    assert dict(decision.answers) == {"on": day(30).isoformat()}


def test_no_reply_is_followed_twice(written: Written) -> None:
    written.say(MOVE)
    written.follow()

    assert written.outcomes(minutes=10) == []
    assert written.follow(minutes=15).read == {
        "it-jira": 0,
        "sales": 0,
        "marketing-plan": 0,
        "finance-erp": 0,
    }


def test_a_sync_that_is_killed_while_it_decides_decides_once(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    written.say("ack", TOBIAS, minutes=1)
    written.say(MOVE, minutes=2)
    real = follow_command.decide_within

    def die_after(*arguments: object) -> None:
        real(*arguments)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(follow_command, "decide_within", die_after)
    with pytest.raises(KeyboardInterrupt):
        written.follow()
    assert written.conflict().status is Status.OPEN
    monkeypatch.setattr(follow_command, "decide_within", real)

    assert written.outcomes(minutes=6) == ["decided"]
    assert written.outcomes(minutes=7) == []


def test_a_connection_that_cannot_be_read_does_not_stop_the_others(written: Written) -> None:
    written.failing.add("marketing-plan")
    written.say(MOVE)

    result = written.follow()

    assert list(result.failures) == ["marketing-plan"]
    assert written.conflict().status is Status.DECIDED


def test_the_next_reading_goes_on_at_the_cursor_and_asks_for_the_records_with_our_comments(
    written: Written,
) -> None:
    written.write("thanks")
    written.follow()
    written.follow(minutes=10)

    assert written.asked["it-jira"] == ({"CDP-2"}, {"read": 1})
    assert written.asked["marketing-plan"][0] == {"CMP-2"}


def test_what_people_write_to_each_other_is_not_stored(written: Written) -> None:
    written.write("see you at the /interlock meeting")

    assert written.follow().read["it-jira"] == 0


def test_the_record_with_replies_is_whole(written: Written) -> None:
    written.say(MOVE)
    written.say("ack", LENA, minutes=2)
    written.follow()

    assert _faults(written) == []


def test_a_changed_reply_shows_in_the_audit(written: Written) -> None:
    written.say(MOVE)
    written.follow()
    with written.instance.engine.begin() as connection:
        connection.execute(text("set session_replication_role = replica"))
        connection.execute(text("update reply set text = '/interlock accept'"))

    (fault,) = _faults(written)
    assert "reply" in fault.text


def _faults(written: Written) -> list[Fault]:
    # All entries state the time of the story, not that of the database's clock.
    faults = audit_record(written.instance.engine).faults
    return [each for each in faults if each.kind != "misdated"]


# Which conflict.


def test_a_reply_may_name_its_conflict_on_any_record(written: Written) -> None:
    written.write(f"/interlock {written.conflict().id.upper()} ack", on="CDP-3")

    assert written.outcomes() == ["seen"]


def test_with_several_open_conflicts_on_a_record_one_has_to_be_named(written: Written) -> None:
    ids = {written.conflict(rule).id for rule in ("late_handover", "broken_promise")}
    written.write("/interlock ack")

    answer = written.answer()

    assert answer.startswith("Jonas: 2 conflicts stand here: name C-")
    assert all(each in answer for each in ids)
