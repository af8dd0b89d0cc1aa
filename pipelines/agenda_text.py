"""An agenda as plain text, Markdown, a page of HTML, and JSON values.

What tools and people wrote is escaped; links lead to the cards of the conflicts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape as escape_html
from typing import Any

from model.agenda import Agenda, AgendaOutcome, agenda_title
from model.agenda_points import AgendaPoint, between_text
from model.rules.words import format_count, format_day, format_list
from pipelines.cards.markdown import escape, link

NOT_NEEDED = "No meeting needed: nothing is to be decided."

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 48rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1a1a; background: #fff; }
h2 { margin-top: 2.2rem; font-size: 1.15rem; }
.who { border-left: 4px solid #b45309; padding-left: .8rem; }
.note { color: #9a3412; }
dt { font-weight: 600; margin-top: .4rem; } dd { margin-left: 1.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
         border-bottom: 1px solid #ddd; }
@media print { a { color: inherit; text-decoration: none; } h2 { break-after: avoid; } }
"""


def agenda_text(agenda: Agenda) -> str:
    """The agenda for a terminal: lines of plain text."""
    return "\n".join(_text_lines(agenda))


def _text_lines(agenda: Agenda) -> Iterator[str]:
    yield agenda_title(agenda)
    yield _people_text(agenda)
    if not agenda.is_needed:
        yield f"\n{NOT_NEEDED}"
    for number, point in enumerate(agenda.points, start=1):
        yield f"\n{number}. {_severity(point)}: {_flat(point.title)} ({point.conflict_id})"
        for line in (_facts_text(point), _flat(" ".join(point.why)), _flat(point.question)):
            yield f"   {line}"
        for option in point.options:
            yield f"   - {option.id}: {_flat(' '.join(option.consequences))}"
        yield f"   {_decides_text(point)}"
        yield from (f"   ! {_flat(note)}" for note in point.notes)
    if agenda.outcomes:
        yield f"\n{_since_text(agenda)}"
        yield from (f"- {_outcome_text(each)}" for each in agenda.outcomes)
    if agenda.unauthorised:
        yield "\nNobody of this forum may decide"
        yield from (
            f"- {_flat(each.title)} ({each.conflict_id}): {_ask_text(each.who_may)}"
            for each in agenda.unauthorised
        )


def agenda_markdown(agenda: Agenda, urls: Mapping[str, str]) -> str:
    """The agenda as Markdown; `urls` are the cards by conflict id."""
    return "\n\n".join(_markdown_blocks(agenda, urls)) + "\n"


def _markdown_blocks(agenda: Agenda, urls: Mapping[str, str]) -> Iterator[str]:
    yield f"# {escape(agenda_title(agenda))}"
    yield escape(_people_text(agenda))
    if not agenda.is_needed:
        yield f"**{NOT_NEEDED}**"
    for number, point in enumerate(agenda.points, start=1):
        yield from point_markdown(number, point, urls.get(point.conflict_id))
    if agenda.outcomes:
        yield f"## {_since_text(agenda)}"
        yield "\n".join(f"- {line}" for line in outcome_lines(agenda, urls))
    if agenda.unauthorised:
        yield "## Nobody of this forum may decide"
        yield "\n".join(
            f"- {link(each.title, urls.get(each.conflict_id))}: {escape(_ask_text(each.who_may))}"
            for each in agenda.unauthorised
        )


def point_markdown(number: int, point: AgendaPoint, url: str | None) -> Iterator[str]:
    """The blocks of one point, of which the first is its heading."""
    yield f"## {number}. {_severity(point)}: {link(point.title, url)}"
    yield escape(_facts_text(point))
    yield escape(" ".join(point.why))
    yield f"**{escape(point.question)}**"
    yield "\n".join(
        f"- **{escape(option.id)}**: {escape(' '.join(option.consequences))}"
        for option in point.options
    )
    yield escape(_decides_text(point))
    yield from (f"**{escape(note)}**" for note in point.notes)


def outcome_lines(agenda: Agenda, urls: Mapping[str, str]) -> list[str]:
    """What became of each decision since the last meeting, as lines of Markdown."""
    return [
        f"**{each.outcome}**: {link(each.title, urls.get(each.conflict_id))}. "
        f"{escape(_decided_text(each))}"
        for each in agenda.outcomes
    ]


def agenda_html(agenda: Agenda, urls: Mapping[str, str]) -> str:
    """The agenda as a page that needs nothing else: no script, no other file."""
    title = escape_html(agenda_title(agenda))
    body = "\n".join(_html_blocks(agenda, urls))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _html_blocks(agenda: Agenda, urls: Mapping[str, str]) -> Iterator[str]:
    yield _paragraph(_people_text(agenda))
    if not agenda.is_needed:
        yield _paragraph(NOT_NEEDED, "who")
    for number, point in enumerate(agenda.points, start=1):
        heading = f"{number}. {_severity(point)}: "
        yield f"<h2>{heading}{_html_link(point.title, urls.get(point.conflict_id))}</h2>"
        yield _paragraph(_facts_text(point))
        yield _paragraph(" ".join(point.why))
        yield f"<p><strong>{escape_html(point.question)}</strong></p>"
        yield "<dl>"
        for option in point.options:
            consequences = escape_html(" ".join(option.consequences))
            yield f"<dt>{escape_html(option.id)}</dt><dd>{consequences}</dd>"
        yield "</dl>"
        yield _paragraph(_decides_text(point), "who")
        yield from (_paragraph(note, "note") for note in point.notes)
    if agenda.outcomes:
        yield f"<h2>{escape_html(_since_text(agenda))}</h2>\n<table>"
        for each in agenda.outcomes:
            title = _html_link(each.title, urls.get(each.conflict_id))
            cells = (each.outcome.value, title, escape_html(_decided_text(each)))
            yield "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"
        yield "</table>"
    if agenda.unauthorised:
        yield "<h2>Nobody of this forum may decide</h2>\n<ul>"
        for other in agenda.unauthorised:
            title = _html_link(other.title, urls.get(other.conflict_id))
            yield f"<li>{title}: {escape_html(_ask_text(other.who_may))}</li>"
        yield "</ul>"


def _paragraph(text: str, kind: str = "") -> str:
    attribute = f' class="{kind}"' if kind else ""
    return f"<p{attribute}>{escape_html(text)}</p>"


def _html_link(text: str, url: str | None) -> str:
    if url is None or not url.startswith(("http://", "https://")):
        return escape_html(text)
    return f'<a href="{escape_html(url, quote=True)}">{escape_html(text)}</a>'


def agenda_to_json(agenda: Agenda, urls: Mapping[str, str]) -> dict[str, Any]:
    """The agenda as JSON values; instants with their time zone, dates as ISO 8601."""
    return {
        "forum": agenda.forum.id,
        "name": agenda.forum.name,
        "meeting": agenda.meeting,
        "since": agenda.since,
        "needed": agenda.is_needed,
        "chair": agenda.chair,
        "members": agenda.members,
        "points": [_point_to_json(point, urls) for point in agenda.points],
        "decided": [
            {
                "conflict": each.conflict_id,
                "title": each.title,
                "decision": each.meaning,
                "person": each.person,
                "on": each.on,
                "outcome": each.outcome.value,
                "detail": each.detail,
            }
            for each in agenda.outcomes
        ],
        "nobody_here_may_decide": [
            {"conflict": each.conflict_id, "title": each.title, "who_may": each.who_may}
            for each in agenda.unauthorised
        ],
    }


def _point_to_json(point: AgendaPoint, urls: Mapping[str, str]) -> dict[str, Any]:
    return {
        "conflict": point.conflict_id,
        "url": urls.get(point.conflict_id),
        "severity": point.severity.name.lower(),
        "title": point.title,
        "between": point.between,
        "why": point.why,
        "question": point.question,
        "stake": point.stake,
        "options": [
            {"id": each.id, "label": each.label, "consequences": each.consequences}
            for each in point.options
        ],
        "decides": format_list(point.decides) or None,
        "decide_by": point.decide_by,
        "otherwise": point.otherwise,
        "may_decide": point.may_decide,
        "notes": point.notes,
    }


def _people_text(agenda: Agenda) -> str:
    others = f" With {', '.join(agenda.members)}." if agenda.members else ""
    return f"Chair: {agenda.chair}.{others}"


def _severity(point: AgendaPoint) -> str:
    return point.severity.name.capitalize()


def _facts_text(point: AgendaPoint) -> str:
    stake = f" At stake: {point.stake}." if point.stake else ""
    return f"{between_text(point)}.{stake}"


def _decides_text(point: AgendaPoint) -> str:
    here = f"Here may decide: {format_list(point.may_decide)}."
    if not point.decides:
        return here
    by = format_day(point.decide_by)
    who, has = format_list(point.decides), "has" if len(point.decides) == 1 else "have"
    return f"{who} {has} to decide by {by}; otherwise {point.otherwise}. {here}"


def _since_text(agenda: Agenda) -> str:
    since = f" since {format_day(agenda.since.date())}" if agenda.since else ""
    return f"Decided{since}: {format_count(len(agenda.outcomes), 'decision')}"


def _outcome_text(each: AgendaOutcome) -> str:
    return f"{each.outcome}: {_flat(each.title)} ({each.conflict_id}). {_decided_text(each)}"


def _decided_text(each: AgendaOutcome) -> str:
    detail = f"; {_flat(each.detail)}" if each.detail else ""
    return f"{each.person} on {format_day(each.on)}: {_flat(each.meaning)}{detail}."


def _ask_text(who_may: tuple[str, ...]) -> str:
    return f"ask {format_list(who_may)}" if who_may else "nobody may; the operating model needs one"


def _flat(text: str) -> str:
    return " ".join(text.split())
