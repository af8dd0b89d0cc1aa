"""The form of the governance lead: who may decide, and what a decision changes."""

import os
import uuid
from urllib.parse import unquote

import dagster as dg
import pytest
import yaml

from model.operating_model.identity import Identity, IdentityKind
from pipelines.coordinator import PERSON_TAG, PROOF_TAG
from pipelines.proxy_identity import prove_run
from tests.pipelines.dagster.conftest import Deployed
from tests.pipelines.syncing import jira_comments

HEAD_OF_IT = "jonas.krueger@nordlicht.example"
NO_RIGHT = "ute.behrens@nordlicht.example"


@pytest.fixture
def deployed(after_sync: Deployed) -> Deployed:
    return after_sync


@pytest.fixture
def late(deployed: Deployed) -> str:
    """The id of the open late handover after a sync."""
    return late_handover(deployed)


def late_handover(deployed: Deployed) -> str:
    (conflict_id,) = (
        each for each in deployed.cards() if "Marketing needs" in deployed.card(each)["conflict"]
    )
    return conflict_id


def refusal(result: dg.ExecuteInProcessResult) -> str:
    (event,) = result.get_step_failure_events()
    failure = event.step_failure_data.user_failure_data
    assert failure is not None
    return str(failure.description)


def jira_texts(deployed: Deployed) -> list[str]:
    return [str(comment["body"]) for comment in jira_comments(deployed.small, "CDP-2")]


def test_a_run_without_a_verified_person_cannot_decide(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    result = synced_deployed.decide("", conflict=late, verdict="move", reason="Later")

    assert "no verified person" in refusal(result)
    assert late in synced_deployed.cards()


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_run_whose_tags_were_set_by_anybody_but_the_coordinator_cannot_decide(
    synced_deployed: Deployed, proof: str
) -> None:
    tags = {PERSON_TAG: f"email:{HEAD_OF_IT}", PROOF_TAG: proof}

    result = synced_deployed.launch_decision(
        str(uuid.uuid4()), tags, conflict="C-1", verdict="move", reason="Later"
    )

    assert "not stated by Interlock's run coordinator" in refusal(result)


def test_the_proof_of_one_run_does_not_count_for_another(synced_deployed: Deployed) -> None:
    identity = Identity(IdentityKind.EMAIL, HEAD_OF_IT)
    other = prove_run(str(uuid.uuid4()), identity, os.environ)

    result = synced_deployed.launch_decision(
        str(uuid.uuid4()),
        {PERSON_TAG: str(identity), PROOF_TAG: other},
        conflict="C-1",
        verdict="move",
        reason="Later",
    )

    assert "not stated by Interlock's run coordinator" in refusal(result)


def test_a_refused_decision_names_who_may_decide(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    result = synced_deployed.decide(NO_RIGHT, conflict=late, verdict="move", reason="Later")

    assert "Jonas Krüger (Head of IT)" in refusal(result)
    assert late in synced_deployed.cards()


def test_a_decision_removes_the_card_from_the_list_and_is_in_the_comments(
    deployed: Deployed, late: str
) -> None:
    result = deployed.decide(HEAD_OF_IT, conflict=late, verdict="move", reason="The fair is later")

    assert result.success
    assert late not in deployed.cards()
    assert "Decided by Jonas Krüger" in deployed.card(late)["conflict"]
    assert late not in deployed.inbox()["high conflicts"]
    assert sum("The fair is later" in text for text in jira_texts(deployed)) == 1


def test_a_decision_writes_no_comment_while_comments_are_only_shown(
    deployed: Deployed, late: str
) -> None:
    settings = deployed.small.home / "interlock.yaml"
    settings.write_text(settings.read_text().replace("mode: write", "mode: dry-run"))

    result = deployed.decide(HEAD_OF_IT, conflict=late, verdict="move", reason="The fair is later")

    assert result.success
    assert late not in deployed.cards()
    assert not any("The fair is later" in text for text in jira_texts(deployed))


def test_a_tool_that_cannot_be_reached_does_not_undo_the_decision(
    deployed: Deployed, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "a token that was revoked")

    result = deployed.decide(HEAD_OF_IT, conflict=late, verdict="accept", reason="We carry it")

    assert result.success
    assert late not in deployed.cards()


def test_a_dismissal_needs_its_reason(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    result = synced_deployed.decide(HEAD_OF_IT, conflict=late, verdict="dismiss", reason=" ")

    assert "reason" in refusal(result)


def test_the_usual_decision_is_one_click(deployed: Deployed, late: str) -> None:
    link = unquote(deployed.card(late)["decide"].split("config=")[1].split(")")[0])

    result = deployed.decide(HEAD_OF_IT, **yaml.safe_load(link))

    assert link.startswith("# CDP-2 of IT is forecast")
    assert result.success
    assert "IT finishes CDP-2 by" in deployed.card(late)["conflict"]


def test_the_form_cannot_read_the_environment(synced_deployed: Deployed) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        synced_deployed.decide(
            HEAD_OF_IT, conflict="C-1", verdict="move", reason={"env": "JIRA_TOKEN"}
        )


def test_a_killed_decision_is_not_relaunched_without_its_person(synced_deployed: Deployed) -> None:
    assert synced_deployed.defs().resolve_job_def("decide").tags["dagster/max_retries"] == "0"
