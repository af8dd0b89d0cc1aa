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

from connectors.base import ConnectionSettings, Tool
from model.addresses import Site
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
    clashes: tuple[ToolUnavailable, ...] = ()
    """Tools of other packages that bear the name of one of Interlock's own, which is used."""

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

    def references(self, connections: Mapping[str, ConnectionSettings]) -> ReferenceFormats:
        """How references to the records of these connections are written, by their names."""
        # In order of the names: what is read must not depend on that of entry points or entries.
        by_name = [(name, connections[name]) for name in sorted(connections)]
        sites = (
            Site(name, addresses, tool.references.urls)
            for name, settings in by_name
            if (tool := self.tools.get(settings.tool)) and (addresses := tool.addresses(settings))
        )
        return combine((self.tools[name].references for name in sorted(self.tools)), sites)


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
    """Load each entry point; of several with one name, Interlock's own is used, else none."""
    by_name: defaultdict[str, list[EntryPoint]] = defaultdict(list)
    for point in points:
        by_name[point.name].append(point)
    tools: dict[str, Tool] = {}
    unavailable: dict[str, ToolUnavailable] = {}
    clashes: list[ToolUnavailable] = []
    # By the name of the entry point: it is known without importing what may be broken.
    for name, candidates in by_name.items():
        own = list(filter(_is_own, candidates))
        if own and len(own) < len(candidates):
            clashes.append(_clash(name, [point for point in candidates if point not in own]))
        try:
            tools[name] = _load(name, own or candidates)
        except ToolUnavailable as problem:
            unavailable[name] = problem
    return InstalledTools(tools, unavailable, tuple(clashes))


def _is_own(point: EntryPoint) -> bool:
    return point.module.partition(".")[0] == __name__.partition(".")[0]


def _clash(name: str, others: list[EntryPoint]) -> ToolUnavailable:
    packages = " and ".join(sorted(map(_package, others)))
    return ToolUnavailable(
        f'the tool "{name}" is Interlock\'s own, so that of {packages} is not used',
        f"Uninstall {packages}, or ask its authors to give their tool another name.",
    )


def _load(name: str, candidates: list[EntryPoint]) -> Tool:
    packages = [_package(point) for point in candidates]
    if len(candidates) > 1:
        raise ToolUnavailable(
            f'the tool "{name}" is declared by {" and ".join(sorted(packages))}',
            "Uninstall all but one of them.",
        )
    try:
        tool = candidates[0].load()
    except KeyboardInterrupt:
        raise
    except BaseException as error:
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
