"""`interlock explain`: why an item is forecast when it is, or what a conflict is about."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import typer

from model.conflicts import Conflict
from model.findings import Label
from model.network import Certainty
from model.network.picture import TimelineRow, chain_svg
from model.rules.words import counted, day, working_days
from model.warehouse.lookup import WarehouseLookup
from model.wording import CommentAudience, build_content, plain
from pipelines.cli.conflicts import conflict_to_json, read_listed_conflicts
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_line, print_table
from pipelines.instance import Instance
from pipelines.steps.detect import mentioned_ids
from pipelines.steps.explain import ExplainedStep, ItemExplanation, UnknownName, explain_item
from pipelines.ui_links import card_url

_NAMED = 12
_SURE = {
    Certainty.PLANNED: "as planned",
    Certainty.DERIVED: "calculated from what it depends on, its dates and its progress",
    Certainty.ASSUMED: "rests on an assumption: something it depends on has too few dates",
}


def explain(name: str, *, as_of: datetime | None, svg: Path | None, json: bool) -> None:
    """Tell an item's forecast and why, or what a conflict is about; raises Exit(1) for neither."""
    with open_home_instance() as instance:
        conflict = _conflict(instance, name)
        if conflict:
            _only_for_items(name, as_of, svg)
            _tell_conflict(instance, conflict, json)
            return
        instant = as_of and _end_of(as_of, instance)
        try:
            explained = explain_item(instance, name, now(), instant)
        except UnknownName as error:
            print_error(str(error))
            raise typer.Exit(1) from None
        names = {function.id: function.name for function in instance.model.functions}
    if svg:
        svg.write_text(_picture(explained, names), encoding="utf-8")
    if json:
        print_json(_shown(explained))
    else:
        _told(explained, names)


def _end_of(day_: datetime, instance: Instance) -> datetime:
    """The last instant of a day in the model's time zone; raises Exit(2) for one yet to come."""
    if day_.date() > instance.today(now()):
        print_error(f"--as-of {day_:%Y-%m-%d}: that day is yet to come")
        raise typer.Exit(2)
    return datetime.combine(day_, time.max, tzinfo=ZoneInfo(instance.model.time_zone))


def _conflict(instance: Instance, name: str) -> Conflict | None:
    found, _, _ = read_listed_conflicts(instance, include_resolved=True)
    return next((one for one in found if one.id == name), None)


def _only_for_items(name: str, *options: datetime | Path | None) -> None:
    if any(option is not None for option in options):
        print_error(f"{name} is a conflict: --as-of and --svg are for items. Name one of its items")
        raise typer.Exit(2)


def _tell_conflict(instance: Instance, conflict: Conflict, json: bool) -> None:
    with instance.engine.connect() as connection:
        labels = WarehouseLookup(connection).labels(mentioned_ids([conflict.finding]))
    if json:
        _, _, posted = read_listed_conflicts(instance, include_resolved=True)
        print_json(conflict_to_json(conflict, labels, posted.get(conflict.id, [])))
        return
    audience = CommentAudience("", card_url(instance.deployment.ui_url, conflict))
    print_line(plain(build_content(conflict, labels, instance.model, audience)))
    if below := [labels[i] for i in conflict.finding.downstream if i in labels]:
        print_line(_downstream(below))


def _told(explained: ItemExplanation, names: dict[str, str]) -> None:
    item = explained.item
    print_line(f"{_name(item.label)} ({names.get(item.label.function, item.label.function)})")
    print_line(f"planned  {_span(item.planned_start, item.planned_finish)}  {item.source}")
    dates = _span(item.forecast_start, item.forecast_finish)
    print_line(f"done     {dates}" if item.done else f"forecast {dates}  {_SURE[item.certainty]}")
    for reason in item.reasons:
        print_line(f"         {reason}")
    if not item.done:
        print_line(f"slack    {_slack(explained)}")
    if len(explained.chain) > 1:
        print_table(
            ("Because of", "Function", "Planned", "Forecast", "Where it stands", "Holds the next"),
            [_row(link, names) for link in explained.chain],
            "Driving chain, source first",
        )
    print_line(_downstream(explained.downstream))


def _slack(explained: ItemExplanation) -> str:
    """How much later it may finish; where it is too late already, by how much."""
    latest, total = day(explained.late_finish), explained.total_slack
    if total < 0:
        return f"none: {working_days(-total)} too late for what depends on it (needed by {latest})"
    until = f"{working_days(total)} until a date breaks (latest finish {latest})"
    return f"{until}, {working_days(explained.free_slack)} until anything else moves"


def _row(link: ExplainedStep, names: dict[str, str]) -> tuple[str, ...]:
    return (
        _name(link.label),
        names.get(link.label.function, link.label.function),
        _span(link.planned_start, link.planned_finish),
        _span(link.forecast_start, link.forecast_finish),
        link.source,
        link.why,
    )


def _downstream(below: tuple[Label, ...] | list[Label]) -> str:
    if not below:
        return "Nobody waits for it."
    named = ", ".join(label.key for label in below[:_NAMED])
    more = f" and {len(below) - _NAMED} more" if len(below) > _NAMED else ""
    return f"{counted(len(below), 'item')} downstream: {named}{more}"


def _name(label: Label) -> str:
    return label.key if label.key == label.title else f"{label.key} {label.title}"


def _span(start: Any, finish: Any) -> str:
    return f"{day(start)} – {day(finish)}" if start and start != finish else day(finish)


def _shown(explained: ItemExplanation) -> dict[str, Any]:
    return {
        "total_slack": explained.total_slack,
        "free_slack": explained.free_slack,
        "late_finish": explained.late_finish,
        "chain": [_link(link) for link in explained.chain],
        "downstream": [{"ref": one.ref, "key": one.key} for one in explained.downstream],
    }


def _link(link: ExplainedStep) -> dict[str, Any]:
    return {
        "ref": link.label.ref,
        "key": link.label.key,
        "title": link.label.title,
        "function": link.label.function,
        "planned_start": link.planned_start,
        "planned_finish": link.planned_finish,
        "forecast_start": link.forecast_start,
        "forecast_finish": link.forecast_finish,
        "done": link.done,
        "certainty": link.certainty.name.lower(),
        "reasons": list(link.reasons),
        "source": link.source,
        "holds_the_next": link.why,
    }


def _picture(explained: ItemExplanation, names: dict[str, str]) -> str:
    return chain_svg(
        [
            TimelineRow(
                link.label.key,
                link.label.title,
                names.get(link.label.function, link.label.function),
                link.label.ref.partition(":")[0],
                link.planned_start,
                link.planned_finish,
                link.forecast_start,
                link.forecast_finish,
            )
            for link in explained.chain
        ]
    )
