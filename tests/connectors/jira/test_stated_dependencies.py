"""The dependencies that an issue states."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.jira.fields import choose_fields
from connectors.jira.stated_dependencies import find_stated_dependencies
from model.addresses import Site as ToolSite
from model.addresses import UrlShape
from model.keys import ReferenceFormats
from model.records import DependencyRole, DependencyType, Origin, StatedDependency
from tests.connectors.jira.builders import Site, connect, issue, map_issue, settings
from tests.connectors.references import REFERENCES

BLOCKS = {"name": "Blocks", "inward": "is blocked by", "outward": "blocks"}


def stated(fields: dict[str, Any], **overrides: Any) -> tuple[StatedDependency, ...]:
    """Stated dependencies of CDP-1 with these fields; `customfield_7` is called "Depends on"."""
    chosen = settings(
        fields={"depends_on": "Depends on"}, references_in=["description"], **overrides
    )
    names = {"customfield_7": "Depends on", "description": "Description"}
    return find_stated_dependencies(
        "CDP-1", fields, chosen, choose_fields(chosen, names), REFERENCES.for_connection("jira-it")
    )


def test_a_link_is_stated_by_both_of_its_ends(jira: Site) -> None:
    sandbox = jira(issue("CDP-1", links=[{"type": "Blocks", "to": "SEC-1"}]), issue("SEC-1"))
    connector = connect(sandbox.jira_url)
    (blocking,) = map_issue(connector, "CDP-1").versions[-1].stated_dependencies
    (blocked,) = map_issue(connector, "SEC-1").versions[-1].stated_dependencies
    assert blocking == StatedDependency(
        "SEC-1", DependencyRole.SUCCESSOR, Origin.LINK, 'issue link "blocks"'
    )
    assert blocked == StatedDependency(
        "CDP-1", DependencyRole.PREDECESSOR, Origin.LINK, 'issue link "is blocked by"'
    )


def test_a_link_type_without_a_meaning_states_no_dependency() -> None:
    relates = {"type": {"name": "Relates"}, "outwardIssue": {"key": "CDP-2"}}
    assert stated({"issuelinks": [relates]}) == ()


def test_the_meaning_of_a_custom_link_type_can_be_configured() -> None:
    link = {"type": {"name": "Gantt", "outward": "starts with"}, "outwardIssue": {"key": "CDP-2"}}
    (dependency,) = stated(
        {"issuelinks": [link]},
        links={"Gantt": {"outward": "predecessor", "type": "start-to-start"}},
    )
    assert (dependency.role, dependency.type) == (
        DependencyRole.PREDECESSOR,
        DependencyType.START_TO_START,
    )


def test_a_release_is_not_finished_before_its_issues() -> None:
    (dependency,) = stated({"fixVersions": [{"id": "7", "name": "Release 2.0"}]})
    assert (dependency.target, dependency.role) == ("CDP RELEASE 2.0", DependencyRole.SUCCESSOR)
    assert dependency.type is DependencyType.FINISH_TO_FINISH


@pytest.mark.parametrize(
    "value",
    [
        "BUD-4; https://acme.atlassian.net/browse/mk-9",
        ["BUD-4", "MK-9"],
        [{"value": "BUD-4"}, {"name": "MK-9"}],
        {
            "type": "doc",
            "content": [
                {"type": "paragraph", "content": [{"type": "text", "text": "BUD-4"}]},
                {
                    "type": "paragraph",
                    "content": [
                        {
                            "type": "inlineCard",
                            "attrs": {"url": "https://acme.atlassian.net/browse/MK-9"},
                        }
                    ],
                },
            ],
        },
    ],
)
def test_the_depends_on_field_states_each_name_in_it_whatever_its_type(value: Any) -> None:
    dependencies = stated({"customfield_7": value})
    assert [dependency.target for dependency in dependencies] == ["BUD-4", "MK-9"]
    assert {(d.role, d.origin, d.where) for d in dependencies} == {
        (DependencyRole.PREDECESSOR, Origin.FIELD, 'field "Depends on"')
    }


def test_a_name_of_another_tool_in_text_is_stated_with_origin_text() -> None:
    (dependency,) = stated({"description": "Waits for FIN-2231 from finance."})
    assert (dependency.target, dependency.origin) == ("FIN-2231", Origin.TEXT)
    assert dependency.where == 'text in "Description"'


def test_an_issue_of_our_own_projects_in_text_is_only_a_mention() -> None:
    assert stated({"description": "As in CDP-1, see CDP-14 and SEC-3."}) == ()


def test_a_number_in_text_states_nothing() -> None:
    assert stated({"description": "For 10063 customers."}) == ()


def test_a_number_that_an_address_is_reduced_to_states_nothing() -> None:
    chosen = settings(references_in=["description"])
    site = ToolSite("it", ("https://tracker.example",), (UrlShape(r"/issues/(\w+)"),))
    numbered = ReferenceFormats(sites=(site,), own_site=site.id)

    def targets(text: str) -> list[str]:
        fields = choose_fields(chosen, {"description": "Description"})
        dependencies = find_stated_dependencies(
            "CDP-1", {"description": text}, chosen, fields, numbered
        )
        return [dependency.target for dependency in dependencies]

    assert targets("See https://tracker.example/issues/12.") == []
    assert targets("See https://tracker.example/issues/A12.") == ["A12"]


def test_a_stated_dependency_keeps_the_spelling_of_the_tool() -> None:
    link = {"type": BLOCKS, "outwardIssue": {"key": "ops-4"}}
    (dependency,) = stated({"issuelinks": [link]})
    assert (dependency.target, dependency.written) == ("OPS-4", "ops-4")


def test_a_dependency_that_is_stated_twice_counts_once() -> None:
    link = {"type": BLOCKS, "outwardIssue": {"key": "OPS-4"}}
    assert len(stated({"issuelinks": [link, link]})) == 1


def test_the_named_field_takes_precedence_over_text() -> None:
    (dependency,) = stated({"customfield_7": "OPS-4", "description": "After OPS-4."})
    assert dependency.origin is Origin.FIELD


def test_a_link_takes_precedence_over_text() -> None:
    blocks = {"type": BLOCKS, "outwardIssue": {"key": "OPS-4"}}
    (dependency,) = stated({"issuelinks": [blocks], "description": "Then OPS-4 can begin."})
    assert (dependency.role, dependency.origin) == (DependencyRole.SUCCESSOR, Origin.LINK)


def test_an_issue_does_not_depend_on_itself() -> None:
    assert stated({"customfield_7": "CDP-1"}) == ()
