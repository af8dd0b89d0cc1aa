"""A conflict's card: what breaks and why in a few lines, its timeline, and a link a verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import dagster as dg
import yaml

from model.conflicts import VERDICT_MEANING, Conflict, Verdict
from model.findings import Label
from model.remarks import Posted
from model.rules.words import day, money
from model.warehouse.lookup import Dates
from pipelines.cards.markdown import escaped, image, link, table
from pipelines.cards.picture import timeline
from pipelines.ui_links import CODE_LOCATION


def card_metadata(
    conflict: Conflict,
    labels: Mapping[int, Label],
    dates: Mapping[int, Dates],
    names: Mapping[str, str],
    posted: list[Posted],
) -> dict[str, Any]:
    """The card as metadata of the conflict's partition, in the order in which it is read."""
    entries: dict[str, Any] = {
        "card": dg.MarkdownMetadataValue(_head(conflict, names)),
        "decide": dg.MarkdownMetadataValue(_verdicts(conflict)),
        "records": dg.MarkdownMetadataValue(_records(conflict, labels)),
    }
    if conflict.finding.chain:
        ids = [step.record_id for step in conflict.finding.chain]
        picture = timeline(ids, labels, dates, names)
        entries["timeline"] = dg.MarkdownMetadataValue(image(conflict.wording.title, picture))
    entries["comments"] = dg.MarkdownMetadataValue(_comments(posted))
    return entries


def _head(conflict: Conflict, names: Mapping[str, str]) -> str:
    who = conflict.standing.authority
    between = " and ".join(names.get(f, f) for f in conflict.finding.functions)
    decides = f"**{escaped(who.person_name)}** ({escaped(who.role_name)})" if who else "**Nobody**"
    lines = [
        f"**{conflict.severity.name.capitalize()}: {escaped(conflict.wording.title)}**",
        escaped(" ".join(conflict.wording.explanation)),
        f"Between {escaped(between)}.{_stake(conflict)}",
        escaped(conflict.wording.question),
        f"{decides} decides by **{day(conflict.standing.decide_by)}**.",
        f"Otherwise {escaped(conflict.standing.otherwise)}.",
    ]
    return "\n\n".join(lines)


def _stake(conflict: Conflict) -> str:
    impact = conflict.finding.impact
    parts = []
    if impact.days:
        parts.append(f"{impact.days} working days")
    if impact.items:
        parts.append(f"{impact.items} items downstream")
    if impact.value:
        parts.append(money(impact.value))
    return f" At stake: {', '.join(parts)}." if parts else ""


def _verdicts(conflict: Conflict) -> str:
    return "\n".join(
        f"- {link(verdict.value, decide_path(conflict.id, verdict))}: {meaning}"
        for verdict, meaning in VERDICT_MEANING.items()
    )


def decide_path(conflict_id: str, verdict: Verdict) -> str:
    """The `decide` form with conflict and verdict filled in; the reason is for the person."""
    form = yaml.safe_dump(
        {"conflict": conflict_id, "verdict": verdict.value, "reason": ""}, sort_keys=False
    )
    return f"/locations/{CODE_LOCATION}/jobs/decide/playground/setup?config={quote(form, safe='')}"


def _records(conflict: Conflict, labels: Mapping[int, Label]) -> str:
    chain = {step.record_id: step for step in conflict.finding.chain}
    ids = dict.fromkeys((*chain, *conflict.finding.subjects))
    rows = []
    for record_id in ids:
        label = labels.get(record_id)
        if label is None:
            continue
        step = chain.get(record_id)
        name = link(label.key, label.url) if label.url else escaped(label.key)
        dates = (day(step.planned), day(step.forecast)) if step else ("", "")
        rows.append((name, escaped(label.title), *dates))
    return table(("Record", "Title", "Planned", "Forecast"), rows)


def _comments(posted: list[Posted]) -> str:
    if not posted:
        return "None written yet."
    return "\n".join(
        f"- {link(str(one.target), one.url)}" if one.url else f"- {escaped(str(one.target))}"
        for one in posted
    )
