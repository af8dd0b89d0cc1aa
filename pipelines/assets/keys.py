"""The keys of all assets, so that each asset can name the assets it depends on."""

import dagster as dg

DEPENDENCIES = dg.AssetKey("dependencies")
FORECAST = dg.AssetKey("forecast")
CONFLICTS = dg.AssetKey("conflicts")
REPLIES = dg.AssetKey("replies")
MEASURES = dg.AssetKey("measures")
PAGES = dg.AssetKey("pages")
REFUSALS = dg.AssetKey("refusals")
"""Its events are the forms that were refused."""

FAILURE = "failure"
"""The metadata entry of an asset whose connection failed: the reason and the remedy."""


def group_of(name: str) -> str:
    """The asset group of a connection."""
    # Dagster allows no hyphens in names of groups and assets; names of connections have them.
    return name.replace("-", "_")


def agenda_key(forum_id: str) -> dg.AssetKey:
    return dg.AssetKey(["agenda", group_of(forum_id)])


def landing_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([group_of(name), "landing"])


def records_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([group_of(name), "records"])


def comments_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["comments", group_of(name)])
