"""What the code of a plugin may raise without stopping anything else, and how it is worded."""

from __future__ import annotations

from asyncio import CancelledError

# Not BaseException: Ctrl-C and Dagster's end of a run have to get through.
PLUGIN_ERRORS = (Exception, SystemExit, GeneratorExit, CancelledError)


def describe_error(error: BaseException) -> str:
    """The type and the text of an error, in one line that can be printed and stored."""
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())[:200]
    except PLUGIN_ERRORS:
        return f"{name} (its text cannot be shown)"
    shown = "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    return f"{name}: {shown}" if shown else name
