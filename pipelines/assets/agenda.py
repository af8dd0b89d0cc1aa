"""Agendas: one asset per forum, with what it has to decide at its next meeting."""

from collections.abc import Iterator, Sequence
from typing import Any

import dagster as dg

from model.agenda import Agenda, agenda_title
from model.operating_model.forums import Forum
from model.rules.words import format_day
from pipelines.agenda_text import NOT_NEEDED, outcome_lines, point_markdown
from pipelines.assets.connections import RETRIES
from pipelines.assets.keys import CONFLICTS, REPLIES, agenda_key
from pipelines.cards.markdown import bullets, metadata_entries
from pipelines.resource import InterlockResource, run_instant
from pipelines.steps.agenda import LinkedAgenda, agenda
from pipelines.ui_links import own_site


def agenda_assets(forums: Sequence[Forum]) -> list[dg.AssetsDefinition]:
    """One asset per forum; each sync brings the agenda of its next meeting up to date."""
    return [_agenda_asset(forum) for forum in forums]


def _agenda_asset(forum: Forum) -> dg.AssetsDefinition:
    @dg.asset(
        key=agenda_key(forum.id),
        group_name="agendas",
        kinds={"markdown"},
        deps=[CONFLICTS, REPLIES],
        description=f"What {forum.name} has to decide at its next meeting.",
        retry_policy=RETRIES,
    )
    def build(
        context: dg.AssetExecutionContext, interlock: InterlockResource
    ) -> dg.MaterializeResult:
        with interlock.open() as instance:
            site = own_site(instance.deployment.ui_url)
            linked = agenda(instance, forum, run_instant(context), site)
        return dg.MaterializeResult(metadata=_metadata(linked))

    return build


def _metadata(linked: LinkedAgenda) -> dict[str, Any]:
    agenda = linked.agenda
    return {
        "next meeting": agenda_title(agenda),
        "date": agenda.meeting.date().isoformat(),
        **dict(_point_entries(agenda, linked)),
        **metadata_entries(_since(agenda), bullets(outcome_lines(agenda, linked.urls))),
        "points": len(agenda.points),
        "decided since": len(agenda.outcomes),
        "nobody of it may decide": len(agenda.unauthorised),
    }


def _point_entries(agenda: Agenda, linked: LinkedAgenda) -> Iterator[tuple[str, Any]]:
    if not agenda.is_needed:
        yield "agenda", dg.MarkdownMetadataValue(f"**{NOT_NEEDED}**")
    for number, point in enumerate(agenda.points, start=1):
        url = linked.urls.get(point.conflict_id)
        blocks = [f"{block}\n" for block in point_markdown(number, point, url)]
        yield from metadata_entries(f"point {number}", blocks).items()


def _since(agenda: Agenda) -> str:
    return f"decided since {format_day(agenda.since.date())}" if agenda.since else "decided"
