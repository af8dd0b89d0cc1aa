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
from model.rules.options import fill_in

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


def decide_url(site: str, conflict: Conflict, option: Option) -> str:
    """The launch form of the job `decide`, filled in so that the usual decision needs no typing."""
    config = quote(_decide_form(conflict, option), safe="")
    launchpad = f"/locations/{CODE_LOCATION}/jobs/decide/playground/setup"
    return f"{site.rstrip('/')}{launchpad}?config={config}"


def _decide_form(conflict: Conflict, option: Option) -> str:
    """YAML that says in comments what is decided, with a line per field."""
    terms = dict(conflict.wording.terms)
    form = {"conflict": conflict.id, "verdict": option.id}
    form |= {field.name: terms.get(field.default, "") for field in option.fields}
    comments = (conflict.wording.title, fill_in(option.label, terms))
    return (
        "".join(f"# {' '.join(comment.split())}\n" for comment in comments)
        + yaml.safe_dump(form, sort_keys=False, allow_unicode=True)
        # A block, in which apostrophes and colons are just text.
        + "reason: >-\n  \n"
    )
