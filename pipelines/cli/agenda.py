"""`interlock agenda`: what a forum has to decide at its next meeting."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import typer

from model.operating_model.forums import Forum
from model.operating_model.meetings import forum_with_id
from model.operating_model.problems import choose
from model.operating_model.schema import OperatingModel
from pipelines.agenda_text import agenda_html, agenda_markdown, agenda_text, agenda_to_json
from pipelines.cli.as_of import end_of_day, model_as_of, require_kept
from pipelines.cli.exit_codes import ExitCode
from pipelines.cli.opening import open_home_instance
from pipelines.cli.output import now, print_error, print_json, print_lines, print_raw
from pipelines.instance import Instance
from pipelines.steps import agenda as step


class AgendaForm(StrEnum):
    """How an agenda is printed."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"
    JSON = "json"


def agenda(forum_id: str, on: datetime | None, form: AgendaForm) -> None:
    """Print the agenda of the first meeting on a day or later; raises Exit(MISCONFIGURED)."""
    with open_home_instance() as instance:
        if on and on.date() < instance.today(now()):
            linked = _past_agenda(instance, forum_id, end_of_day(on, instance))
        else:
            forum, day = _require_forum(instance.model, forum_id), on.date() if on else None
            linked = step.agenda(instance, forum, now(), instance.deployment.ui_url, day)
    match form:
        case AgendaForm.TEXT:
            print_lines(agenda_text(linked.agenda))
        case AgendaForm.MARKDOWN:
            print_raw(agenda_markdown(linked.agenda, linked.urls))
        case AgendaForm.HTML:
            print_raw(agenda_html(linked.agenda, linked.urls))
        case AgendaForm.JSON:
            print_json(agenda_to_json(linked.agenda, linked.urls))


def _past_agenda(instance: Instance, forum_id: str, instant: datetime) -> step.LinkedAgenda:
    with instance.engine.connect() as connection:
        require_kept(instance, connection, instant)
        model = model_as_of(instance, connection, instant)
    forum = _require_forum(model, forum_id)
    return step.past_agenda(instance, model, forum, instant, instance.deployment.ui_url)


def _require_forum(model: OperatingModel, forum_id: str) -> Forum:
    try:
        return forum_with_id(model, forum_id)
    except KeyError:
        known = [forum.id for forum in model.forums]
        print_error(f"the operating model has no forum {forum_id}. {choose(forum_id, known)}")
        raise typer.Exit(ExitCode.MISCONFIGURED) from None
