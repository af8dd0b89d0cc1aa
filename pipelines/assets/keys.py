"""What the assets are called, so that each can name the ones it follows from."""

import dagster as dg

DEPENDENCIES = dg.AssetKey("dependencies")
FORECAST = dg.AssetKey("forecast")
CONFLICTS = dg.AssetKey("conflicts")
INBOX = dg.AssetKey("inbox")
CARD = dg.AssetKey("conflict")

FAILURE = "failure"
"""The metadata entry of an asset whose connection failed: why, and what to do."""


def group_of(name: str) -> str:
    """A connection's group; Dagster's names know no hyphens."""
    return name.replace("-", "_")


def landing_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([group_of(name), "landing"])


def records_key(name: str) -> dg.AssetKey:
    return dg.AssetKey([group_of(name), "records"])


def comments_key(name: str) -> dg.AssetKey:
    return dg.AssetKey(["comments", group_of(name)])
