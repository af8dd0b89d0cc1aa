"""Conflicts of rules that come and go with installed packages."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from typing import Any, NoReturn

import pytest

from model.conflicts import Conflict
from model.findings import Finding
from model.rules import BrokenPlugin, RuleContext, RuleSet
from pipelines.instance import Instance
from pipelines.steps.decide import DecisionRefused
from pipelines.steps.detect import detect
from tests.pipelines import syncing
from tests.pipelines.small import NOW, Small
from tests.pipelines.syncing import decide_as, stored_conflict

LATER = NOW + timedelta(minutes=5)
BROKEN = BrokenPlugin("acme-rules 1.2", "acme_rules.late", "ModuleNotFoundError: No module")


def without_late_handover(instance: Instance, *broken: BrokenPlugin) -> Instance:
    """The same instance in an installation that lacks the rule."""
    rules = {rule.name: rule for rule in instance.rules if rule.name != "late_handover"}
    return replace(instance, rules=RuleSet(rules, broken))


def detect_late_handover(instance: Instance) -> Conflict:
    conflicts = detect(instance, NOW).in_force
    return next(each for each in conflicts if "late_handover" in each.finding.rules)


@pytest.mark.after_sync
def test_while_a_plugin_is_broken_the_conflicts_of_its_rules_stay_as_they_are(
    instance: Instance,
) -> None:
    conflict = stored_conflict(instance)

    with closing(without_late_handover(instance, BROKEN)) as reduced:
        detected = detect(reduced, LATER)

    assert detected.events == {}
    assert conflict in detected.in_force
    assert detected.broken_plugins == (BROKEN,)


@pytest.mark.after_sync
def test_the_conflicts_of_an_uninstalled_rule_end(instance: Instance) -> None:
    conflict = stored_conflict(instance)

    with closing(without_late_handover(instance)) as reduced:
        detected = detect(reduced, LATER)

    assert detected.events == {"resolved": 1}
    assert conflict.id not in {each.id for each in detected.in_force}


@pytest.mark.after_sync
def test_a_conflict_whose_rule_is_not_installed_cannot_be_decided(instance: Instance) -> None:
    conflict = stored_conflict(instance)
    assert conflict.escalation.authority is not None
    person = conflict.escalation.authority.person

    with (
        closing(without_late_handover(instance, BROKEN)) as reduced,
        pytest.raises(DecisionRefused, match="its rule late_handover is not installed"),
    ):
        decide_as(reduced, conflict, "move", person, "Later", LATER)


@pytest.mark.after_sync
def test_a_verdict_that_is_no_option_of_the_rule_is_refused_with_the_options(
    instance: Instance,
) -> None:
    conflict = stored_conflict(instance)
    assert conflict.escalation.authority is not None
    person = conflict.escalation.authority.person

    with pytest.raises(DecisionRefused, match="choose finish or move or accept or dismiss"):
        decide_as(instance, conflict, "mov", person, "Later", LATER)


@pytest.mark.after_sync
def test_a_rule_that_fails_while_it_finds_fails_alone(instance: Instance) -> None:
    def fail(*_: object) -> NoReturn:
        raise RuntimeError("find went wrong")

    before = detect(instance, NOW).in_force
    rules = dict(instance.rules.by_name)
    rules["late_handover"] = replace(rules["late_handover"], find=fail)
    failing = replace(instance, rules=RuleSet(rules))

    with closing(failing):
        again = detect(failing, LATER)

    assert again.in_force == before
    assert again.events == {}
    (failure,) = again.broken_plugins
    assert str(failure).startswith("the rule late_handover failed: RuntimeError: find went wrong")


def find_texts(*_: object) -> list[str]:
    return ["x"]


def end_the_process(*_: object) -> NoReturn:
    raise SystemExit(3)


@pytest.mark.after_sync
@pytest.mark.parametrize(
    ("find", "reason"),
    [(find_texts, "TypeError: it found str"), (end_the_process, "SystemExit: 3")],
)
def test_a_rule_that_finds_no_findings_fails_alone(
    instance: Instance, find: Any, reason: str
) -> None:
    before = detect(instance, NOW).in_force
    rules = dict(instance.rules.by_name)
    rules["late_handover"] = replace(rules["late_handover"], find=find)
    failing = replace(instance, rules=RuleSet(rules))

    with closing(failing):
        again = detect(failing, LATER)

    assert again.in_force == before
    (failure,) = again.broken_plugins
    assert str(failure).startswith(f"the rule late_handover failed: {reason}")


def concluding_from_absence(instance: Instance) -> Instance:
    """The same instance, in which the late handover counts as something that a rule misses."""
    rules = {rule.name: rule for rule in instance.rules}
    rules["late_handover"] = replace(rules["late_handover"], concludes_from_absence=True)
    return replace(instance, rules=RuleSet(rules, ()))


def test_while_a_tool_is_unread_nothing_new_is_concluded_from_absence(small: Small) -> None:
    with closing(concluding_from_absence(small.open(SALESFORCE_CLIENT_SECRET="wrong"))) as partly:
        while_unread = syncing.run_sync(partly, write=False)
    with closing(concluding_from_absence(small.open())) as whole:
        read = syncing.run_sync(whole, minutes=5, write=False)

    assert "late_handover" not in syncing.rule_names(while_unread)
    assert "late_handover" in syncing.rule_names(read)


@pytest.mark.after_sync
def test_while_a_tool_is_unread_what_was_concluded_from_absence_stays(small: Small) -> None:
    with closing(concluding_from_absence(small.open(SALESFORCE_CLIENT_SECRET="wrong"))) as partly:
        while_unread = syncing.run_sync(partly, minutes=5, write=False)

    assert set(while_unread.failures) == {"sales"}
    assert "late_handover" in syncing.rule_names(while_unread)
    assert while_unread.detected.events == {}


def with_second_fact(instance: Instance, *, failing: bool = False) -> Instance:
    """The same instance with a rule that finds something else about each late handover."""
    late = instance.rules.by_name["late_handover"]

    def find(context: RuleContext, parameters: Any) -> list[Finding]:
        if failing:
            raise ValueError("no data")
        return [replace(each, rule="second") for each in late.find(context, parameters)]

    rules = {**instance.rules.by_name, "second": replace(late, name="second", find=find)}
    return replace(instance, rules=RuleSet(rules))


@pytest.mark.after_sync
def test_what_two_rules_find_about_one_handover_is_one_conflict(instance: Instance) -> None:
    with closing(with_second_fact(instance)) as larger:
        conflict = detect_late_handover(larger)

    assert conflict.finding.rules == ("late_handover", "second")


@pytest.mark.after_sync
def test_while_the_rule_of_a_further_fact_fails_the_conflict_stays_as_it_is(
    instance: Instance,
) -> None:
    with closing(with_second_fact(instance)) as larger:
        conflict = detect_late_handover(larger)

    with closing(with_second_fact(instance, failing=True)) as failing:
        detected = detect(failing, LATER)

    assert detected.events == {}
    assert conflict in detected.in_force


@pytest.mark.after_sync
@pytest.mark.parametrize("gone", ["late_handover", "second"])
def test_a_conflict_goes_on_when_the_rule_of_one_of_its_facts_is_uninstalled(
    instance: Instance, gone: str
) -> None:
    with closing(with_second_fact(instance)) as larger:
        conflict = detect_late_handover(larger)
    rules = {name: rule for name, rule in larger.rules.by_name.items() if name != gone}

    with closing(replace(larger, rules=RuleSet(rules))) as smaller:
        detected = detect(smaller, LATER)

    (after,) = (each for each in detected.in_force if each.id == conflict.id)
    # No right names the second rule, so another person decides; the conflict is the same.
    assert set(detected.events) <= {"handed on"}
    assert after.finding.rules == tuple({"late_handover", "second"} - {gone})
