"""The job `sync` as a schedule runs it: the same conflicts and comments as without Dagster."""

from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from tests.pipelines.dagster.conftest import Seen
from tests.pipelines.small import HEALTHY_PLAN, SECRETS, day


def failed_checks(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        f"{one.asset_key.to_user_string()}: {one.check_name}"
        for one in result.get_asset_check_evaluations()
        if not one.passed
    }


def numbers(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    (event,) = result.asset_materializations_for_node(asset)
    return {name: entry.value for name, entry in event.metadata.items()}


def test_a_sync_finds_the_conflicts_and_says_them_in_each_tool(seen: Seen) -> None:
    result = seen.sync()

    assert failed_checks(result) == {"conflicts: broken_promise", "conflicts: late_handover"}
    assert {
        name: numbers(result, f"comments__{name}")["created"]
        for name in ("it_jira", "sales", "marketing_plan", "finance_erp")
    } == {"it_jira": 2, "sales": 1, "marketing_plan": 1, "finance_erp": 0}


def test_each_open_conflict_has_its_card_with_a_link_for_each_verdict(seen: Seen) -> None:
    seen.sync()

    cards = {key: seen.card(key) for key in seen.cards()}
    (late,) = [key for key, card in cards.items() if "Marketing needs" in card["conflict"]]
    assert len(cards) == 2
    assert list(cards[late]) == [
        "conflict", "why", "who decides", "decide", "timeline", "records", "comments",
    ]  # fmt: skip
    assert cards[late]["decide"].count(f"playground/setup?config=conflict%3A%20{late}") == 4
    assert "![timeline](<data:image/svg+xml," in cards[late]["timeline"]


def test_the_inbox_lists_what_wants_a_decision_with_links_to_the_cards(seen: Seen) -> None:
    seen.sync()

    inbox = seen.inbox()
    assert inbox["open"] == inbox["high"] == 2
    for key in seen.cards():
        assert f"(/assets/conflict?view=partitions&partition={key})" in inbox["high conflicts"]


def test_everything_on_the_cards_and_in_the_inbox_shows_at_once(seen: Seen) -> None:
    seen.sync()

    entries = [
        *seen.inbox().values(),
        *(e for key in seen.cards() for e in seen.card(key).values()),
    ]
    assert max(len(entry) for entry in entries if isinstance(entry, str)) < 1000


def test_a_second_sync_writes_nothing_and_leaves_the_cards_alone(seen: Seen) -> None:
    seen.sync()
    before = card_events(seen)

    again = seen.sync()

    assert card_events(seen) == before
    assert numbers(again, "it_jira__landing")["changed"] == 0
    assert numbers(again, "comments__it_jira") == {
        "created": 0, "edited": 0, "unchanged": 2, "postponed": 0, "refused": 0,
    }  # fmt: skip


def card_events(seen: Seen) -> int:
    return len(seen.dagster.fetch_materializations(dg.AssetKey("conflict"), limit=100).records)


def test_cards_stay_in_order_worst_first_when_a_worse_conflict_comes(seen: Seen) -> None:
    seen.sync()
    (first, second) = seen.cards()
    seen.dagster.delete_dynamic_partition("conflicts", first)

    seen.sync()

    assert seen.cards() == [first, second]


def test_a_conflict_that_is_gone_leaves_the_list_with_a_last_word(seen: Seen) -> None:
    seen.sync()
    (late,) = [key for key in seen.cards() if "Marketing needs" in seen.card(key)["conflict"]]
    seen.small.write_plan(HEALTHY_PLAN[0])

    seen.sync()

    assert late not in seen.cards()
    assert "Resolved: the cause is gone" in seen.card(late)["conflict"]


def test_a_connection_that_cannot_be_read_fails_its_check_and_all_others_go_on(
    seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "an old one")

    result = seen.sync()

    assert result.success
    assert failed_checks(result) == {"sales/landing: readable", "conflicts: late_handover"}
    assert "**could not be read**" in seen.inbox()["connections"]


def test_a_record_in_quarantine_is_named_with_what_to_do_and_stops_nothing(seen: Seen) -> None:
    bad = ("CMP-3", "Flyer", "30.02.2026", day(20), "Lena Vogt", "Planned", "")
    seen.small.write_plan(*HEALTHY_PLAN, bad)

    result = seen.sync()

    (mapped,) = [
        one
        for one in result.get_asset_check_evaluations()
        if one.check_name == "mapped" and not one.passed
    ]
    assert mapped.asset_key.path == ["marketing_plan", "records"]
    assert "30.02.2026" in str(mapped.metadata["CMP-3"].value)
    assert len(seen.cards()) == 2


def test_a_dry_run_shows_what_it_would_write_and_writes_nothing(seen: Seen) -> None:
    settings = seen.small.home / "interlock.yaml"
    settings.write_text(settings.read_text().replace("mode: write", "mode: dry-run"))

    result = seen.sync()

    told = numbers(result, "comments__sales")
    assert told["created"] == 0
    assert "Nord AG, personal offers" in str(told["would write"])


def test_no_secret_reaches_runs_events_or_logs(
    seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "a-token-that-was-revoked")

    with dg.DagsterInstance.local_temp(str(tmp_path)) as dagster:
        result = replace(seen, dagster=dagster).sync()

    assert "it_jira/landing: readable" in failed_checks(result)
    stored = b"".join(f.read_bytes() for f in tmp_path.rglob("*.db") if f.is_file())
    assert b"it_jira" in stored
    for secret in (*SECRETS.values(), "a-token-that-was-revoked"):
        assert secret.encode() not in stored
