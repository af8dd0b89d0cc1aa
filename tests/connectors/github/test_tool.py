"""How people write GitHub's records in other tools."""

from __future__ import annotations

import pytest

from connectors.github.settings import GitHubSettings
from connectors.github.tool import TOOL
from connectors.kit.conventions import EVERYTHING
from connectors.tools import installed_tools
from tests.connectors.references import CONNECTIONS, REFERENCES

SERVER = GitHubSettings(
    tool="github",
    function="it",
    url="https://code.acme.example/api/v3",
    repositories=("acme/api",),
    token_env="X",
)
TENANT = SERVER.model_copy(update={"url": "https://api.acme.ghe.com"})


def normalise(address: str, settings: GitHubSettings = CONNECTIONS["github"]) -> str:
    """The name in an address where it belongs to the connection's own site."""
    formats = installed_tools().references({"own": settings}).for_connection("own")
    return formats.normalise(address)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("https://github.com/acme/api/issues/12", "ACME/API#12"),
        ("https://github.com/acme/api/issues/12#issuecomment-5", "ACME/API#12"),
        ("https://www.github.com/Acme/Api/issues/12?x=1", "ACME/API#12"),
        ("https://api.github.com/repos/acme/api/issues/12", "ACME/API#12"),
        ("https://api.github.com/repos/acme/api/milestones/3", "ACME/API MILESTONE 3"),
        ("https://github.com/acme/api/milestone/3", "ACME/API MILESTONE 3"),
    ],
)
def test_addresses_are_reduced_to_names(address: str, name: str) -> None:
    assert normalise(address) == name


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        (SERVER, "https://code.acme.example/acme/api/issues/12"),
        (SERVER, "https://code.acme.example/api/v3/repos/acme/api/issues/12"),
        (TENANT, "https://acme.ghe.com/acme/api/issues/12"),
        (TENANT, "https://api.acme.ghe.com/repos/acme/api/issues/12"),
    ],
)
def test_an_enterprise_host_is_known_by_the_connection_and_not_by_its_name(
    settings: GitHubSettings, address: str
) -> None:
    assert normalise(address, settings) == "ACME/API#12"
    assert normalise(address) == address.upper()


@pytest.mark.parametrize(
    "address",
    [
        "https://codeberg.org/acme/api/issues/12",
        "https://gitlab.com/acme/api/-/issues/12",
        "https://notgithub.com/acme/api/issues/12",
        "https://github.com/acme/api/issues/12a",
        "https://github.acme.example/acme/api/issues/12",
    ],
)
def test_other_addresses_stay_whole(address: str) -> None:
    assert normalise(address) == address.upper()


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
