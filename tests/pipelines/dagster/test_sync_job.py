"""The job `sync` as a schedule runs it: the same conflicts and comments as without Dagster."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import dagster as dg
import pytest

from model.conflicts import Status
from tests.conftest import memory_folder
from tests.pipelines.acme import BROKEN, Install
from tests.pipelines.dagster.conftest import Deployed
from tests.pipelines.dagster.saved import Saved
from tests.pipelines.small import HEALTHY_PLAN, SECRETS, day


def failed_checks(result: dg.ExecuteInProcessResult) -> set[str]:
    return {
        f"{check.asset_key.to_user_string()}: {check.check_name}"
        for check in result.get_asset_check_evaluations()
        if not check.passed
    }


def metadata_of(result: dg.ExecuteInProcessResult, asset: str) -> dict[str, object]:
    (event,) = result.asset_materializations_for_node(asset)
    return {name: entry.value for name, entry in event.metadata.items()}


def test_a_sync_finds_the_conflicts_and_comments_on_them_in_each_tool(saved: Saved) -> None:
    result = saved.result

    assert failed_checks(result) == {"conflicts: broken_promise", "conflicts: late_handover"}
    assert {
        name: metadata_of(result, f"comments__{name}")["created"]
        for name in ("it_jira", "sales", "marketing_plan", "finance_erp")
    } == {"it_jira": 2, "sales": 1, "marketing_plan": 1, "finance_erp": 0}


def test_each_open_conflict_has_a_card_with_one_link_per_option(synced_deployed: Deployed) -> None:
    conflicts = synced_deployed.conflicts(Status.OPEN)
    (late,) = [key for key, each in conflicts.items() if each.finding.rule == "late_handover"]

    card = synced_deployed.card(late)

    assert len(conflicts) == 2
    assert list(card) == [
        "text", "timeline", "why", "records", "downstream", "comments", "history", "id",
    ]  # fmt: skip
    assert card["text"].count(f"conflict%3A%20{late}") == 4
    for option in ("finish", "move", "accept", "dismiss"):
        assert f"decision%3A%0A%20%20{option}%3A" in card["text"]
    assert "![timeline](<data:image/svg+xml," in card["timeline"]


def test_a_card_names_what_is_downstream_and_tells_its_history(synced_deployed: Deployed) -> None:
    conflicts = synced_deployed.conflicts(Status.OPEN).values()
    (late,) = [each for each in conflicts if each.finding.rule == "late_handover"]

    card = synced_deployed.card(late.id)

    assert "Launch (Marketing)" in card["downstream"]
    assert "4 Mar 2026 10:00: **opened**" in card["history"]
    assert "Tobias Lang decides by" in card["history"] or "decides by" in card["history"]


def test_the_inbox_lists_what_needs_a_decision_with_links_to_the_cards(
    synced_deployed: Deployed,
) -> None:
    inbox = synced_deployed.inbox()
    entries = "".join(value for value in inbox.values() if isinstance(value, str))

    assert inbox["open"] == inbox["high"] == 2
    for conflict in synced_deployed.conflicts(Status.OPEN).values():
        link = f"(/assets/conflict/{conflict.page_name}?view=events)"
        assert link in inbox["text"]
        assert entries.count(link) == 2


def test_every_entry_of_the_cards_and_the_inbox_shows_at_once(synced_deployed: Deployed) -> None:
    pages = [synced_deployed.inbox(), *map(synced_deployed.card, synced_deployed.open_ids())]
    entries = [value for page in pages for name, value in page.items() if name != "text"]
    assert max(len(entry) for entry in entries if isinstance(entry, str)) < 1000


def test_a_second_sync_writes_nothing_and_leaves_the_cards_alone(after_sync: Deployed) -> None:
    before = card_events(after_sync)

    again = after_sync.sync()

    assert card_events(after_sync) == before
    assert metadata_of(again, "it_jira__landing")["changed"] == 0
    assert metadata_of(again, "comments__it_jira") == {
        "created": 0, "edited": 0, "unchanged": 2, "postponed": 0, "refused": 0,
    }  # fmt: skip


def card_events(deployed: Deployed) -> int:
    """How many versions of pages there are, without those of the inbox of everybody."""
    keys = deployed.dagster.get_asset_keys()
    pages = [key for key in keys if key.path[0] in ("conflict", "inbox") and len(key.path) > 1]
    assert len(pages) > 2
    return sum(len(deployed.dagster.fetch_materializations(key, limit=9).records) for key in pages)


def test_the_card_of_a_resolved_conflict_says_so_and_offers_no_option(after_sync: Deployed) -> None:
    conflicts = after_sync.conflicts(Status.OPEN)
    (late,) = [key for key, each in conflicts.items() if each.finding.rule == "late_handover"]
    after_sync.small.write_plan(HEALTHY_PLAN[0])

    after_sync.sync()

    card = after_sync.card(late)
    assert "The cause is gone since **4 Mar 2026**" in card["text"]
    assert "playground" not in card["text"]
    assert "it was open and is resolved" in card["changed"]
    assert card["history"].count("**resolved**") == 1


def test_the_assets_of_a_tool_that_cannot_be_loaded_fail_and_all_others_go_on(
    deployed: Deployed, install: Install
) -> None:
    install(BROKEN)
    deployed.small.write_settings(finance_erp={"tool": "acme"})

    result = deployed.sync()

    assert result.success
    broken = {check for check in failed_checks(result) if check.startswith("finance_erp/")}
    assert broken == {"finance_erp/landing: readable", "finance_erp/records: mapped"}
    assert "conflicts: late_handover" in failed_checks(result)


def test_a_connection_that_cannot_be_read_fails_its_check_and_all_others_go_on(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SALESFORCE_CLIENT_SECRET", "an old one")

    result = deployed.sync()

    assert result.success
    assert failed_checks(result) == {
        "sales/landing: readable",
        "conflicts: late_handover",
        "replies: all_replies_read",
    }
    assert "**could not be read**" in deployed.inbox()["connections"]


def test_the_check_of_a_rule_with_a_high_conflict_is_an_error_and_not_a_warning(
    saved: Saved,
) -> None:
    severities = {
        check.check_name: check.severity
        for check in saved.result.get_asset_check_evaluations()
        if not check.passed
    }
    assert severities == {
        "broken_promise": dg.AssetCheckSeverity.ERROR,
        "late_handover": dg.AssetCheckSeverity.ERROR,
    }


def test_quarantined_records_are_named_with_their_remedy_or_counted_and_stop_nothing(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.assets.quarantine.MOST_NAMED", 1)
    bad = [(f"CMP-{n}", "Flyer", "30.02.2026", day(20), "Lena Vogt", "Planned", "") for n in (3, 4)]
    deployed.small.write_plan(*HEALTHY_PLAN, *bad)

    result = deployed.sync()

    (mapped,) = [
        check
        for check in result.get_asset_check_evaluations()
        if check.check_name == "mapped" and not check.passed
    ]
    assert mapped.asset_key.path == ["marketing_plan", "records"]
    assert "30.02.2026" in str(mapped.metadata["CMP-3"].value)
    assert mapped.metadata["more"].value == "1 in the table quarantine"
    assert len(deployed.open_ids()) == 2


def test_a_dry_run_shows_what_it_would_write_and_writes_nothing(deployed: Deployed) -> None:
    settings = deployed.small.home / "interlock.yaml"
    settings.write_text(settings.read_text().replace("mode: write", "mode: dry-run"))

    result = deployed.sync()

    metadata = metadata_of(result, "comments__sales")
    assert metadata["created"] == 0
    assert "Nord AG, personal offers" in str(metadata["would write"])


def test_no_secret_reaches_runs_events_or_logs(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "a-token-that-was-revoked")

    # In memory, because Dagster waits for the disk at each of some hundred events.
    with (
        TemporaryDirectory(dir=memory_folder()) as folder,
        dg.DagsterInstance.local_temp(folder) as dagster,
    ):
        result = replace(deployed, dagster=dagster).sync()
        stored = b"".join(f.read_bytes() for f in Path(folder).rglob("*.db") if f.is_file())

    assert "it_jira/landing: readable" in failed_checks(result)
    assert b"it_jira" in stored
    for secret in (*SECRETS.values(), "a-token-that-was-revoked"):
        assert secret.encode() not in stored
