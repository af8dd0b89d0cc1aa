"""The problems of an operating model, each with its place and its remedy."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

_MOST_LISTED = 12


@dataclass(frozen=True, slots=True, order=True)
class ModelProblem:
    """One fault: the file (a name in the model's folder), the line from 1, what is wrong, a remedy.

    Line 0 means that the fault has no line, as when something is missing from all files.
    """

    file: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}. {self.remedy}"


class ModelInvalid(Exception):
    """Configuration that cannot be applied; `problems` are all of its faults, file by file."""

    def __init__(self, problems: Sequence[ModelProblem]) -> None:
        super().__init__(problems)
        # Two checks may find one fault; it is shown once, in the order of the files.
        self.problems = tuple(sorted(set(problems)))

    def __str__(self) -> str:
        count = len(self.problems)
        head = f"The configuration has {count} problem{'s' if count > 1 else ''}:"
        return "\n".join((head, *(f"  {problem}" for problem in self.problems)))


def choose(name: str, known: Collection[str]) -> str:
    """The advice to use the known name that is nearest, or else any of the known names."""
    near = get_close_matches(name, known, n=1)
    if near:
        return f'Did you mean "{near[0]}"?'
    if not known:
        return "None is declared yet."
    more = f", … ({len(known)} in all)" if len(known) > _MOST_LISTED else ""
    return f"Use one of: {', '.join(sorted(known)[:_MOST_LISTED])}{more}."
