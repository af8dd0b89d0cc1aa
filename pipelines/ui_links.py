"""Addresses of Dagster pages.

Each starts with `site`: the configured `ui_url` for readers in other tools, or only its path for
links between Dagster's own pages, which then work under every host name that leads to Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

from model.conflicts import Conflict

# As in pyproject.toml, [tool.dg.project].
CODE_LOCATION = "interlock"
CARDS = "conflict"
"""The first part of the asset key of each card; the second is the name of the conflict's page."""


def own_site(ui_url: str) -> str:
    """The start of links between Dagster's own pages: the path of `ui_url`, mostly empty."""
    return urlsplit(ui_url).path.rstrip("/")


def card_url(site: str, conflict: Conflict) -> str:
    """The card of a conflict, whatever its status."""
    return page_url(site, (CARDS, conflict.page_name))


def page_url(site: str, path: Sequence[str]) -> str:
    """A page of Interlock: what its asset's last event says."""
    # Only the tab of events shows the text of an event in full width.
    return f"{asset_url(site, path)}?view=events"


def asset_url(site: str, path: Sequence[str]) -> str:
    return f"{site.rstrip('/')}/assets/{'/'.join(quote(part, safe='') for part in path)}"


def launchpad_url(site: str, job: str, form: str) -> str:
    """The launchpad of a job with this YAML in it."""
    config = quote(form, safe="")
    return (
        f"{site.rstrip('/')}/locations/{CODE_LOCATION}/jobs/{job}/playground/setup?config={config}"
    )
