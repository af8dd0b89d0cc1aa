"""The YAML files of a folder as one document of plain values with the line of each value.

Values follow the YAML 1.2 core schema (https://yaml.org/spec/1.2.2/#103-core-schema): `no` is
text and not false, `NO` is Norway. Anchors and aliases are refused, so that each line can be
understood by itself. Nothing but plain values can be constructed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from model.operating_model.problems import ModelProblem

Location = tuple[str | int, ...]
"""The path to a value: `("functions", 0, "head")`."""

_CORE_SCHEMA = {
    # YAML 1.1, PyYAML's own reading, takes `no`, `on` and 1:30 for other things than people wrote.
    "null": (r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    "bool": (r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    "int": (r"[-+]?(?:0|[1-9][0-9]*)", list("-+0123456789")),
    "float": (r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", list("-+.0123456789")),
}


class _Loader(yaml.SafeLoader):
    # Empty, so that only the core schema below decides what is a number or a truth value.
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "an alias stands for a value", mark)
        return super().compose_node(parent, index)


for _tag, (_pattern, _first) in _CORE_SCHEMA.items():
    # The first characters let the loader skip patterns that cannot match.
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}", re.compile(f"(?:{_pattern})$"), _first
    )


@dataclass(frozen=True, slots=True)
class Document:
    """All files of the folder together: values, the file and line of each, and all problems."""

    folder: str
    data: dict[str, Any] = field(default_factory=dict)
    lines: dict[Location, tuple[str, int]] = field(default_factory=dict)
    problems: list[ModelProblem] = field(default_factory=list)

    def report(self, at: Location, message: str, remedy: str) -> None:
        """Add a problem of the value at a location, or if it is missing of what should hold it."""
        while at and at not in self.lines:
            at = at[:-1]
        file, line = self.lines.get(at, (self.folder, 0))
        self.problems.append(ModelProblem(file, line, message, remedy))


def read_folder(folder: Path) -> Document:
    """Read all `*.yaml` files of the folder, in the order of their names.

    A list that stands in two files is joined, a mapping merged; any other repetition is a
    problem.
    """
    document = Document(folder.name)
    # By name, so that lines, and thereby reports, do not depend on the file system.
    files = sorted(folder.glob("*.yaml"))
    if not files:
        document.report((), "no *.yaml file is in this folder", f"Put the model into {folder}.")
    for file in files:
        _read_file(file, document)
    # Reported and not read: half a model would pass as the whole one.
    for file in sorted(folder.glob("*.yml")):
        problem = ModelProblem(file.name, 0, "is not read", "Give it the ending .yaml.")
        document.problems.append(problem)
    return document


def read_file(file: Path) -> Document:
    """Read a single file as a document."""
    document = Document(file.name)
    _read_file(file, document)
    return document


def _read_file(file: Path, document: Document) -> None:
    try:
        node = _compose(file.read_text(encoding="utf-8"))
    except yaml.MarkedYAMLError as error:
        _refuse(document, file, error.problem_mark, error.problem or str(error.context))
    except OSError as error:
        _refuse(document, file, None, str(error.strerror))
    except (yaml.YAMLError, UnicodeDecodeError):
        _refuse(document, file, None, "it is not UTF-8 text that YAML allows")
    else:
        if isinstance(node, yaml.MappingNode):
            constructor = yaml.constructor.SafeConstructor()
            _Reading(file.name, constructor, document).entries(node, (), document.data)
        elif node is not None:
            _refuse(document, file, node.start_mark, "the file holds no `key: value` lines")


# Each step of a run in Dagster opens the instance anew; parsing was two thirds of opening it.
@lru_cache(maxsize=64)
def _compose(text: str) -> yaml.Node | None:
    return _Loader(text).get_single_node()


def _refuse(document: Document, file: Path, mark: yaml.Mark | None, reason: str) -> None:
    line = mark.line + 1 if mark else 1
    remedy = "Correct it; nothing else in this file was looked at."
    document.problems.append(ModelProblem(file.name, line, f"cannot be read: {reason}", remedy))


@dataclass(frozen=True, slots=True)
class _Reading:
    file: str
    constructor: yaml.constructor.SafeConstructor
    document: Document

    def entries(self, node: yaml.MappingNode, at: Location, into: dict[str, Any]) -> None:
        seen: set[str] = set()
        for key_node, value_node in node.value:
            key = str(key_node.value)
            known = into.get(key)
            if key in seen or (key in into and not self._joins(at, known, value_node)):
                self._twice(key_node, (*at, key))
                continue
            seen.add(key)
            # The first file's line stays for a section that is split among files.
            self.document.lines.setdefault((*at, key), self._line(key_node))
            into[key] = self.value(value_node, (*at, key), known)

    def value(self, node: yaml.Node, at: Location, known: Any = None) -> Any:
        self.document.lines.setdefault(at, self._line(node))
        if isinstance(node, yaml.MappingNode):
            mapping: dict[str, Any] = known or {}
            self.entries(node, at, mapping)
            return mapping
        if isinstance(node, yaml.SequenceNode):
            items: list[Any] = known or []
            for index, child in enumerate(node.value, start=len(items)):
                items.append(self.value(child, (*at, index)))
            return items
        return self._scalar(node)

    def _scalar(self, node: yaml.Node) -> Any:
        try:
            return self.constructor.construct_object(node)
        except yaml.constructor.ConstructorError as error:
            reason = str(error.problem)
            self._report(node, reason, "Write a plain value without a tag.")
            return None

    def _joins(self, at: Location, known: Any, node: yaml.Node) -> bool:
        both_lists = isinstance(known, list) and isinstance(node, yaml.SequenceNode)
        both_mappings = isinstance(known, dict) and isinstance(node, yaml.MappingNode)
        # Only top-level sections are joined; deeper, a repetition is a mistake.
        return not at and (both_lists or both_mappings)

    def _twice(self, key_node: yaml.Node, at: Location) -> None:
        file, line = self.document.lines[at]
        message = f'"{at[-1]}" stands twice, first in {file}:{line}'
        self._report(key_node, message, "Keep one of the two.")

    def _report(self, node: yaml.Node, message: str, remedy: str) -> None:
        self.document.problems.append(ModelProblem(*self._line(node), message, remedy))

    def _line(self, node: yaml.Node) -> tuple[str, int]:
        return self.file, node.start_mark.line + 1
