"""The installed tools, discovered by entry point; Interlock's own have no privilege.

A package that cannot be loaded is reported where its tool is asked for and does not stop the
others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points

from connectors.base import Tool
from model.keys import ReferenceFormats, combine

GROUP = "interlock.connectors"
_REINSTALL = (
    "Interlock's own tools are not registered, so its installed metadata is older than its code. "
    "Delete interlock.egg-info if there is such a folder, and install it again: "
    "`uv pip install --editable .` or `pip install --editable .`"
)


@dataclass
class ToolUnavailable(LookupError):
    """A tool that cannot be used: why, and what to do."""

    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class InstalledTools:
    """The tools by the word after `tool:`, and why each of the others cannot be used."""

    tools: Mapping[str, Tool]
    unavailable: Mapping[str, ToolUnavailable]

    def named(self, name: str) -> Tool:
        """Raises ToolUnavailable for a tool that is not installed or whose package is broken."""
        if name in self.tools:
            return self.tools[name]
        if name in self.unavailable:
            raise self.unavailable[name]
        names = ", ".join(sorted(self.tools)) or "none"
        raise ToolUnavailable(
            f'"{name}" is no installed tool',
            f"Installed are {names}. Correct the name, or install the package that adds it.",
        )

    @property
    def references(self) -> ReferenceFormats:
        """How all of them write references, in the order of their names."""
        return combine(self.tools[name].references for name in sorted(self.tools))


@cache
def installed_tools() -> InstalledTools:
    """The tools of this environment; read once per process.

    Raises ToolUnavailable where not even Interlock's own tools are registered.
    """
    points = tuple(entry_points(group=GROUP))
    if not points:
        raise ToolUnavailable("no tool is installed", _REINSTALL)
    return load_tools(points)


def load_tools(points: Iterable[EntryPoint]) -> InstalledTools:
    """Load each entry point; two of one name are both refused, for neither can be preferred."""
    by_name: defaultdict[str, list[EntryPoint]] = defaultdict(list)
    for point in points:
        by_name[point.name].append(point)
    tools: dict[str, Tool] = {}
    unavailable: dict[str, ToolUnavailable] = {}
    # By the name of the entry point: it is known without importing what may be broken.
    for name, candidates in by_name.items():
        try:
            tools[name] = _load(name, candidates)
        except ToolUnavailable as problem:
            unavailable[name] = problem
    return InstalledTools(tools, unavailable)


def _load(name: str, candidates: list[EntryPoint]) -> Tool:
    packages = [_package(point) for point in candidates]
    if len(candidates) > 1:
        raise ToolUnavailable(
            f'the tool "{name}" is declared by {" and ".join(sorted(packages))}',
            "Uninstall all but one of them.",
        )
    try:
        tool = candidates[0].load()
    except (Exception, SystemExit) as error:
        # Importing a package of others may raise anything, and must not stop the other tools.
        raise ToolUnavailable(
            f'the tool "{name}" of the package {packages[0]} cannot be loaded '
            f"({type(error).__name__}: {' '.join(str(error).split())})",
            f"Update or reinstall {packages[0]}, or report it to its authors.",
        ) from error
    if not isinstance(tool, Tool) or tool.name != name:
        raise ToolUnavailable(
            f'the entry point "{name}" of the package {packages[0]} ({candidates[0].value}) is no '
            "Tool of that name",
            "Let it name a connectors.base.Tool whose `name` is that of the entry point.",
        )
    return tool


def _package(point: EntryPoint) -> str:
    return point.dist.name if point.dist else point.value
