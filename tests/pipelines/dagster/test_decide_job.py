"""The form of the governance lead: whose verdict counts, and what follows from it."""

from typing import Any

import dagster as dg
import httpx
import pytest

from tests.pipelines.dagster.conftest import Seen

HEAD_OF_IT = "jonas.krueger@nordlicht.example"
NO_RIGHT = "ute.behrens@nordlicht.example"


@pytest.fixture
def late(seen: Seen) -> str:
    """The id of the open late handover after a sync."""
    seen.sync()
    (key,) = [key for key in seen.cards() if "Marketing needs" in seen.card(key)["conflict"]]
    return key


def refusal(result: dg.ExecuteInProcessResult) -> str:
    (event,) = result.get_step_failure_events()
    failure = event.step_failure_data.user_failure_data
    assert failure is not None
    return str(failure.description)


def jira_texts(seen: Seen) -> list[str]:
    url = f"{seen.small.sandbox.jira_url}/rest/api/3/issue/CDP-2/comment"
    answer: dict[str, Any] = httpx.get(url, auth=("interlock@example.com", "sandbox-token")).json()
    return [str(comment["body"]) for comment in answer["comments"]]


def test_a_run_with_no_verified_person_decides_nothing(seen: Seen, late: str) -> None:
    result = seen.decide("", conflict=late, verdict="move", reason="Later")

    assert "no verified person" in refusal(result)
    assert late in seen.cards()


def test_a_refused_decision_names_who_may_decide(seen: Seen, late: str) -> None:
    result = seen.decide(NO_RIGHT, conflict=late, verdict="move", reason="Later")

    assert "Jonas Krüger (Head of IT)" in refusal(result)
    assert late in seen.cards()


def test_a_decision_takes_the_card_from_the_list_and_is_said_in_the_tool(
    seen: Seen, late: str
) -> None:
    result = seen.decide(HEAD_OF_IT, conflict=late, verdict="move", reason="The fair is later")

    assert result.success
    assert late not in seen.cards()
    assert "Decided by Jonas Krüger" in seen.card(late)["conflict"]
    assert late not in seen.inbox()["high conflicts"]
    assert sum("The fair is later" in text for text in jira_texts(seen)) == 1


def test_a_tool_that_refuses_us_does_not_undo_the_decision(
    seen: Seen, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "a token that was revoked")

    result = seen.decide(HEAD_OF_IT, conflict=late, verdict="accept", reason="We carry it")

    assert result.success
    assert late not in seen.cards()


def test_a_decision_needs_its_reason(seen: Seen, late: str) -> None:
    result = seen.decide(HEAD_OF_IT, conflict=late, verdict="move", reason=" ")

    assert "reason" in refusal(result)


def test_the_form_cannot_read_the_environment(seen: Seen) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        seen.decide(HEAD_OF_IT, conflict="C-1", verdict="move", reason={"env": "JIRA_TOKEN"})


def test_a_killed_decision_is_not_launched_again_without_its_person(seen: Seen) -> None:
    assert seen.defs().resolve_job_def("decide").tags["dagster/max_retries"] == "0"
