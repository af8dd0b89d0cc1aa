"""The form of the governance lead: who may decide, and what a decision changes."""

import os
import uuid
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import dagster as dg
import pytest
import yaml

from model.conflicts import Status
from model.operating_model.identity import Identity, IdentityKind
from model.rules import Option, RuleSet, installed_rules
from model.rules.options import FieldKind, OptionField, date_field
from pipelines.coordinator import PERSON_TAG, PROOF_TAG
from pipelines.decide_form import decide_fields
from pipelines.proxy_identity import prove_run
from pipelines.steps.detect import detect
from tests.pipelines.agreeing import want_agreement
from tests.pipelines.dagster.conftest import Deployed, refusal
from tests.pipelines.small import NOW, day
from tests.pipelines.syncing import jira_comments

MOVE = {"move": {"on": str(day(30))}}
HEAD_OF_IT = "jonas.krueger@nordlicht.example"
HEAD_OF_MARKETING = "lena.vogt@nordlicht.example"
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
        each.id
        for each in deployed.conflicts(Status.OPEN).values()
        if each.finding.rule == "late_handover"
    )
    return conflict_id


def jira_texts(deployed: Deployed) -> list[str]:
    return [str(comment["body"]) for comment in jira_comments(deployed.small, "CDP-2")]


def test_a_run_without_a_verified_person_cannot_decide(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    result = synced_deployed.decide("", conflict=late, decision=MOVE, reason="Later")

    assert "no verified person" in refusal(result)
    assert late in synced_deployed.open_ids()


@pytest.mark.parametrize("proof", ["", "0" * 64])
def test_a_run_whose_tags_were_set_by_anybody_but_the_coordinator_cannot_decide(
    synced_deployed: Deployed, proof: str
) -> None:
    tags = {PERSON_TAG: f"email:{HEAD_OF_IT}", PROOF_TAG: proof}

    result = synced_deployed.launch_decision(
        str(uuid.uuid4()), tags, conflict="C-1", decision=MOVE, reason="Later"
    )

    assert "not stated by Interlock's run coordinator" in refusal(result)


def test_the_proof_of_one_run_does_not_count_for_another(synced_deployed: Deployed) -> None:
    identity = Identity(IdentityKind.EMAIL, HEAD_OF_IT)
    other = prove_run(str(uuid.uuid4()), identity, os.environ)

    result = synced_deployed.launch_decision(
        str(uuid.uuid4()),
        {PERSON_TAG: str(identity), PROOF_TAG: other},
        conflict="C-1",
        decision=MOVE,
        reason="Later",
    )

    assert "not stated by Interlock's run coordinator" in refusal(result)


def test_a_refused_decision_names_who_may_decide(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    result = synced_deployed.decide(NO_RIGHT, conflict=late, decision=MOVE, reason="Later")

    assert "Jonas Krüger (Head of IT)" in refusal(result)
    assert late in synced_deployed.open_ids()


def test_a_decision_leaves_the_inbox_and_is_on_its_card_and_in_the_comments(
    deployed: Deployed, late: str
) -> None:
    result = deployed.decide(HEAD_OF_IT, conflict=late, decision=MOVE, reason="The fair is later")

    assert result.success
    assert late not in deployed.open_ids()
    card, inbox = deployed.card(late), deployed.inbox()
    assert "Decided by Jonas Krüger" in card["text"]
    assert "it was open and is decided" in card["changed"]
    assert "**decided** by Jonas Krüger (Head of IT)" in card["history"]
    assert late in inbox["decided since yesterday"]
    assert sum("The fair is later" in text for text in jira_texts(deployed)) == 1


def test_where_both_have_to_agree_the_form_of_one_leaves_the_turn_to_the_other(
    deployed: Deployed, late: str
) -> None:
    want_agreement(deployed.small)
    with closing(deployed.small.open()) as instance:
        detect(instance, NOW + timedelta(minutes=1))

    agreed = deployed.decide(HEAD_OF_IT, conflict=late, decision=MOVE, reason="The fair is later")
    shown, inbox = deployed.card(late), deployed.inbox()

    assert agreed.success
    assert late in deployed.open_ids()
    assert shown["text"].count("Agreed by Jonas Krüger (Head of IT): Marketing replans CMP-2") == 1
    assert late in inbox["Lena Vogt decides"]
    assert sum("Agreed by Jonas" in text for text in jira_texts(deployed)) == 1

    # As on the card: with the day that was proposed, and without a reason of one's own.
    joined = deployed.decide(HEAD_OF_MARKETING, conflict=late, decision=MOVE)

    assert joined.success
    assert late not in deployed.open_ids()
    assert "Jonas Krüger (Head of IT) and Lena Vogt" in deployed.card(late)["text"]


def test_a_decision_writes_no_comment_while_comments_are_only_shown(
    deployed: Deployed, late: str
) -> None:
    settings = deployed.small.home / "interlock.yaml"
    settings.write_text(settings.read_text().replace("mode: write", "mode: dry-run"))

    result = deployed.decide(HEAD_OF_IT, conflict=late, decision=MOVE, reason="The fair is later")

    assert result.success
    assert late not in deployed.open_ids()
    assert not any("The fair is later" in text for text in jira_texts(deployed))


def test_a_tool_that_cannot_be_reached_does_not_undo_the_decision(
    deployed: Deployed, late: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIRA_TOKEN", "a token that was revoked")

    result = deployed.decide(
        HEAD_OF_IT, conflict=late, decision={"accept": {"until": str(day(5))}}, reason="We carry it"
    )

    assert result.success
    assert late not in deployed.open_ids()


def test_a_dismissal_needs_its_reason(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    result = synced_deployed.decide(HEAD_OF_IT, conflict=late, decision={"dismiss": {}}, reason=" ")

    assert "reason" in refusal(result)


def test_the_usual_decision_is_one_click(deployed: Deployed, late: str) -> None:
    form = first_form(deployed.card(late)["text"])

    result = deployed.decide(HEAD_OF_IT, **yaml.safe_load(form))

    assert form.startswith("# High: CDP-2 of IT is forecast")
    assert "# CDP-2 “Profile service” and CMP-2 “Launch”" in form
    assert max(map(len, form.splitlines())) < 80
    assert result.success
    assert "IT finishes CDP-2 by" in deployed.card(late)["text"]


def test_a_reason_with_an_apostrophe_and_a_colon_needs_no_quotes(
    synced_deployed: Deployed,
) -> None:
    form = first_form(synced_deployed.card(late_handover(synced_deployed))["text"])

    filled = yaml.safe_load(form.rstrip(" \n") + "\n  It's agreed: the fair is later\n")

    assert filled["reason"] == "It's agreed: the fair is later"


def test_a_date_that_is_missing_is_refused_before_launch(synced_deployed: Deployed) -> None:
    late = late_handover(synced_deployed)

    for answers in ({}, {"on": None}):
        with pytest.raises(dg.DagsterInvalidConfigError):
            synced_deployed.decide(HEAD_OF_IT, conflict=late, decision={"move": answers})


def test_a_decision_takes_exactly_one_option(synced_deployed: Deployed) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        synced_deployed.decide(HEAD_OF_IT, conflict="C-1", decision={**MOVE, "dismiss": {}})


def test_the_form_has_every_field_of_every_option_of_every_rule() -> None:
    fields = decide_fields(installed_rules())["decision"].config_type.fields

    for rule in installed_rules():
        for option in rule.options:
            assert {each.name for each in option.fields} <= set(
                fields[option.id].config_type.fields
            )
    assert fields["dismiss"].config_type.fields == {}
    assert fields["bridge"].config_type.fields["source"].is_required
    assert not fields["accept"].config_type.fields["days"].is_required


def test_options_of_two_rules_with_one_id_keep_the_fields_of_both() -> None:
    text = OptionField("who", FieldKind.TEXT, "Who.")
    rules = RuleSet(
        {
            name: replace(rule, name=name, options=(Option("own", "own", "owned", (field,)),))
            for (name, field), rule in zip(
                {"first": text, "second": date_field("on", "When.")}.items(),
                installed_rules(),
                strict=False,
            )
        }
    )

    shape = decide_fields(rules)["decision"].config_type.fields["own"].config_type.fields

    assert {name: field.is_required for name, field in shape.items()} == {"on": False, "who": False}


def test_an_unknown_conflict_is_refused_with_a_way_back_to_the_inbox(
    synced_deployed: Deployed,
) -> None:
    result = synced_deployed.decide(HEAD_OF_IT, conflict="C-0", decision=MOVE)

    assert refusal(result).startswith("C-0: there is no such conflict")


def first_form(card_text: str) -> str:
    """The form behind the first option of a card."""
    return unquote(card_text.split("config=")[1].split(")")[0])


def test_the_form_cannot_read_the_environment(synced_deployed: Deployed) -> None:
    with pytest.raises(dg.DagsterInvalidConfigError):
        synced_deployed.decide(
            HEAD_OF_IT, conflict="C-1", decision=MOVE, reason={"env": "JIRA_TOKEN"}
        )


def test_a_killed_decision_is_not_relaunched_without_its_person(synced_deployed: Deployed) -> None:
    assert synced_deployed.defs().resolve_job_def("decide").tags["dagster/max_retries"] == "0"
