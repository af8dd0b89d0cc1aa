"""What an ERP export looks like and what its columns mean: declared once, in YAML.

A profile is written once for a kind of export (an SAP line item list, a budget report) and says
only what cannot be seen in the file itself. Headings are the file's own words; capitals and
spaces are ignored when they are compared. A heading that stands twice in a file is called
`Currency` and `Currency (2)`, from left to right.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.base import ConnectionFailed, ConnectionSettings
from connectors.erp.dates import DateStyle
from connectors.erp.numerals import NumberStyle
from model.records import CurrencyCode, SpendKind

DELIMITERS = (";", "\t", ",", "|")
Encoding = Literal["utf-8", "utf-16", "cp1252"]
Heading = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Columns(_Part):
    """Which heading holds which field of a line; every heading named here must be there.

    `release_date` is the day from which a budget may be used (`date` where it is not given).
    Without any date the fiscal period gives one: a budget from its first day, money committed
    or paid on its last.
    """

    date: Heading | None = None
    release_date: Heading | None = None
    fiscal_period: Heading | None = None
    cost_centre: Heading | None = None
    wbs: Heading | None = None
    purchase_order: Heading | None = None
    document: Heading | None = None
    text: Heading | None = None
    currency: Heading | None = None


class Profile(_Part):
    """One kind of export. What is left out is found in the file, or the file is refused.

    Amounts stand either in one column a kind (`amounts: {budget: Plan, actual: Ist}`; a single
    one says that all lines are of this kind), or in one column (`amount`) beside one that names
    the kind (`kind`, its words in `kinds`).

    `keys` are the headings that tell one line from another. `covers` are those that say which
    part of the books a line belongs to, company and period for instance: a newer file replaces
    all lines of each such part that it holds. Without `covers` each file stands for itself.

    `total` begins the row that sums up the file; once it is declared, a file without it or with
    another sum is held. `skip` begins rows that are knowingly no lines (subtotals, page heads).
    `fiscal_year_starts_in_month` counts from January = 1. A fiscal year that spans two calendar
    years bears the number of the one in which it starts or ends: `fiscal_year_named_after`.
    """

    columns: Columns = Columns()
    amounts: dict[SpendKind, Heading] = {}
    amount: Heading | None = None
    kind: Heading | None = None
    kinds: dict[str, SpendKind] = {}
    currency: CurrencyCode | None = None
    keys: tuple[Heading, ...] = Field(min_length=1)
    covers: tuple[Heading, ...] = ()
    delimiter: Literal[";", "\t", ",", "|"] | None = None
    encoding: Encoding | None = None
    quoted: bool = True
    numbers: NumberStyle | Literal["detect"] = "detect"
    dates: DateStyle | Literal["detect"] = "detect"
    total: str | None = None
    skip: tuple[str, ...] = ()
    fiscal_year_starts_in_month: int = Field(default=1, ge=1, le=12)
    fiscal_year_named_after: Literal["start", "end"] | None = None

    @model_validator(mode="after")
    def _says_what_a_line_needs(self) -> Self:
        by_word = (self.amount, self.kind, self.kinds or None)
        if bool(self.amounts) == any(by_word) or (not self.amounts and not all(by_word)):
            raise ValueError("give either `amounts`, or `amount` with `kind` and `kinds`")
        if not (self.columns.date or self.columns.release_date or self.columns.fiscal_period):
            raise ValueError("give `columns` a `date`, a `release_date` or a `fiscal_period`")
        if bool(self.currency) == bool(self.columns.currency):
            raise ValueError("give either `currency` or the column `currency`")
        spans_two = self.fiscal_year_starts_in_month != 1 and self.columns.fiscal_period
        if spans_two and not self.fiscal_year_named_after:
            raise ValueError("say in `fiscal_year_named_after` whether it is its start or its end")
        return self

    @property
    def amount_headings(self) -> tuple[str, ...]:
        return tuple(self.amounts.values()) or ((self.amount,) if self.amount else ())

    @property
    def date_headings(self) -> tuple[str, ...]:
        dates = (self.columns.date, self.columns.release_date)
        return tuple(heading for heading in dates if heading)

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings that the profile names, each once: the ones a file must have."""
        fields: tuple[str | None, ...] = tuple(self.columns.model_dump().values())
        named = (*self.amount_headings, self.kind, *fields, *self.keys, *self.covers)
        return tuple(dict.fromkeys(heading for heading in named if heading))

    @property
    def digest(self) -> str:
        """Changes when files have to be read anew because the profile says something else."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]


class ErpSettings(ConnectionSettings):
    """A connection to exports: one file or a pattern (`erp/*.csv`), relative to the instance.

    `profile` is a profile, or the path of a YAML file that holds one. `functions` maps a cost
    centre to the function that answers for it, where that is not `function`.
    """

    path: str
    profile: Profile | str
    functions: dict[str, str] = Field(default={})


def load_profile(settings: ErpSettings, connection: str, home: Path) -> Profile:
    """The profile of a connection, read from its file where it stands in one.

    Raises ConnectionFailed with every problem of the file.
    """
    if isinstance(settings.profile, Profile):
        return settings.profile
    path = home / settings.profile
    try:
        # Every value is kept as it is written: to YAML the heading `No` would mean false.
        said = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
        return Profile.model_validate(said)
    except OSError as error:
        reason = f"the profile {path} cannot be read: {error.strerror}"
    except yaml.YAMLError as error:
        reason = f"the profile {path} is not YAML: {' '.join(str(error).split())}"
    except ValidationError as error:
        reason = f"the profile {path} is not complete: {_told(error)}"
    raise ConnectionFailed(connection, reason, "Correct the profile or the path to it")


def _told(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'profile'}: {problem['msg']}"
        for problem in error.errors()
    )
