"""Finds the rules of all installed packages by their entry points."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any, Final

from model.operating_model.problems import ModelInvalid, ModelProblem
from model.rules.rule import Rule
from model.rules.rule_set import BrokenPlugin, RuleSet

GROUP: Final = "interlock.rules"


@dataclass(frozen=True, slots=True)
class _Plugin:
    """A rule and where it comes from."""

    rule: Rule[Any]
    package: str
    source: str

    def __str__(self) -> str:
        return f"{self.source} of the package {self.package}"


@cache
def installed_rules() -> RuleSet:
    """The rules of all installed packages in any order of installation; read once per process.

    A plugin that cannot be loaded does not stop the others: it stands in `RuleSet.broken`.
    Raises ModelInvalid where two rules have one name, or where no rule is installed at all.
    """
    plugins: list[_Plugin] = []
    broken: list[BrokenPlugin] = []
    for entry_point in entry_points(group=GROUP):
        for loaded in _load_entry_point(entry_point):
            plugins.append(loaded) if isinstance(loaded, _Plugin) else broken.append(loaded)
    # Entry points come in the order of installation, which must not change what is found first.
    plugins.sort(key=lambda plugin: (plugin.rule.name, plugin.package, plugin.source))
    _require_some(plugins)
    _require_unique_names(plugins)
    return RuleSet(
        {plugin.rule.name: plugin.rule for plugin in plugins},
        tuple(sorted(broken, key=lambda plugin: (plugin.package, plugin.source))),
    )


def _load_entry_point(entry_point: EntryPoint) -> Iterator[_Plugin | BrokenPlugin]:
    package = f"{entry_point.dist.name} {entry_point.dist.version}" if entry_point.dist else "?"
    names = [entry_point.value]
    try:
        module = import_module(entry_point.value)
    except KeyboardInterrupt:
        raise
    # Whatever the code of a plugin raises on import must not stop the other rules.
    except BaseException as error:
        yield BrokenPlugin(package, entry_point.value, _reason(error))
        return
    if not hasattr(module, "RULE"):
        # A folder of rules is named once, so that a new rule in it needs no entry point of its
        # own.
        names = _modules_in(module)
    if not names:
        yield BrokenPlugin(package, entry_point.value, "it has neither RULE nor modules")
    for name in names:
        yield _load_module(package, name)


def _modules_in(package: ModuleType) -> list[str]:
    """The modules of a package by their full names; those that begin with _ are helpers."""
    path = getattr(package, "__path__", ())
    names = sorted(module.name for module in pkgutil.iter_modules(path))
    return [f"{package.__name__}.{name}" for name in names if not name.startswith("_")]


def _load_module(package: str, name: str) -> _Plugin | BrokenPlugin:
    try:
        rule = getattr(import_module(name), "RULE", None)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        return BrokenPlugin(package, name, _reason(error))
    if not isinstance(rule, Rule):
        return BrokenPlugin(package, name, "it has no RULE that is a Rule")
    return _Plugin(rule, package, name)


def _reason(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".strip().rstrip(".:")


def _require_some(plugins: list[_Plugin]) -> None:
    # Without any rule every open conflict would be resolved as if its cause were gone.
    if not plugins:
        message = f"no rule is installed: no package has an entry point of the group {GROUP}"
        remedy = (
            "Interlock's installed metadata is older than its code: delete interlock.egg-info if "
            "there is such a folder, and install it again with `pip install --editable .`."
        )
        raise ModelInvalid([ModelProblem("installed packages", 0, message, remedy)])


def _require_unique_names(plugins: list[_Plugin]) -> None:
    first: dict[str, _Plugin] = {}
    problems = []
    for plugin in plugins:
        other = first.setdefault(plugin.rule.name, plugin)
        # Two entry points may lead to one module.
        if other.rule is not plugin.rule:
            message = f'two rules are named "{plugin.rule.name}": {other}, and {plugin}'
            remedy = (
                "Rename one of them: their conflicts could not be told apart."
                if plugin.package == other.package
                else "Uninstall one of the packages, or rename its rule."
            )
            problems.append(ModelProblem("installed packages", 0, message, remedy))
    if problems:
        raise ModelInvalid(problems)
