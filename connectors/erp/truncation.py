"""Exports that hold far fewer lines than before and may be cut off.

A file that is cut off between two lines looks complete: only a total row shows it, and not every
export has one. So the missing lines are not treated as deleted until a person confirms it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.erp.export_files import ExportContent, ExportFile
from connectors.kit.plausible import may_be_cut_off
from model.records import Problem


def may_be_truncated(content: ExportContent, lines_before: int) -> bool:
    """Whether an export that held `lines_before` lines (0: unknown) may have lost its end.

    Never when its total row agrees, however few its lines are.
    """
    return not content.is_proven and may_be_cut_off(lines_before, len(content.lines))


@dataclass
class TruncationCheck:
    """Compares each export with what it held before and with older exports of the same parts.

    `find_problems` is called once per export, newest first.
    """

    _newest: dict[str, tuple[str | None, int]] = field(default_factory=dict)
    """Per part the newest export that holds it (None if its total row agrees) and its lines."""

    def find_problems(
        self, export: ExportFile, content: ExportContent, lines_before: int
    ) -> Iterator[Problem]:
        """Yield a problem for each set of missing lines that may have been cut off."""
        if may_be_truncated(content, lines_before):
            yield _truncation_problem(
                export.name,
                f"{export.name} holds {len(content.lines)} lines, where it held {lines_before}",
                "save it under another name and remove this one",
            )
        yield from self._compare_with_newer(export, content)

    def _compare_with_newer(self, export: ExportFile, content: ExportContent) -> Iterator[Problem]:
        for part, count in Counter(line.part for line in content.lines).items():
            this = (None if content.is_proven else export.name, count)
            # Exports come newest first, so the first one that holds a part is the newest of it.
            newer, newer_count = self._newest.setdefault(part, this)
            if newer and newer != export.name and may_be_cut_off(count, newer_count):
                yield _truncation_problem(
                    newer,
                    f"{newer} holds {newer_count} lines of {part}, where the older {export.name} "
                    f"holds {count}",
                    f"remove {export.name}",
                )


def _truncation_problem(name: str, observation: str, confirmation: str) -> Problem:
    return Problem(
        f"{name}#lines",
        f"{observation}; it may be cut off, so the missing lines still count",
        f"Export it again whole; if they are really gone, {confirmation}",
        held=False,
    )
