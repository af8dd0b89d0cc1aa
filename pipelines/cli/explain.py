"""`interlock explain`: why an item has its forecast, or what a conflict is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import typer

from model.findings import Label
from model.network import Certainty
from model.rules.words import format_count, format_day, format_list, format_working_days
from model.warehouse.quarantine import RecordedProblem, find_held
from model.wording import build_story, to_plain_text
from pipelines.cli.as_of import end_of_day
from pipelines.cli.conflicts import (
    ShownConflict,
    conflict_to_json,
    read_shown_conflict,
    reading_to_json,
)
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_line, print_lines, print_table
from pipelines.cli.problems import problem_to_json
from pipelines.instance import Instance
from pipelines.steps.explain import ExplainedStep, ItemExplanation, UnknownName, explain_item
from pipelines.timeline import date_span, timeline_row, timeline_svg
from pipelines.ui_links import card_url

_MOST_NAMED = 12
"""Descendants that are named; the others are counted."""
_CERTAINTY_TEXT = {
    Certainty.PLANNED: "as planned",
    Certainty.DERIVED: "calculated from what it depends on, its dates and its progress",
    Certainty.ASSUMED: "rests on an assumption: something it depends on has too few dates",
}


def explain(name: str, *, as_of: datetime | None, svg: Path | None, json: bool) -> None:
    """Print an item's forecast and its reasons, or what a conflict is about.

    Raises Exit(MISCONFIGURED) when the name is neither, or an option does not fit.
    """
    with open_home_instance() as instance:
        shown = read_shown_conflict(instance, name)
        if shown:
            _refuse_item_options(name, as_of, svg)
            _print_conflict(instance, shown, json=json)
            return
        instant = as_of and end_of_day(as_of, instance)
        held = [] if instant else _find_held(instance, name)
        try:
            explanation = explain_item(instance, name, now(), instant)
        except UnknownName as error:
            if held:
                _print_only_held(name, held, json=json)
                return
            print_error(str(error))
            raise typer.Exit(ExitCode.MISCONFIGURED) from None
        function_names = instance.model.function_names
    if svg:
        svg.write_text(_draw_chain(explanation, function_names), encoding="utf-8")
    if json:
        print_json(_explanation_to_json(explanation) | _held_to_json(held))
    else:
        _print_explanation(explanation, function_names)
        for problem in held:
            print_line(f"held     {_held_text(problem)} Its last state that could be read counts.")


def _find_held(instance: Instance, name: str) -> list[RecordedProblem]:
    with instance.engine.connect() as connection:
        return find_held(connection, name, instance.references)


def _print_only_held(name: str, held: Sequence[RecordedProblem], *, json: bool) -> None:
    """Print why a record is held that was never in the plan."""
    if json:
        print_json(_held_to_json(held))
        return
    print_line(f"{name} is held, so it is not in the plan")
    for problem in held:
        print_line(f"held     {_held_text(problem)}")


def _held_to_json(held: Sequence[RecordedProblem]) -> dict[str, Any]:
    return {"held": [problem_to_json(problem) for problem in held]}


def _held_text(problem: RecordedProblem) -> str:
    """What holds a record, since when (UTC), and the remedy: whole sentences."""
    since = f"{problem.since:%Y-%m-%d}"
    reason, remedy = problem.reason.rstrip("."), problem.remedy.rstrip(".")
    return f"since {since}, {problem.connection} {problem.native_id}: {reason}. {remedy}."


def _refuse_item_options(name: str, *options: datetime | Path | None) -> None:
    if any(option is not None for option in options):
        print_error(f"{name} is a conflict: --as-of and --svg are for items. Name one of its items")
        raise typer.Exit(ExitCode.MISCONFIGURED)


def _print_conflict(instance: Instance, shown: ShownConflict, *, json: bool) -> None:
    conflict, labels, _ = shown
    if json:
        print_json(conflict_to_json(*shown, instance.today(now())))
        return
    url = card_url(instance.deployment.ui_url, conflict)
    print_lines(to_plain_text(build_story(conflict, labels, instance.model, url)))
    if descendants := [labels[i] for i in conflict.finding.downstream if i in labels]:
        print_line(_downstream_text(descendants))


def _print_explanation(explanation: ItemExplanation, function_names: Mapping[str, str]) -> None:
    item = explanation.item
    function = function_names.get(item.label.function, item.label.function)
    print_line(f"{_name_text(item.label)} ({function})")
    print_line(f"planned  {_span_text(item.planned_start, item.planned_finish)}  {item.source}")
    dates = _span_text(item.forecast_start, item.forecast_finish)
    if item.done:
        print_line(f"done     {dates}")
    else:
        print_line(f"forecast {dates}  {_CERTAINTY_TEXT[item.certainty]}")
    for reason in item.reasons:
        print_line(f"         {reason}")
    if readings := sorted({str(s.old_reading) for s in explanation.chain if s.old_reading}):
        print_line(f"data     {format_list(readings)}; what is left there counts from that day")
    if not item.done:
        print_line(f"slack    {_slack_text(explanation)}")
    if len(explanation.chain) > 1:
        print_table(
            ("Because of", "Function", "Planned", "Forecast", "Source", "Dependency stated in"),
            [_chain_row(step, function_names) for step in explanation.chain],
            "Driving chain, source first",
        )
    print_line(_downstream_text(explanation.downstream))


def _slack_text(explanation: ItemExplanation) -> str:
    """How much later the item may finish; if it is too late already, by how much."""
    latest, total = format_day(explanation.late_finish), explanation.total_slack
    if total < 0:
        late = format_working_days(-total)
        return f"none: {late} too late for what depends on it (needed by {latest})"
    until = f"{format_working_days(total)} until a date breaks (latest finish {latest})"
    return f"{until}, {format_working_days(explanation.free_slack)} until anything else moves"


def _chain_row(step: ExplainedStep, function_names: Mapping[str, str]) -> tuple[str, ...]:
    return (
        _name_text(step.label),
        function_names.get(step.label.function, step.label.function),
        _span_text(step.planned_start, step.planned_finish),
        _span_text(step.forecast_start, step.forecast_finish),
        f"{step.source} (old data)" if step.old_reading else step.source,
        step.dependency_place,
    )


def _downstream_text(descendants: Sequence[Label]) -> str:
    if not descendants:
        return "Nobody waits for it."
    keys = ", ".join(label.key for label in descendants[:_MOST_NAMED])
    more = f" and {len(descendants) - _MOST_NAMED} more" if len(descendants) > _MOST_NAMED else ""
    return f"{format_count(len(descendants), 'item')} downstream: {keys}{more}"


def _name_text(label: Label) -> str:
    return label.key if label.key == label.title else f"{label.key} {label.title}"


def _span_text(start: date | None, finish: date | None) -> str:
    return (
        f"{format_day(start)} – {format_day(finish)}"
        if start and start != finish
        else format_day(finish)
    )


def _explanation_to_json(explanation: ItemExplanation) -> dict[str, Any]:
    return {
        "total_slack": explanation.total_slack,
        "free_slack": explanation.free_slack,
        "late_finish": explanation.late_finish,
        "chain": [_step_to_json(step) for step in explanation.chain],
        "downstream": [{"ref": label.ref, "key": label.key} for label in explanation.downstream],
    }


def _step_to_json(step: ExplainedStep) -> dict[str, Any]:
    return {
        "ref": step.label.ref,
        "key": step.label.key,
        "title": step.label.title,
        "function": step.label.function,
        "planned_start": step.planned_start,
        "planned_finish": step.planned_finish,
        "forecast_start": step.forecast_start,
        "forecast_finish": step.forecast_finish,
        "done": step.done,
        "certainty": step.certainty.name.lower(),
        "reasons": list(step.reasons),
        "source": step.source,
        "dependency_place": step.dependency_place,
        "old_reading": step.old_reading and reading_to_json(step.old_reading),
    }


def _draw_chain(explanation: ItemExplanation, function_names: Mapping[str, str]) -> str:
    return timeline_svg(
        [
            timeline_row(
                step.label,
                function_names,
                date_span(step.planned_start, step.planned_finish),
                date_span(step.forecast_start, step.forecast_finish),
            )
            for step in explanation.chain
        ]
    )
