"""Tools are discovered by entry point; a broken one is named and stops no other."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest
import yaml

from connectors.base import Tool
from connectors.jira.tool import TOOL as JIRA
from connectors.tools import GROUP, ToolUnavailable, installed_tools, load_tools
from tests.connectors.references import CONNECTIONS, REFERENCES

TOOLS = sorted(installed_tools().tools.values(), key=lambda tool: tool.name)


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name, value, GROUP)


def raising(error: BaseException) -> EntryPoint:
    """The entry point of a package whose import ends so."""

    class Raising(EntryPoint):
        def load(self) -> object:
            raise error

    return Raising("bad", "their_package:TOOL", GROUP)


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


@pytest.mark.parametrize("error", [SystemExit(3), BaseException("panic")])
def test_whatever_a_package_raises_stops_no_other_tool(error: BaseException) -> None:
    tools = load_tools([raising(error), point("jira", "connectors.jira.tool:TOOL")])
    assert tools.named("jira") is JIRA
    with pytest.raises(ToolUnavailable, match=type(error).__name__):
        tools.named("bad")


def test_an_interruption_by_the_user_is_no_broken_package() -> None:
    with pytest.raises(KeyboardInterrupt):
        load_tools([raising(KeyboardInterrupt())])


def test_two_packages_with_one_tool_are_both_named_and_neither_is_used() -> None:
    tools = load_tools([point("acme", "acme_tracker:TOOL"), point("acme", "their_acme:TOOL")])
    with pytest.raises(ToolUnavailable, match=r"acme_tracker:TOOL and their_acme:TOOL"):
        tools.named("acme")


@pytest.mark.parametrize("order", [1, -1])
def test_a_package_that_declares_the_name_of_a_tool_of_interlock_does_not_replace_it(
    order: int,
) -> None:
    mine, theirs = point("jira", "connectors.jira.tool:TOOL"), point("jira", "their_jira:TOOL")
    tools = load_tools([mine, theirs][::order])
    assert tools.named("jira") is JIRA
    (clash,) = tools.clashes
    assert "that of their_jira:TOOL is not used. Uninstall their_jira:TOOL" in str(clash)


@pytest.mark.parametrize(
    "value", ["connectors.jira.tool:pause_scope", "connectors.salesforce.tool:TOOL"]
)
def test_an_entry_point_has_to_name_a_tool_of_its_own_name(value: str) -> None:
    with pytest.raises(ToolUnavailable, match="is no Tool of that name"):
        load_tools([point("jira", value)]).named("jira")


def test_an_unknown_tool_is_answered_with_the_installed_ones() -> None:
    with pytest.raises(ToolUnavailable, match="Installed are erp, github, jira"):
        installed_tools().named("trello")


def test_the_declarations_import_no_library_of_their_tools() -> None:
    """Every command reads them, the mapping versions among them."""
    code = "from connectors.tools import installed_tools as i; i(); import sys; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    modules = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert {"connectors.jira.mapping", "connectors.rest.mapping"} <= {*modules}
    libraries = {"httpx", "jwt", "openpyxl", "python_calamine", "simple_salesforce", "tenacity"}
    assert not libraries & {*modules}


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
    "path",
    [
        "/browse/CDP-12",
        "/browse/cdp-12?focusedCommentId=5#x",
        "/jira/software/c/projects/CDP/issues/CDP-12",
        "/jira/software/c/projects/CDP/boards/3?assignee=x&selectedIssue=cdp-12",
        "/secure/RapidBoard.jspa?rapidView=3&selectedIssue=CDP-12",
        "/issues/?jql=project%20in%20(A%2CB)&selectedIssue=CDP-12",
        "/issues/CDP-12?filter=-1",
        "/servicedesk/customer/portal/3/CDP-12",
        "/servicedesk/customer/portal/3/group/4/CDP-12",
        "/issues/?selectedIssue=CDP%2D12",
        "/browse/%43DP-1%32",
        "/projects/CDP/queues/custom/5/CDP-12",
        "/jira/servicedesk/projects/CDP/queues/issue/CDP-12",
        "/rest/api/3/issue/CDP-12",
    ],
)
def test_addresses_of_an_issue_name_it(path: str) -> None:
    assert REFERENCES.normalise(f"https://acme.atlassian.net{path}") == "ACME.ATLASSIAN.NET CDP-12"
    assert REFERENCES.normalise(f"acme.atlassian.net{path}") == "ACME.ATLASSIAN.NET CDP-12"
    assert REFERENCES.find_in_text(f"see www.acme.atlassian.net{path}, please") == [
        "ACME.ATLASSIAN.NET CDP-12"
    ]
    own = REFERENCES.for_connection("jira-it")
    assert own.normalise(f"HTTPS://www.Acme.atlassian.net:443{path}") == "CDP-12"


@pytest.mark.parametrize(
    "path",
    [
        "/lightning/r/Opportunity/006Aa000003Xy5kIAC/view",
        "/lightning/r/Opportunity/006Aa000003Xy5k/view",
        "/lightning/r/006Aa000003Xy5kIAC/view",
        "/one/one.app#/sObject/006Aa000003Xy5kIAC/view",
        "/006Aa000003Xy5k",
        "/services/data/v61.0/sobjects/Opportunity/006Aa000003Xy5kIAC",
        "/006Aa000003Xy5k?nooverride=1",
    ],
)
@pytest.mark.parametrize("domain", ["acme.my.salesforce.com", "acme.lightning.force.com"])
def test_addresses_of_an_opportunity_name_it_in_either_form_of_its_id(
    domain: str, path: str
) -> None:
    name = "006AA000003XY5KIAC"
    assert REFERENCES.normalise(f"https://{domain}{path}") == f"ACME.MY.SALESFORCE.COM {name}"
    assert REFERENCES.normalise("006Aa000003Xy5k") == name
    assert REFERENCES.normalise("006Aa000003Xy5kIAC") == name


def test_short_ids_that_differ_only_in_case_stay_apart() -> None:
    assert REFERENCES.normalise("006Aa000003Xy5k") != REFERENCES.normalise("006Aa000003Xy5K")


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example/acme/api/issues/12",
        "https://other.atlassian.net/browse/CDP-12",
        "https://acme.atlassian.net.evil.example/browse/CDP-12",
        "https://other.my.salesforce.com/006Aa000003Xy5k",
        "https://acme.my.salesforce.com/001Aa000003Xy5k",
        "https://acme.atlassian.net/browse/CDP",
    ],
)
def test_an_address_that_no_connection_has_stays_whole(address: str) -> None:
    """Its last part is the name of another's record, or a row number of a workbook."""
    for formats in (REFERENCES, *(REFERENCES.for_connection(name) for name in CONNECTIONS)):
        assert formats.normalise(address) == address.upper()


@pytest.mark.parametrize("path", ["/issues/12", "/pull/12", "/pull/12/files"])
def test_a_number_of_a_repository_is_one_whether_it_is_an_issue_or_a_pull_request(
    path: str,
) -> None:
    assert REFERENCES.normalise(f"https://github.com/acme/api{path}") == "GITHUB.COM ACME/API#12"
    api = "https://api.github.com/repos/acme/api/pulls/12"
    assert REFERENCES.normalise(api) == "GITHUB.COM ACME/API#12"


@pytest.mark.parametrize(
    "text",
    [
        "other.atlassian.net/browse/CDP-12",
        "evil.example/acme.atlassian.net/browse/CDP-12",
        "evil-acme.atlassian.net/browse/CDP-12",
        "acme.atlassian.net.evil.example/browse/CDP-12",
        "https://evil.example/?to=acme.atlassian.net/browse/CDP-12",
        "https://evil.example/#acme.atlassian.net%2Fbrowse/CDP-12",
        "<https://evil.example/browse/CDP-12|CDP-12>",
        "![CDP-12](https://evil.example/browse/CDP-12)",
    ],
)
def test_another_host_never_names_an_issue_of_ours(text: str) -> None:
    own = REFERENCES.for_connection("jira-it")
    for formats in (REFERENCES, own):
        names = {*formats.find_in_text(text), *formats.split_list(text)}
        assert not names & {"CDP-12", "ACME.ATLASSIAN.NET CDP-12"}


@pytest.mark.parametrize("written", ["**CDP-12**", "`CDP-12`", "CDP\u201112", "CDP\u201312"])
def test_a_marked_or_typeset_key_is_the_key(written: str) -> None:
    assert list(REFERENCES.split_list(f"{written}; CDP-14")) == ["CDP-12", "CDP-14"]
    assert REFERENCES.normalise(written) == "CDP-12"
    assert REFERENCES.find_in_text(f"after {written}.") == ["CDP-12"]


@pytest.mark.parametrize(
    "written",
    [
        "<https://acme.atlassian.net/browse/CDP-12|CDP-12>",
        "![x](https://acme.atlassian.net/browse/CDP-12)",
        "acme.atlassian.net/browse/CDP-12",
    ],
)
def test_a_link_in_a_list_is_one_name(written: str) -> None:
    names = ["ACME.ATLASSIAN.NET CDP-12", "CDP-14"]
    assert list(REFERENCES.split_list(f"{written}; CDP-14")) == names


def test_a_dash_between_two_keys_joins_no_name() -> None:
    assert REFERENCES.find_in_text("CDP-12\u2013CDP-14") == ["CDP-12", "CDP-14"]


def test_references_are_in_the_order_of_names() -> None:
    points = [
        point("salesforce", "connectors.salesforce.tool:TOOL"),
        point("jira", "connectors.jira.tool:TOOL"),
    ]
    backwards = dict(reversed(CONNECTIONS.items()))
    first = load_tools(points).references(CONNECTIONS)
    assert first == load_tools(points[::-1]).references(backwards)
    assert [site.connection for site in first.sites] == ["crm", "jira-it"]
