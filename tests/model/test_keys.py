"""Names of records in text meet, however they are spelled."""

from __future__ import annotations

import pytest

from model.keys import ReferenceFormats, UrlShape, combine

JIRA = ReferenceFormats(urls=(UrlShape(r"https?://[^/?#]+/browse/([A-Z]+-\d+)"),))
GITHUB = ReferenceFormats(
    urls=(UrlShape(r"https://github\.com/([^/]+/[^/]+)/(?:issues|pull)/(\d+)", r"\1#\2"),),
    names=(r"[\w.-]+/[\w.-]+#\d+",),
)
FORMATS = combine([JIRA, GITHUB])


@pytest.mark.parametrize(
    "spelling",
    [
        "CDP-12",
        " cdp-12 ",
        "https://acme.atlassian.net/browse/CDP-12",
        "https://acme.atlassian.net/browse/cdp-12?focusedCommentId=5#x",
    ],
)
def test_spellings_of_a_key_meet(spelling: str) -> None:
    assert FORMATS.normalise(spelling) == "CDP-12"


@pytest.mark.parametrize("spelling", ["acme/api#12", "https://github.com/acme/api/issues/12"])
def test_a_name_of_several_parts_is_put_together_from_its_address(spelling: str) -> None:
    assert FORMATS.normalise(spelling) == "ACME/API#12"


def test_an_address_that_no_installed_tool_declares_stays_whole() -> None:
    """Its number alone would be taken for row 12 of a workbook."""
    address = "https://github.com/acme/api/issues/12"
    assert JIRA.normalise(address) == address.upper()
    assert JIRA.split_list(address) == {address.upper(): address}
    assert JIRA.find_in_text(f"see {address}.") == [address.upper()]


def test_a_named_field_lists_names_and_every_part_counts() -> None:
    assert FORMATS.split_list("cdp-12; Launch plan,\nCDP-12; D-4711.2") == {
        "CDP-12": "cdp-12",
        "LAUNCH PLAN": "Launch plan",
        "D-4711.2": "D-4711.2",
    }


def test_free_text_yields_what_could_be_a_name_without_its_punctuation() -> None:
    text = "After (CDP-12), see https://x.example/browse/CDP-14. Budget D-4711.2!"
    assert FORMATS.find_in_text(text) == ["CDP-14", "CDP-12", "D-4711.2"]


def test_a_declared_name_is_found_whole_in_free_text() -> None:
    assert FORMATS.find_in_text("blocked by acme/api#12 and CDP-3") == ["ACME/API#12", "CDP-3"]


def test_plain_words_and_bare_numbers_in_text_name_nothing() -> None:
    assert FORMATS.find_in_text("wait for the platform until 2026, room 10042") == []
