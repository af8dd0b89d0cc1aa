"""One conflict in full, now or as it stood: its card as text, who may decide, its decisions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import typer

from model.conflicts import Conflict, Status
from model.findings import Label
from model.operating_model.calendar import local_day
from model.operating_model.rights import DecisionAuthority, find_authorities
from model.operating_model.schema import OperatingModel
from model.outcomes import JudgedOutcome, TakenDecision, judge
from model.rules.words import format_list
from model.warehouse.record import read_all_events, read_taken_decisions
from model.wording import build_story, to_plain_text
from pipelines.cli.as_of import end_of_day, model_as_of, require_kept
from pipelines.cli.conflicts import conflict_to_json, read_shown_conflict
from pipelines.cli.decisions import decision_text, decision_to_json
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_lines
from pipelines.ui_links import card_url

Judged = tuple[TakenDecision, JudgedOutcome]


def card(conflict_id: str, *, as_of: datetime | None, json: bool) -> None:
    """Print one conflict as it stands, or stood at the end of a day.

    Raises Exit(MISCONFIGURED) for one that there is not, or was not then.
    """
    with open_home_instance() as instance:
        instant = as_of and end_of_day(as_of, instance)
        shown = read_shown_conflict(instance, conflict_id, instant)
        with instance.engine.connect() as connection:
            if instant:
                require_kept(instance, connection, instant)
            if shown is None:
                then = " on that day" if instant else "; see `interlock conflicts --all`"
                print_error(f"{conflict_id}: there is no such conflict{then}")
                raise typer.Exit(ExitCode.MISCONFIGURED)
            model = model_as_of(instance, connection, instant)
            events = read_all_events(connection, instant).get(conflict_id, [])
            decisions = read_taken_decisions(connection, instant)
        url = card_url(instance.deployment.ui_url, shown[0])
        today = local_day(instance.model, instant or now())
    judged = [
        (each, judge(each, events, today)) for each in decisions if each.conflict_id == conflict_id
    ]
    conflict, labels, _ = shown
    if json:
        may_decide = [_authority_to_json(each) for each in _who_may(model, conflict)]
        taken = [decision_to_json(each, became) for each, became in judged]
        print_json(conflict_to_json(*shown, today) | {"may_decide": may_decide, "decisions": taken})
    else:
        for line in _lines(conflict, labels, model, judged, url):
            print_lines(line)


def _lines(
    conflict: Conflict,
    labels: Mapping[int, Label],
    model: OperatingModel,
    judged: Sequence[Judged],
    url: str,
) -> Iterator[str]:
    yield to_plain_text(build_story(conflict, labels, model, url))
    if conflict.status is not Status.RESOLVED:
        names = [_authority_text(each) for each in _who_may(model, conflict)]
        yield f"May decide: {'; '.join(names)}" if names else "Nobody may decide it."
    for decision, became in judged:
        yield decision_text(decision, became, model)


def _who_may(model: OperatingModel, conflict: Conflict) -> list[DecisionAuthority]:
    """Who has a right to decide it, each person in each role only once."""
    return list({str(each): each for each in find_authorities(model, conflict.finding)}.values())


def _authority_text(authority: DecisionAuthority) -> str:
    deputies = [person.name for person in authority.people[1:]]
    return f"{authority}, deputy {format_list(deputies)}" if deputies else str(authority)


def _authority_to_json(authority: DecisionAuthority) -> dict[str, Any]:
    return {
        "person": authority.person.id,
        "role": authority.role.id,
        "right": authority.right,
        "deputies": [person.id for person in authority.people[1:]],
    }
