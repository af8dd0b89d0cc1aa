"""`interlock decide`: record a verdict; the operating model says who may decide."""

from __future__ import annotations

from collections.abc import Sequence

from model.agreement import outcome_text, proposal_sentences
from model.conflicts import Conflict, Status
from model.operating_model.identity import identity_of_text
from model.rules import Option
from model.rules.options import fill_in
from model.warehouse.ledger import read_conflict
from pipelines.cli.conflicts import conflict_to_json, read_shown_conflict
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_json, print_line, print_table
from pipelines.instance import Instance
from pipelines.steps.decide import Choice, DecisionRefused, record_decision


def decide(
    conflict: str,
    verdict: str,
    person: str,
    reason: str,
    settings: Sequence[str],
    *,
    json: bool,
) -> None:
    """Record a decision and print what follows from it; raises DecisionRefused.

    `settings` are the fields of the option, each as `name=value`.
    """
    with open_home_instance() as instance:
        at, choice = now(), Choice(verdict, _parse_settings(settings), reason)
        decided = record_decision(instance, conflict, choice, identity_of_text(person), "cli", at)
        shown, today = read_shown_conflict(instance, conflict), instance.today(at)
    if json:
        assert shown is not None
        print_json(conflict_to_json(*shown, today))
        return
    print_line(
        f"✓ {conflict} {outcome_text(decided)}. "
        "Run `interlock comments` to write it into the tools now"
    )


def print_options(conflict_id: str) -> None:
    """Print the options of a conflict with their fields; raises DecisionRefused without one."""
    with open_home_instance() as instance:
        conflict = _read_conflict(instance, conflict_id)
        options = instance.rules.options_of(conflict.finding.rule)
    print_line(conflict.wording.question)
    for sentence in proposal_sentences(conflict):
        print_line(sentence)
    print_table(
        ("Verdict", "What it decides", "--set"),
        [_option_row(option, conflict) for option in options.values()],
        conflict.wording.title,
    )


def _read_conflict(instance: Instance, conflict_id: str) -> Conflict:
    with instance.engine.connect() as connection:
        conflict = read_conflict(connection, conflict_id)
    if conflict is None or conflict.status is Status.RESOLVED:
        raise DecisionRefused(f"{conflict_id}: no such conflict is in force")
    return conflict


def _option_row(option: Option, conflict: Conflict) -> tuple[str, ...]:
    terms = dict(conflict.wording.terms)
    fields = [
        f"{each.name}={terms.get(each.default, '…')}"
        for each in option.fields
        if each.default in terms or not each.may_be_empty
    ]
    return option.id, fill_in(option.label, terms), "  ".join(fields)


def _parse_settings(settings: Sequence[str]) -> dict[str, str]:
    pairs = [setting.partition("=") for setting in settings]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise DecisionRefused(f"--set takes NAME=VALUE, and not {', '.join(wrong)}")
    return {name.strip(): value.strip() for name, _, value in pairs}
