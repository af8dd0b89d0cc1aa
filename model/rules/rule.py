"""The declaration of a rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from model.findings import Finding, Label, Wording
from model.operating_model.schema import ALL_RULES
from model.rules.context import RuleContext
from model.rules.options import STANDARD_OPTIONS, Option
from model.rules.severity import RuleParameters

FunctionNames = Mapping[str, str]
"""What people call a function, by its id."""

# A name is a key of YAML and part of Dagster's check names, which allow no more characters.
_NAME = re.compile(r"[a-z][a-z0-9_]*")

P = TypeVar("P", bound=RuleParameters)


@dataclass(frozen=True, slots=True)
class Rule(Generic[P]):
    """One rule: `find` works in columns, `word` puts one finding into sentences.

    `name` is part of the identity of every conflict, so it never changes; decision rights and
    parameters refer to it. `title` is what people call the rule. Where it
    `concludes_from_absence`, its new findings wait until all connections have been read to their
    end: what it misses may stand in the part that is still unread.

    Raises ValueError for a name that tools could not refer to.
    """

    name: str
    title: str
    parameters: type[P]
    find: Callable[[RuleContext, P], Sequence[Finding]]
    word: Callable[[Finding, Mapping[int, Label], FunctionNames], Wording]
    concludes_from_absence: bool = False
    options: tuple[Option, ...] = STANDARD_OPTIONS

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or self.name == ALL_RULES:
            raise ValueError(
                f'"{self.name}" cannot name a rule: use lower-case letters, digits and _, '
                f'and not "{ALL_RULES}"'
            )

    def run(self, context: RuleContext) -> Sequence[Finding]:
        """Find with the parameters of the operating model; raises ValidationError if invalid."""
        parameters: dict[str, Any] = context.model.rules.get(self.name, {})
        return self.find(context, self.parameters.model_validate(parameters))
