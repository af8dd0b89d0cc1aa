"""Packages with rules for the tests to install, and the text of such a rule."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from model.rules.discovery import GROUP, installed_rules

LONG_WORK = '''
"""`long_work`: an item is planned for longer than anybody can foresee."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from pydantic import Field

from model.findings import Finding, Label, Severity, Wording
from model.rules import FunctionNames, Rule, RuleContext, RuleParameters, words
from model.rules.columns import function_ids_of
from model.rules.drafts import FindingDraft, complete_drafts

NAME = "long_work"


class Parameters(RuleParameters):
    max_days: int = Field(default=60, ge=1)


def find(context: RuleContext, parameters: Parameters) -> list[Finding]:
    plan = context.plan
    days = plan.items.planned_finish - plan.items.planned_start
    return complete_drafts(
        context,
        [
            FindingDraft(
                Finding(
                    rule=NAME,
                    about=(),
                    severity=Severity.LOW,
                    functions=function_ids_of(plan, np.array([row])),
                    subjects=(int(plan.items.id[row]),),
                    comment_on=(int(plan.items.id[row]),),
                    facts=(("days", str(days[row])),),
                ),
                about=(int(plan.items.id[row]),),
            )
            for row in np.flatnonzero(days > parameters.max_days)
        ],
    )


def word(finding: Finding, labels: Mapping[int, Label], names: FunctionNames) -> Wording:
    (owner,) = words.name_functions(finding, names)
    key = words.format_key(labels, finding.subjects[0])
    return Wording(f"{key} of {owner} takes {finding.facts[0][1]} days", (), f"Can {key} be split?")


RULE = Rule(name=NAME, title="Long work", parameters=Parameters, find=find, word=word)
'''


class Packages:
    """Installs packages into a folder on sys.path, each with its metadata, as pip does."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        monkeypatch.syspath_prepend(folder)

    def install(self, package: str, entry_point: str, **modules: str) -> None:
        """`modules` are file names (`__` for `/`) without ending, and their text."""
        for name, text in modules.items():
            file = self.folder / f"{name.replace('__', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        metadata = self.folder / f"{package.replace('-', '_')}-1.2.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Name: {package}\nVersion: 1.2\n", encoding="utf-8")
        (metadata / "entry_points.txt").write_text(
            f"[{GROUP}]\n{entry_point.split('.')[0]} = {entry_point}\n", encoding="utf-8"
        )
        installed_rules.cache_clear()


@contextmanager
def installing_packages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    """The packages stay installed until the block ends."""
    yield Packages(folder, monkeypatch)
    installed_rules.cache_clear()
