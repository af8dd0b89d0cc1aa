"""Dependencies as an issue states them: links, fix versions, a named field, names in free text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.jira.fields import ChosenFields
from connectors.jira.history import IssueFields, linked_issue
from connectors.jira.settings import JiraSettings
from connectors.kit.rich_text.adf import plain_text
from connectors.kit.stated_dependencies import by_field, by_link, by_text, combine_stated
from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, StatedDependency

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
    in_text = [
        dependency
        for dependency in _from_texts(fields, chosen, references)
        if not _is_only_mentioned(dependency.target, settings)
    ]
    return combine_stated(explicit, in_text, {references.normalise(key)})


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
        role = meaning.outward if is_outward else _OPPOSITE[meaning.outward]
        yield by_link(references, str(target), role, f'issue link "{label}"', meaning.type)


def _from_versions(
    key: str, fields: IssueFields, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    """A release is not finished before each of its issues is."""
    for version in fields.get("fixVersions") or ():
        if version.get("name"):
            name = version_key(key.rpartition("-")[0], str(version["name"]))
            together = DependencyType.FINISH_TO_FINISH
            yield by_link(references, name, DependencyRole.SUCCESSOR, "fix version", together)


def version_key(project: str, name: str) -> str:
    """The key of a release: its project and name, which together are unique on a site."""
    return f"{project} {name}"


def _from_field(
    fields: IssueFields, chosen: ChosenFields, references: ReferenceFormats
) -> list[StatedDependency]:
    text = field_text(chosen.value(fields, chosen.depends_on))
    return by_field(references, text, chosen.name(chosen.depends_on))


def _from_texts(
    fields: IssueFields, chosen: ChosenFields, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    for field in chosen.texts:
        text = field_text(fields.get(field))
        yield from by_text(references, text, f'text in "{chosen.name(field)}"')
