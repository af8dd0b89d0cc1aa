"""Dependencies as an issue states them: links, fix versions, a named field, names in free text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.jira.fields import ChosenFields
from connectors.jira.history import IssueFields, linked_issue
from connectors.jira.settings import JiraSettings
from connectors.kit.rich_text.adf import plain_text
from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, Origin, StatedDependency

_OPPOSITE = {
    DependencyRole.PREDECESSOR: DependencyRole.SUCCESSOR,
    DependencyRole.SUCCESSOR: DependencyRole.PREDECESSOR,
}


def find_stated_dependencies(
    key: str,
    fields: IssueFields,
    settings: JiraSettings,
    chosen: ChosenFields,
    references: ReferenceFormats,
) -> tuple[StatedDependency, ...]:
    """All dependencies that one issue states, deduplicated and sorted.

    A name in free text counts only where no link, fix version or named field states the same
    target. There, bare numbers and issues of the pulled projects do not count at all.
    """
    explicit = [
        *_from_links(fields, settings, references),
        *_from_versions(key, fields, references),
        *_from_field(fields, chosen, references),
    ]
    explicit_targets = {dependency.target for dependency in explicit}
    from_text = [
        dependency
        for dependency in _from_texts(fields, chosen, references)
        if dependency.target not in explicit_targets
        and not _is_only_mentioned(dependency.target, settings)
    ]
    own_name = references.normalise(key)
    stated = {dependency for dependency in (*explicit, *from_text) if dependency.target != own_name}
    return tuple(sorted(stated))


def _is_only_mentioned(target: str, settings: JiraSettings) -> bool:
    """Whether a name in free text is more likely a mention than a dependency."""
    # A number, such as the end of a web address, is rarely the name of a record. Issues of our own
    # projects can be linked, so whoever only writes their key means no dependency.
    return target.isdigit() or target.rpartition("-")[0] in settings.projects


def field_text(value: Any) -> str:
    """The text of any field: text, a number, a document (ADF), an option, or a list of these."""
    if isinstance(value, list):
        return "; ".join(filter(None, map(field_text, value)))
    if isinstance(value, Mapping) and value.get("type") != "doc":
        return str(value.get("value") or value.get("name") or "")
    return str(value) if isinstance(value, int | float) else plain_text(value)


def _from_links(
    fields: IssueFields, settings: JiraSettings, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    for link in fields.get("issuelinks") or ():
        link_type = link.get("type") or {}
        meaning = settings.link_meaning(str(link_type.get("name") or ""))
        target = linked_issue(link).get("key")
        if meaning is None or not target:
            continue
        is_outward = "outwardIssue" in link
        label = link_type.get("outward" if is_outward else "inward") or link_type["name"]
        yield StatedDependency(
            target=references.normalise(str(target)),
            role=meaning.outward if is_outward else _OPPOSITE[meaning.outward],
            origin=Origin.LINK,
            where=f'issue link "{label}"',
            type=meaning.type,
            written=str(target),
        )


def _from_versions(
    key: str, fields: IssueFields, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    """A release is not finished before each of its issues is."""
    for version in fields.get("fixVersions") or ():
        if version.get("name"):
            name = version_key(key.rpartition("-")[0], str(version["name"]))
            yield StatedDependency(
                target=references.normalise(name),
                role=DependencyRole.SUCCESSOR,
                origin=Origin.LINK,
                where="fix version",
                type=DependencyType.FINISH_TO_FINISH,
                written=name,
            )


def version_key(project: str, name: str) -> str:
    """The key of a release: its project and name, which together are unique on a site."""
    return f"{project} {name}"


def _from_field(
    fields: IssueFields, chosen: ChosenFields, references: ReferenceFormats
) -> list[StatedDependency]:
    where = f'field "{chosen.name(chosen.depends_on)}"'
    names = references.split_list(field_text(chosen.value(fields, chosen.depends_on)))
    return [
        StatedDependency(target, DependencyRole.PREDECESSOR, Origin.FIELD, where, written=written)
        for target, written in names.items()
    ]


def _from_texts(
    fields: IssueFields, chosen: ChosenFields, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    for field in chosen.texts:
        where = f'text in "{chosen.name(field)}"'
        for target in references.find_in_text(field_text(fields.get(field))):
            yield StatedDependency(target, DependencyRole.PREDECESSOR, Origin.TEXT, where)
