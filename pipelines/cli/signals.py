"""Ctrl-C and SIGTERM end a command in order: no traceback, no lock, and soon."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from pipelines.cli.exit_codes import ExitCode

_CODES = {signal.SIGINT: ExitCode.INTERRUPTED, signal.SIGTERM: ExitCode.TERMINATED}
_MOST_SECONDS = 5.0
"""For sending what is under way to its end; a request that hangs is then given up."""


@dataclass
class Interruption:
    """Whether a signal asked the command to end, and the exit code for it."""

    code: ExitCode | None = None

    def end(self, code: int | str | None) -> int | str | None:
        """The exit code of a command that ended with this one; says so if it was interrupted."""
        if self.code is None and code != ExitCode.INTERRUPTED:
            return code
        self.code = self.code or ExitCode.INTERRUPTED
        _report()
        return self.code

    def interrupt(self, number: int, _frame: FrameType | None) -> None:
        """Handle a signal; raises KeyboardInterrupt."""
        code = _CODES[signal.Signals(number)]
        if self.code is not None:
            self._give_up(code)
        self.code = code
        # Threads in the middle of a request cannot be interrupted, and Python waits for them.
        timer = threading.Timer(_MOST_SECONDS, self._give_up, (code,))
        timer.daemon = True
        timer.start()
        raise KeyboardInterrupt

    def _give_up(self, code: ExitCode) -> None:
        """End this process now; PostgreSQL then releases its locks."""
        _report()
        os._exit(code)


@contextmanager
def watch_signals() -> Iterator[Interruption]:
    """Let both signals raise KeyboardInterrupt in the main thread during the block."""
    interruption = Interruption()
    # SIGINT is ignored in the background jobs of a shell script unless it is set here.
    before = {number: signal.signal(number, interruption.interrupt) for number in _CODES}
    try:
        yield interruption
    finally:
        # A process that was interrupted stays so: a second signal ends it at once.
        if interruption.code is None:
            for number, handler in before.items():
                signal.signal(number, handler)


_reported = threading.Lock()


def _report() -> None:
    """Print the line once."""
    if _reported.acquire(blocking=False):
        sys.stdout.flush()
        sys.stderr.write("interrupted: run it again, nothing is lost\n")
        sys.stderr.flush()
