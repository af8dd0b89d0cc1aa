"""Tools are discovered by entry point; a broken one is named and stops no other."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
import yaml

from connectors.base import Tool
from connectors.jira.tool import TOOL as JIRA
from connectors.salesforce.tool import TOOL as SALESFORCE
from connectors.tools import GROUP, ToolUnavailable, installed_tools, load_tools

TOOLS = sorted(installed_tools().tools.values(), key=lambda tool: tool.name)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def test_the_built_in_tools_are_registered_like_any_others() -> None:
    assert {"erp", "github", "jira", "salesforce", "spreadsheet"} <= installed_tools().tools.keys()
    assert installed_tools().unavailable == {}


def test_a_package_that_cannot_be_loaded_stops_no_other_tool() -> None:
    tools = load_tools(
        [point("bad", "no_such_package:TOOL"), point("jira", "connectors.jira.tool:TOOL")]
    )
    assert tools.named("jira") is JIRA
    with pytest.raises(
        ToolUnavailable, match=r'"bad" of the package no_such_package.*cannot be loaded'
    ):
        tools.named("bad")


def test_two_packages_with_one_tool_are_both_named_and_neither_is_used() -> None:
    mine, theirs = point("jira", "connectors.jira.tool:TOOL"), point("jira", "their_jira:TOOL")
    tools = load_tools([mine, theirs])
    with pytest.raises(ToolUnavailable, match=r"connectors\.jira\.tool:TOOL and their_jira:TOOL"):
        tools.named("jira")


@pytest.mark.parametrize(
    "value", ["connectors.jira.tool:pause_scope", "connectors.salesforce.tool:TOOL"]
)
def test_an_entry_point_has_to_name_a_tool_of_its_own_name(value: str) -> None:
    with pytest.raises(ToolUnavailable, match="is no Tool of that name"):
        load_tools([point("jira", value)]).named("jira")


def test_an_unknown_tool_is_answered_with_the_installed_ones() -> None:
    with pytest.raises(ToolUnavailable, match="Installed are erp, github, jira"):
        installed_tools().named("trello")


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_the_example_of_a_tool_is_a_valid_connection_of_it(tool: Tool) -> None:
    (values,) = yaml.safe_load(f"connections:\n{tool.example}")["connections"].values()
    assert values["tool"] == tool.name
    tool.settings.model_validate(values)


@pytest.mark.parametrize("tool", TOOLS, ids=lambda tool: tool.name)
def test_a_tool_says_which_permissions_it_needs(tool: Tool) -> None:
    assert tool.title
    assert tool.permissions.strip()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://acme.atlassian.net/browse/CDP-12", "CDP-12"),
        ("https://acme.atlassian.net/browse/CDP-12?focusedCommentId=5#x", "CDP-12"),
        ("https://acme.atlassian.net/jira/software/c/projects/CDP/issues/CDP-12", "CDP-12"),
        ("https://acme.atlassian.net/jira/boards/3?assignee=x&selectedIssue=cdp-12", "CDP-12"),
        ("https://jira.acme.example/context/browse/CDP-12", "CDP-12"),
        ("https://acme.my.salesforce.com/lightning/r/Opportunity/006Aa01/view", "006AA01"),
    ],
)
def test_addresses_of_the_tools_are_reduced_to_names(address: str, name: str) -> None:
    assert installed_tools().references.normalise(address) == name


def test_an_address_of_another_site_is_not_reduced_to_a_number() -> None:
    """`12` would be row 12 of a workbook."""
    address = "https://git.example/acme/api/issues/12"
    assert installed_tools().references.normalise(address) == address.upper()


def test_references_are_in_the_order_of_the_tools_names() -> None:
    points = [
        point("salesforce", "connectors.salesforce.tool:TOOL"),
        point("jira", "connectors.jira.tool:TOOL"),
    ]
    expected = (*JIRA.references.urls, *SALESFORCE.references.urls)
    assert (
        load_tools(points).references.urls == load_tools(points[::-1]).references.urls == expected
    )
