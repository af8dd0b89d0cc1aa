"""Trying again, for what `connectors.kit.client` does not repeat by itself."""

from __future__ import annotations

from collections.abc import Callable

import tenacity

from connectors.kit.clock import Clock

_ATTEMPTS = 3
_LONGEST_WAIT = 10.0
"""Seconds."""


def patiently(clock: Clock, worth: Callable[[BaseException], bool]) -> tenacity.Retrying:
    """Call something up to three times while its error is worth it; then the error stands."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(worth),
        stop=tenacity.stop_after_attempt(_ATTEMPTS),
        wait=tenacity.wait_exponential_jitter(initial=0.5, max=_LONGEST_WAIT),
        sleep=clock.sleep,
        reraise=True,
    )
