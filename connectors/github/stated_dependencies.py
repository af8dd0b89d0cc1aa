"""Dependencies as an issue states them: "blocked by", its milestone, task lists, names in text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connectors.github.settings import GitHubSettings
from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, Origin, StatedDependency

_REPOSITORY = re.compile(r"/repos/([\w-]+/(?!\.\.?/)[\w.-]+)/(?:issues|milestones)/\d+$")
_TASK = re.compile(r"^\s*(?:[-*+]|\d+[.)]) \[[ xX]\] (.*)$", re.MULTILINE)
_SHORT_NUMBER = re.compile(r"(?<![\w/.&#-])#(\d+)\b")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def repository_of(url: str) -> str:
    """`acme/api` of an address in the API: `https://api.github.com/repos/acme/api/issues/12`.

    Raises ValueError for another address: the name becomes part of keys and of paths.
    """
    match = _REPOSITORY.search(url)
    if match is None:
        raise ValueError(f'"{url}" is no address below /repos/')
    return match[1]


def issue_key(issue: Any) -> str:
    return f"{repository_of(issue['url'])}#{int(issue['number'])}"


def milestone_key(milestone: Any) -> str:
    """The key of a milestone, by its number: its title may change."""
    return f"{repository_of(milestone['url'])} milestone {int(milestone['number'])}"


def find_stated_dependencies(
    payload: Any, settings: GitHubSettings, references: ReferenceFormats
) -> tuple[StatedDependency, ...]:
    """All dependencies that one issue states, deduplicated and sorted.

    A name in the body counts only where nothing else states the same target.
    """
    issue = payload["issue"]
    explicit = [
        *_from_blockers(payload, references),
        *_from_milestone(issue, references),
    ]
    explicit_targets = {dependency.target for dependency in explicit}
    from_body = [
        dependency
        for dependency in _from_body(issue, settings, references)
        if dependency.target not in explicit_targets
    ]
    own_names = {references.normalise(issue_key(issue)), references.normalise(issue["html_url"])}
    stated = {d for d in (*explicit, *from_body) if d.target not in own_names}
    return tuple(sorted(stated))


def _from_blockers(payload: Any, references: ReferenceFormats) -> Iterator[StatedDependency]:
    for url in payload.get("blocked_by") or ():
        yield StatedDependency(
            references.normalise(url),
            DependencyRole.PREDECESSOR,
            Origin.LINK,
            '"blocked by"',
            written=url,
        )


def _from_milestone(issue: Any, references: ReferenceFormats) -> Iterator[StatedDependency]:
    """A milestone is not reached before each of its issues is finished."""
    if milestone := issue.get("milestone"):
        key = milestone_key(milestone)
        yield StatedDependency(
            references.normalise(key),
            DependencyRole.SUCCESSOR,
            Origin.LINK,
            "milestone",
            DependencyType.FINISH_TO_FINISH,
            written=key,
        )


def _from_body(
    issue: Any, settings: GitHubSettings, references: ReferenceFormats
) -> Iterator[StatedDependency]:
    repository = repository_of(issue["url"])
    # A bare number is an issue of the same repository, which other tools could not know.
    body = _SHORT_NUMBER.sub(rf"{repository}#\1", _COMMENT.sub(" ", str(issue.get("body") or "")))
    tasks = "\n".join(_TASK.findall(body))
    # Not as children: the parent of an issue is what its sub-issues say, and a task may stand in
    # several lists. But an issue is not finished before the tasks on its own list are.
    for target in references.find_in_text(tasks):
        yield StatedDependency(
            target,
            DependencyRole.PREDECESSOR,
            Origin.TEXT,
            "task list",
            DependencyType.FINISH_TO_FINISH,
        )
    if settings.references_in_body:
        names = (*settings.repositories, *(n.partition("/")[2] for n in settings.repositories))
        own = tuple(f"{name.upper()}#" for name in names)
        for target in references.find_in_text(_TASK.sub(" ", body)):
            # Issues of our own repositories can be linked, so a mention means no dependency.
            if not target.startswith(own) and not target.isdigit():
                yield StatedDependency(
                    target, DependencyRole.PREDECESSOR, Origin.TEXT, "text in the description"
                )
