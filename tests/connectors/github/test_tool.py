"""How people write GitHub's records in other tools."""

from __future__ import annotations

import pytest

from connectors.github.tool import TOOL
from connectors.kit.conventions import EVERYTHING
from connectors.tools import installed_tools

REFERENCES = installed_tools().references


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/acme/api/issues/12", "ACME/API#12"),
        ("https://github.com/acme/api/issues/12#issuecomment-5", "ACME/API#12"),
        ("https://www.github.com/Acme/Api/issues/12?x=1", "ACME/API#12"),
        ("https://github.acme.example/acme/api/issues/12", "ACME/API#12"),
        ("https://acme.ghe.com/acme/api/issues/12", "ACME/API#12"),
        ("https://github.com/acme/api/milestone/3", "ACME/API MILESTONE 3"),
    ],
)
def test_addresses_are_reduced_to_names(address: str, name: str) -> None:
    assert REFERENCES.normalise(address) == name


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/acme/api/pull/12",
        "https://codeberg.org/acme/api/issues/12",
        "https://gitlab.com/acme/api/-/issues/12",
        "https://notgithub.com/acme/api/issues/12",
        "https://github.com/acme/api/issues/12a",
    ],
)
def test_other_addresses_stay_whole(address: str) -> None:
    assert REFERENCES.normalise(address) == address.upper()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("after acme/api#12.", ["ACME/API#12"]),
        ("see (api#12)", ["API#12"]),
        ("acme/my.repo_x#7, and CDP-12", ["ACME/MY.REPO_X#7", "CDP-12"]),
        ("number #12 and 12", []),
    ],
)
def test_names_within_text_are_found(text: str, names: list[str]) -> None:
    assert REFERENCES.find_in_text(text) == names


def test_a_limit_pauses_all_requests() -> None:
    """GitHub counts by account."""
    assert TOOL.http is not None
    assert TOOL.http.pause_scope({}, "/repos/acme/api") == EVERYTHING
