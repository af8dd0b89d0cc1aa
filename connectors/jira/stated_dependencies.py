"""Dependencies as an issue states them: links, fix versions, a named field, words in text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.jira.adf import plain_text
from connectors.jira.fields import ChosenFields
from connectors.jira.history import IssueFields, linked_issue
from connectors.jira.settings import JiraSettings
from model.keys import listed, normalise, references
from model.records import DependencyRole, DependencyType, Origin, StatedDependency

_OPPOSITE = {
    DependencyRole.PREDECESSOR: DependencyRole.SUCCESSOR,
    DependencyRole.SUCCESSOR: DependencyRole.PREDECESSOR,
}


def find_stated_dependencies(
    key: str, fields: IssueFields, settings: JiraSettings, chosen: ChosenFields
) -> tuple[StatedDependency, ...]:
    """All dependencies of one issue.

    A name in free text counts only where nothing firmer is said about it, and never for an issue
    of our own projects: people link those, and to mention one is not to depend on it. Nor does a
    bare number, which is rarely a name.
    """
    firm = [
        *_from_links(fields, settings),
        *_from_versions(key, fields),
        *_from_field(fields, chosen),
    ]
    told = {claim.target for claim in firm}
    loose = [
        claim
        for claim in _from_texts(fields, chosen)
        if claim.target not in told
        and not claim.target.isdigit()
        and claim.target.rpartition("-")[0] not in settings.projects
    ]
    return tuple(sorted({claim for claim in (*firm, *loose) if claim.target != normalise(key)}))


def field_text(value: Any) -> str:
    """The words of any field: text, a document, an option, or a list of these."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(field_text, value)))
    if isinstance(value, Mapping) and value.get("type") != "doc":
        return str(value.get("value") or value.get("name") or "")
    return str(value) if isinstance(value, int | float) else plain_text(value)


def _from_links(fields: IssueFields, settings: JiraSettings) -> Iterator[StatedDependency]:
    for link in fields.get("issuelinks") or ():
        kind = link.get("type") or {}
        meaning = settings.link_meaning(str(kind.get("name") or ""))
        target = linked_issue(link).get("key")
        if meaning is None or not target:
            continue
        outward = "outwardIssue" in link
        yield StatedDependency(
            target=normalise(str(target)),
            role=meaning.outward if outward else _OPPOSITE[meaning.outward],
            origin=Origin.LINK,
            where=f'issue link "{kind.get("outward" if outward else "inward") or kind["name"]}"',
            type=meaning.type,
            written=str(target),
        )


def _from_versions(key: str, fields: IssueFields) -> Iterator[StatedDependency]:
    """A release is not finished before each of its issues is."""
    for version in fields.get("fixVersions") or ():
        if version.get("name"):
            name = version_key(key.rpartition("-")[0], str(version["name"]))
            yield StatedDependency(
                target=normalise(name),
                role=DependencyRole.SUCCESSOR,
                origin=Origin.LINK,
                where="fix version",
                type=DependencyType.FINISH_TO_FINISH,
                written=name,
            )


def version_key(project: str, name: str) -> str:
    """What people call a release, and what is unique on a site."""
    return f"{project} {name}"


def _from_field(fields: IssueFields, chosen: ChosenFields) -> list[StatedDependency]:
    where = f'field "{chosen.name(chosen.depends_on)}"'
    return [
        StatedDependency(target, DependencyRole.PREDECESSOR, Origin.FIELD, where, written=written)
        for target, written in listed(field_text(chosen.value(fields, chosen.depends_on))).items()
    ]


def _from_texts(fields: IssueFields, chosen: ChosenFields) -> Iterator[StatedDependency]:
    for field in chosen.texts:
        for target in references(field_text(fields.get(field))):
            where = f'text in "{chosen.name(field)}"'
            yield StatedDependency(target, DependencyRole.PREDECESSOR, Origin.TEXT, where)
