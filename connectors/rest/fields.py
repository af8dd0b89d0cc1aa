"""Where the fields of shared records stand in a tool's JSON, as interlock.yaml declares it.

A field is a path (`assignee.login`, `labels[*].name`) or a text with paths in braces
(`acme/api#{number}`), which is empty where one of them has no value.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from connectors.kit.json_path import check_path, find_value
from connectors.kit.settings import LOWER_CASE_KEYS, by_name
from model.records import CurrencyCode, Priority, SpendKind, State

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def _check_source(source: str) -> str:
    for path in _PLACEHOLDER.findall(source) or [source]:
        check_path(path)
    return source


Path = Annotated[str, AfterValidator(check_path)]
Source = Annotated[str, AfterValidator(_check_source)]


def read_source(record: Any, source: str) -> Any:
    """The value of a source in a record; None where there is none."""
    paths = _PLACEHOLDER.findall(source)
    if not paths:
        return find_value(record, source)
    values = [find_value(record, path) for path in paths]
    if any(value in (None, "") for value in values):
        return None
    texts = iter(map(str, values))
    return _PLACEHOLDER.sub(lambda _: next(texts), source)


class _Fields(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Source
    key: Source | None = None
    """What people call the record; the native id without it."""
    url: Source | None = None

    def sources(self) -> dict[str, str]:
        """The fields that are read from a record, with where they stand in it."""
        others = {"parent_stream", "always_currency"}
        return {
            n: s for n, s in self.model_dump().items() if isinstance(s, str) and n not in others
        }


class WorkItemFields(_Fields):
    """Fields of a work item.

    `parent` is the id of the parent in the stream `parent_stream` (its own without it).
    `depends_on` names predecessors, `references_in` is free text that may name some. `milestone`
    is true where all records of the stream are milestones.
    """

    status: Source
    owner: Source | None = None
    priority: Source | None = None
    planned_start: Source | None = None
    planned_finish: Source | None = None
    actual_start: Source | None = None
    actual_finish: Source | None = None
    estimate_days: Source | None = None
    remaining_days: Source | None = None
    percent_complete: Source | None = None
    milestone: bool | Source = False
    parent: Source | None = None
    parent_stream: str | None = None
    labels: Source | None = None
    wbs: Source | None = None
    depends_on: Source | None = None
    references_in: tuple[Source, ...] = ()
    priorities: dict[str, Annotated[Priority, by_name(Priority)]] = Field(default_factory=dict)
    """Priorities by the tool's names, beside low, medium, high and critical."""
    statuses: Annotated[dict[str, Annotated[State, by_name(State)]], LOWER_CASE_KEYS] = Field(
        default_factory=dict
    )
    """States by the tool's statuses, in any case: planned, in progress, blocked, done, cancelled.
    A status that is not named here counts as a workflow of the operating model maps it."""


class DealFields(_Fields):
    """Fields of a deal; `won` and `lost` are the stages of that outcome, all others are open."""

    stage: Source
    won: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    owner: Source | None = None
    amount: Source | None = None
    currency: Source | None = None
    always_currency: CurrencyCode | None = None
    close_date: Source | None = None
    probability: Source | None = None
    depends_on: Source | None = None


class SpendFields(_Fields):
    """Fields of a line of spend; `kinds` maps the tool's words to budget, commitment, actual."""

    kind: Source
    kinds: dict[str, SpendKind] = Field(min_length=1)
    amount: Source
    currency: Source | None = None
    always_currency: CurrencyCode | None = None
    # Not `on`, which YAML reads as a truth value.
    day: Source
    fiscal_period: Source | None = None
    cost_centre: Source | None = None
    wbs: Source | None = None
    purchase_order: Source | None = None
