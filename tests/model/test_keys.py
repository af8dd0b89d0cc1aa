"""Names of records in text meet, however they are spelled."""

from __future__ import annotations

import pytest

from model.keys import listed, normalise, references


@pytest.mark.parametrize(
    "spelling",
    [
        "CDP-12",
        " cdp-12 ",
        "https://acme.atlassian.net/browse/CDP-12",
        "https://acme.atlassian.net/browse/CDP-12?focusedCommentId=5#x",
    ],
)
def test_spellings_of_a_key_meet(spelling: str) -> None:
    assert normalise(spelling) == "CDP-12"


def test_a_deal_is_named_by_the_id_in_its_address() -> None:
    address = "https://acme.my.salesforce.com/lightning/r/Opportunity/006Aa01/view"
    assert normalise(address) == "006AA01"


def test_a_named_field_lists_names_and_every_part_counts() -> None:
    assert listed("cdp-12; Launch plan,\nCDP-12; D-4711.2") == {
        "CDP-12": "cdp-12",
        "LAUNCH PLAN": "Launch plan",
        "D-4711.2": "D-4711.2",
    }


def test_free_text_yields_what_could_be_a_name_without_its_punctuation() -> None:
    text = "After (CDP-12), see https://x.example/browse/CDP-14. Budget D-4711.2!"
    assert references(text) == ["CDP-14", "CDP-12", "D-4711.2"]


def test_plain_words_and_bare_numbers_in_text_name_nothing() -> None:
    assert references("wait for the platform until 2026, room 10042") == []
