"""The story in deploy/demo: one file per tool, with dates as working days counted from today."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from model.operating_model.documents import read_file
from model.operating_model.problems import ModelInvalid
from model.operating_model.shape import check_values
from pipelines.demo.files import STORY_FOLDER

Offset = int
"""A working day counted from today; 0 is today or the next working day."""
DayRange = tuple[Offset, Offset]
"""First and last day of a plan."""


class _StoryModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TeamMember(_StoryModel):
    """A user of a tool who has no role in the operating model."""

    id: str
    name: str


class Release(_StoryModel):
    """A version of a Jira project."""

    name: str
    date: Offset
    released: bool = False


class StoryProject(_StoryModel):
    """A Jira project; its `labels` are added to each of its issues."""

    key: str
    name: str
    labels: tuple[str, ...] = ()
    versions: tuple[Release, ...] = ()


class DueDateMove(_StoryModel):
    """A former due date, and the day on which it was moved."""

    on: Offset
    due: Offset


class StoryComment(_StoryModel):
    """A comment that somebody wrote on an issue."""

    on: Offset
    by: str
    text: str


class StoryIssue(_StoryModel):
    """A Jira issue; `owner` is a person of the operating model or of the team."""

    key: str
    title: str
    type: str = "Story"
    epic: str | None = None
    owner: str | None = None
    priority: Literal["Highest", "High", "Medium", "Low", "Lowest"] = "Medium"
    status: Literal["To Do", "In Progress", "In Review", "Blocked", "Done", "Won't Do"] = "To Do"
    plan: DayRange | None = None
    progress: int | None = Field(default=None, ge=0, le=100)
    labels: tuple[str, ...] = ()
    wbs: str | None = None
    blocks: tuple[str, ...] = ()
    depends_on: str | None = None
    release: str | None = None
    description: str = ""
    touched: Offset | None = None
    slips: tuple[DueDateMove, ...] = ()
    comments: tuple[StoryComment, ...] = ()

    @property
    def project(self) -> str:
        return self.key.rpartition("-")[0]


class ItStory(_StoryModel):
    team: tuple[TeamMember, ...]
    projects: tuple[StoryProject, ...]
    issues: tuple[StoryIssue, ...]


class MarketingRow(_StoryModel):
    """A row of the marketing plan."""

    key: str
    title: str
    owner: str
    plan: DayRange
    programme: str | None = None
    status: str = "Planned"
    priority: str = "Medium"
    progress: int | None = None
    depends_on: str | None = None
    wbs: str | None = None
    notes: str | None = None


class MarketingStory(_StoryModel):
    title: str
    subtitle: str
    saved: Offset
    rows: tuple[MarketingRow, ...]


class CloseDateMove(_StoryModel):
    """A former close date, and the day on which it was moved."""

    on: Offset
    close: Offset


class StoryDeal(_StoryModel):
    """An opportunity in Salesforce."""

    name: str
    owner: str
    amount: int
    stage: str
    close: Offset
    depends_on: str | None = None
    moved: tuple[CloseDateMove, ...] = ()

    @property
    def account(self) -> str:
        return self.name.partition(":")[0]


class SalesStory(_StoryModel):
    team: tuple[TeamMember, ...]
    deals: tuple[StoryDeal, ...]


class YearlyBudget(_StoryModel):
    """A budget that is released on the first day of a fiscal year; 0 is the current one."""

    year: int
    amount: int


class LateBudget(_StoryModel):
    """A budget that is released with the first fiscal quarter long enough after a working day."""

    after: Offset
    at_least: int
    amount: int


class BudgetElement(_StoryModel):
    """Budgets and spending of a WBS element, or of a cost centre alone.

    `used` is in percent of all its budgets, spread over that many `lines`.
    """

    text: str
    cost_centre: str
    wbs: str | None = None
    budgets: tuple[YearlyBudget, ...] = ()
    late: LateBudget | None = None
    used: int = 0
    lines: int = 0


class FinanceStory(_StoryModel):
    saved: Offset
    title: str
    report: str
    elements: tuple[BudgetElement, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The whole story; `digest` changes with any of its files."""

    it: ItStory
    marketing: MarketingStory
    sales: SalesStory
    finance: FinanceStory
    digest: str


S = TypeVar("S", bound=_StoryModel)


def read_story(folder: Path = STORY_FOLDER) -> Story:
    """Read the files of the story; raises ModelInvalid with every problem of the first bad one."""
    return Story(
        _read_part(folder / "it.yaml", ItStory),
        _read_part(folder / "marketing.yaml", MarketingStory),
        _read_part(folder / "sales.yaml", SalesStory),
        _read_part(folder / "finance.yaml", FinanceStory),
        digest=_digest(folder),
    )


def _read_part(file: Path, shape: type[S]) -> S:
    document = read_file(file)
    if not document.problems:
        check_values(document, shape, document.data, ())
    if document.problems:
        raise ModelInvalid(document.problems)
    return shape.model_validate(document.data)


def _digest(folder: Path) -> str:
    content = b"".join(file.read_bytes() for file in sorted(folder.glob("*.yaml")))
    return hashlib.sha256(content).hexdigest()[:16]
