"""Addresses of Dagster pages.

Each starts with `site`: the configured `ui_url` for readers in other tools, or only its path for
links between Dagster's own pages, which then work under every host name that leads to Dagster.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, urlsplit

import yaml

from model.conflicts import Conflict, Status
from model.rules import Option

# As in pyproject.toml, [tool.dg.project].
CODE_LOCATION = "interlock"


def own_site(ui_url: str) -> str:
    """The start of links between Dagster's own pages: the path of `ui_url`, mostly empty."""
    return urlsplit(ui_url).path.rstrip("/")


def card_url(site: str, conflict: Conflict) -> str:
    """The card of an open conflict, and the inbox for any other."""
    # The partition of a closed conflict no longer exists: Dagster would show some other card.
    if conflict.status is not Status.OPEN:
        return f"{site.rstrip('/')}/assets/inbox"
    return f"{cards_url(site)}&partition={quote(conflict.id)}"


def cards_url(site: str) -> str:
    return f"{site.rstrip('/')}/assets/conflict?view=partitions"


def asset_url(site: str, path: Sequence[str]) -> str:
    return f"{site.rstrip('/')}/assets/{'/'.join(map(quote, path))}"


def decide_url(site: str, conflict_id: str, option: Option) -> str:
    """The launch form of the job `decide` with conflict and verdict filled in, the fields empty."""
    form = {"conflict": conflict_id, "verdict": option.id}
    form |= {field.name: "" for field in option.fields}
    config = quote(yaml.safe_dump(form, sort_keys=False), safe="")
    launchpad = f"/locations/{CODE_LOCATION}/jobs/decide/playground/setup"
    return f"{site.rstrip('/')}{launchpad}?config={config}"
