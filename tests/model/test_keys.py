"""Names of records in text meet, however they are spelled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.addresses import Site, UrlShape
from model.keys import ToolReferences, combine

JIRA = ToolReferences(urls=(UrlShape(r"/browse/([A-Z]+-\d+)"),))
GITHUB = ToolReferences(
    urls=(UrlShape(r"/([^/]+/[^/]+)/(?:issues|pull)/(\d+)", r"\1#\2"),),
    names=(r"[\w.-]+/[\w.-]+#\d+",),
)
NORTH = Site("jira-north", ("https://north.example/jira", "https://api.example/x1"), JIRA.urls)
SOUTH = Site("jira-south", ("https://south.example:8443",), JIRA.urls)
CODE = Site("github", ("https://github.com",), GITHUB.urls)
FORMATS = combine([JIRA, GITHUB], [NORTH, SOUTH, CODE])
AT_NORTH = FORMATS.for_connection("jira-north")

keys = st.from_regex(r"[A-Z][A-Z0-9]{0,5}-[1-9][0-9]{0,5}", fullmatch=True)


@pytest.mark.parametrize("spelling", ["CDP-12", " cdp-12 ", "CDP-12.", '"CDP-12"', "(cdp-12),"])
def test_spellings_of_a_key_meet(spelling: str) -> None:
    assert FORMATS.normalise(spelling) == "CDP-12"


@pytest.mark.parametrize(
    "address",
    [
        "https://north.example/jira/browse/CDP-12",
        "http://www.north.example:80/jira/browse/cdp-12?focusedCommentId=5#x",
        "HTTPS://NORTH.EXAMPLE/JIRA/BROWSE/CDP-12",
        "https://api.example/x1/browse/CDP-12",
    ],
)
def test_an_address_names_a_record_of_its_site(address: str) -> None:
    assert FORMATS.normalise(address) == "NORTH.EXAMPLE/JIRA CDP-12"
    assert AT_NORTH.normalise(address) == "CDP-12"


def test_a_record_is_found_by_its_key_and_by_an_address_that_contains_it() -> None:
    stored = FORMATS.stored_names("jira-north", "CDP-12")
    assert stored == {"CDP-12", "NORTH.EXAMPLE/JIRA CDP-12"}
    assert FORMATS.normalise("https://north.example/jira/browse/CDP-12") in stored
    assert FORMATS.normalise("https://south.example:8443/browse/CDP-12") not in stored
    assert FORMATS.stored_names("plan", "CDP-12") == {"CDP-12"}
    own_address = "https://north.example/jira/browse/CDP-12"
    assert FORMATS.stored_names("jira-north", own_address) == {"NORTH.EXAMPLE/JIRA CDP-12"}


@pytest.mark.parametrize("spelling", ["acme/api#12", "https://github.com/acme/api/issues/12"])
def test_a_name_of_several_parts_is_put_together_from_its_address(spelling: str) -> None:
    assert FORMATS.for_connection("github").normalise(spelling) == "ACME/API#12"


@given(
    host=st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z]{2,5}){1,2}", fullmatch=True),
    key=keys,
)
def test_no_key_on_a_foreign_host_is_one_of_ours(host: str, key: str) -> None:
    """Its number alone would be taken for a row of a workbook, its key for one of our issues."""
    address = f"https://{host}/browse/{key}"
    for formats in (FORMATS, AT_NORTH):
        assert formats.normalise(address) == address.upper()
        assert formats.split_list(address) == {address.upper(): address}
        assert formats.find_in_text(f"see [{key}]({address}).") == [address.upper()]


@pytest.mark.parametrize(
    "address",
    [
        "https://north.example/browse/CDP-12",
        "https://north.example/jirabrowse/CDP-12",
        "https://north.example.evil.example/jira/browse/CDP-12",
        "https://south.example/browse/CDP-12",
        "https://north.example@evil.example/jira/browse/CDP-12",
    ],
)
def test_an_address_counts_only_below_the_whole_address_of_a_connection(address: str) -> None:
    assert FORMATS.normalise(address) == address.upper()


def test_the_longer_of_two_connections_addresses_owns_what_is_below_both() -> None:
    parent = Site("parent", ("https://north.example",), (UrlShape(r"/.*browse/([A-Z]+-\d+)"),))
    formats = combine([JIRA], [parent, NORTH])
    assert formats.normalise("https://north.example/jira/browse/A-1") == "NORTH.EXAMPLE/JIRA A-1"
    assert formats.normalise("https://north.example/browse/A-1") == "NORTH.EXAMPLE A-1"


def test_an_address_in_which_two_tools_see_different_names_stays_whole() -> None:
    other = Site("other", ("https://north.example/jira",), (UrlShape(r"/browse/(\w+)"),))
    address = "https://north.example/jira/browse/CDP-12"
    for sites in ([NORTH, other], [other, NORTH]):
        assert combine([JIRA], sites).normalise(address) == address.upper()


def test_two_connections_to_one_site_see_the_same_name() -> None:
    second = Site("second", NORTH.addresses, NORTH.shapes)
    formats = combine([JIRA], [NORTH, second])
    address = "https://north.example/jira/browse/CDP-12"
    assert formats.normalise(address) == "NORTH.EXAMPLE/JIRA CDP-12"
    assert formats.for_connection("second").normalise(address) == "CDP-12"


def test_a_named_field_lists_names_and_every_part_counts() -> None:
    assert FORMATS.split_list("cdp-12; Launch plan,\nCDP-12; D-4711.2") == {
        "CDP-12": "cdp-12",
        "LAUNCH PLAN": "Launch plan",
        "D-4711.2": "D-4711.2",
    }


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("CDP-12 (blocked)", ["CDP-12"]),
        ("see CDP-12, CDP-13; #14", ["CDP-12", "CDP-13", "#14"]),
        ("after acme/api#12 (waiting); Blocked by CDP-3.", ["ACME/API#12", "CDP-3"]),
        ("CDP-12  CDP-13 | CDP-14", ["CDP-12", "CDP-13", "CDP-14"]),
        ("CDP-12 FF+3d; CDP-13 (late) ", ["CDP-12 FF+3D", "CDP-13"]),
        ("Launch (phase 2); After care", ["LAUNCH (PHASE 2)", "AFTER CARE"]),
        (" ; , ()", []),
    ],
)
def test_words_around_a_key_are_no_part_of_it(text: str, names: list[str]) -> None:
    assert list(FORMATS.split_list(text)) == names


ADDRESS = "https://north.example/jira/browse/CDP-12"
MARKUP = [
    ADDRESS,
    f"<{ADDRESS}>",
    f"[12]({ADDRESS})",
    f"[CDP-12]({ADDRESS})",
    f"[12](<{ADDRESS}>)",
    f'[the platform]({ADDRESS} "CDP-12 in Jira")',
    f"[the platform|{ADDRESS}]",
    f"[{ADDRESS}|{ADDRESS}|smart-link]",
    f"[{ADDRESS}]",
    f"({ADDRESS})",
    f'"{ADDRESS}"',
    f"{ADDRESS}.",
    f"{ADDRESS}?jql=project%20in%20(A%2CB)",
    f"{ADDRESS}?jql=a,b&x=1",
]


@pytest.mark.parametrize("written", MARKUP)
def test_an_address_is_read_out_of_its_markup(written: str) -> None:
    assert list(AT_NORTH.split_list(written)) == ["CDP-12"]
    assert list(AT_NORTH.split_list(f"A-1; {written}, A-2")) == ["A-1", "CDP-12", "A-2"]
    assert AT_NORTH.find_in_text(f"see {written}; then go") == ["CDP-12"]


@given(first=keys, second=keys, written=st.sampled_from(MARKUP), gap=st.sampled_from(";,|\n"))
def test_parts_of_a_list_are_read_alike_wherever_they_stand(
    first: str, second: str, written: str, gap: str
) -> None:
    names = {first, "CDP-12", second}
    for order in ([first, written, second], [written, second, first]):
        assert set(AT_NORTH.split_list(f"{gap} ".join(order))) == names


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    for formats in (FORMATS, AT_NORTH):
        once = formats.normalise(text)
        assert formats.normalise(once) == once


@given(st.lists(st.sampled_from(["[", "](", "|", ")", "https://a.example/", ",", " ", "=", "x"])))
def test_any_text_is_read_to_its_end(parts: list[str]) -> None:
    text = "".join(parts)
    assert all(re.search(r"\S", name) for name in FORMATS.split_list(text))
    FORMATS.find_in_text(text)


def test_an_address_keeps_what_stands_behind_it() -> None:
    assert list(AT_NORTH.split_list(f"{ADDRESS} FF+3d")) == ["CDP-12 FF+3D"]


def test_free_text_yields_what_could_be_a_name_without_its_punctuation() -> None:
    text = "After (CDP-12), see https://north.example/jira/browse/CDP-14. Budget D-4711.2!"
    assert AT_NORTH.find_in_text(text) == ["CDP-14", "CDP-12", "D-4711.2"]


def test_a_label_that_names_another_record_counts_beside_its_address() -> None:
    names = FORMATS.find_in_text("[see CDP-13](https://wiki.example/plan)")
    assert names == ["HTTPS://WIKI.EXAMPLE/PLAN", "CDP-13"]


def test_a_declared_name_is_found_whole_in_free_text() -> None:
    assert FORMATS.find_in_text("blocked by acme/api#12 and CDP-3") == ["ACME/API#12", "CDP-3"]


def test_plain_words_and_bare_numbers_in_text_name_nothing() -> None:
    assert FORMATS.find_in_text("wait for the platform until 2026, room 10042, #14") == []


def test_a_tool_may_have_two_spellings_of_a_name() -> None:
    formats = combine([ToolReferences(unify=lambda name: name.replace("PLAN_", "plan-"))])
    assert formats.normalise("PLAN_7") == formats.normalise("plan-7") == "PLAN-7"
