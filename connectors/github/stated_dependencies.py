"""Dependencies as an issue states them: "blocked by", its milestone, task lists, names in text."""

from __future__ import annotations

import re
from typing import Any

from connectors.github.settings import GitHubSettings
from connectors.kit.stated_dependencies import by_link, by_text, combine_stated
from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, StatedDependency

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
    """All dependencies that one issue states, deduplicated and sorted."""
    issue = payload["issue"]
    before, after = DependencyRole.PREDECESSOR, DependencyRole.SUCCESSOR
    together = DependencyType.FINISH_TO_FINISH
    explicit = [
        by_link(references, url, before, '"blocked by"') for url in payload.get("blocked_by") or ()
    ]
    if milestone := issue.get("milestone"):
        # A milestone is not reached before each of its issues is finished.
        key = milestone_key(milestone)
        explicit.append(by_link(references, key, after, "milestone", together))
    # A bare number is an issue of the same repository, which other tools could not know.
    full_name = rf"{repository_of(issue['url'])}#\1"
    body = _SHORT_NUMBER.sub(full_name, _COMMENT.sub(" ", str(issue.get("body") or "")))
    # Not as children: the parent of an issue is what its sub-issues say, and a task may stand in
    # several lists. But an issue is not finished before the tasks on its own list are.
    in_text = by_text(references, "\n".join(_TASK.findall(body)), "task list", together)
    if settings.references_in_body:
        named = by_text(references, _TASK.sub(" ", body), "text in the description")
        in_text += [d for d in named if not _is_only_mentioned(d.target, settings)]
    own_names = {
        references.normalise(issue_key(issue)),
        references.normalise(str(issue["html_url"])),
    }
    return combine_stated(explicit, in_text, own_names)


def _is_only_mentioned(target: str, settings: GitHubSettings) -> bool:
    """Whether a name means no dependency: issues of our own repositories can be linked."""
    names = (*settings.repositories, *(n.partition("/")[2] for n in settings.repositories))
    return target.isdigit() or target.startswith(tuple(f"{name.upper()}#" for name in names))
