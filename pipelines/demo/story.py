"""The story as deploy/demo/*.yaml tell it: a file a tool, dates as working days from today."""

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
Plan = tuple[Offset, Offset]
"""First and last day."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Part):
    """Somebody who works in a tool and has no role in the operating model."""

    id: str
    name: str


class Release(_Part):
    name: str
    date: Offset
    released: bool = False


class Project(_Part):
    """`labels` are put on each of its issues."""

    key: str
    name: str
    labels: tuple[str, ...] = ()
    versions: tuple[Release, ...] = ()


class Slip(_Part):
    """A due date before it was moved, and the day on which that happened."""

    on: Offset
    due: Offset


class Said(_Part):
    on: Offset
    by: str
    text: str


class Issue(_Part):
    """One Jira issue; `owner` is a person of the operating model or of the team."""

    key: str
    title: str
    type: str = "Story"
    epic: str | None = None
    owner: str | None = None
    priority: Literal["Highest", "High", "Medium", "Low", "Lowest"] = "Medium"
    status: Literal["To Do", "In Progress", "In Review", "Blocked", "Done", "Won't Do"] = "To Do"
    plan: Plan | None = None
    progress: int | None = Field(default=None, ge=0, le=100)
    labels: tuple[str, ...] = ()
    wbs: str | None = None
    blocks: tuple[str, ...] = ()
    depends_on: str | None = None
    release: str | None = None
    description: str = ""
    touched: Offset | None = None
    slips: tuple[Slip, ...] = ()
    comments: tuple[Said, ...] = ()

    @property
    def project(self) -> str:
        return self.key.rpartition("-")[0]


class ItStory(_Part):
    team: tuple[Member, ...]
    projects: tuple[Project, ...]
    issues: tuple[Issue, ...]


class Row(_Part):
    """One row of the marketing plan."""

    key: str
    title: str
    owner: str
    plan: Plan
    programme: str | None = None
    status: str = "Planned"
    priority: str = "Medium"
    progress: int | None = None
    depends_on: str | None = None
    wbs: str | None = None
    notes: str | None = None


class MarketingStory(_Part):
    title: str
    subtitle: str
    saved: Offset
    rows: tuple[Row, ...]


class Moved(_Part):
    """A close date before it was moved, and the day on which that happened."""

    on: Offset
    close: Offset


class DealEntry(_Part):
    name: str
    owner: str
    amount: int
    stage: str
    close: Offset
    depends_on: str | None = None
    moved: tuple[Moved, ...] = ()

    @property
    def account(self) -> str:
        return self.name.partition(":")[0]


class SalesStory(_Part):
    team: tuple[Member, ...]
    deals: tuple[DealEntry, ...]


class YearlyBudget(_Part):
    """Released on the first day of a fiscal year; 0 is the present one."""

    year: int
    amount: int


class LateBudget(_Part):
    """Released with the first fiscal quarter that begins so long after a working day."""

    after: Offset
    at_least: int
    amount: int


class Element(_Part):
    """What is budgeted and spent on one WBS element, or on a cost centre alone.

    `used` is in percent of all of its budgets, over so many `lines`.
    """

    text: str
    cost_centre: str
    wbs: str | None = None
    budgets: tuple[YearlyBudget, ...] = ()
    late: LateBudget | None = None
    used: int = 0
    lines: int = 0


class FinanceStory(_Part):
    saved: Offset
    title: str
    report: str
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """The whole story; `digest` changes with any word of it."""

    it: ItStory
    marketing: MarketingStory
    sales: SalesStory
    finance: FinanceStory
    digest: str


S = TypeVar("S", bound=_Part)


def read_story(folder: Path = STORY_FOLDER) -> Story:
    """Read and check the story's files; raises ModelInvalid with every problem of one of them."""
    return Story(
        _part(folder / "it.yaml", ItStory),
        _part(folder / "marketing.yaml", MarketingStory),
        _part(folder / "sales.yaml", SalesStory),
        _part(folder / "finance.yaml", FinanceStory),
        digest=_digest(folder),
    )


def _part(file: Path, shape: type[S]) -> S:
    document = read_file(file)
    if not document.problems:
        check_values(document, shape, document.data, ())
    if document.problems:
        raise ModelInvalid(document.problems)
    return shape.model_validate(document.data)


def _digest(folder: Path) -> str:
    content = b"".join(file.read_bytes() for file in sorted(folder.glob("*.yaml")))
    return hashlib.sha256(content).hexdigest()[:16]
