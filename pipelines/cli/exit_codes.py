"""The exit codes of the command; the help and the documentation list them from here."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    meaning: str
    """What the help says about it."""

    def __new__(cls, value: int, meaning: str) -> ExitCode:
        code = int.__new__(cls, value)
        code._value_ = value
        code.meaning = meaning
        return code

    SUCCESS = 0, "success"
    INCOMPLETE = 1, "done in part: a connection, a rule or a file failed, the rest went on"
    MISCONFIGURED = 2, "the call, interlock.yaml or the operating model is wrong"
    LOCKED = 3, "another sync is running"
    REFUSED = 4, "a decision or a comment was refused, and trying again does not help"
    NO_WAREHOUSE = 5, "the warehouse cannot be reached, read or written"
    NOT_WHOLE = 6, "the record is not as it was written: `interlock audit` names what does not fit"
    DEFECT = 70, "an error in Interlock itself; report it with its traceback"
    INTERRUPTED = 130, "ended by Ctrl-C; the next run goes on"
    TERMINATED = 143, "ended by SIGTERM; the next run goes on"


def describe_exit_codes() -> str:
    """All codes with their meaning, a paragraph each."""
    lines = (f"{code.value:>3}  {code.meaning}" for code in ExitCode)
    return "\n\n".join(("Exit codes", *lines))
