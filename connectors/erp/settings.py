"""What an ERP export looks like and what its columns mean, declared in YAML.

A profile is written once per kind of export (an SAP line item list, a budget report) and declares
only what cannot be detected in the file itself. Headings are those of the file; case and spaces
are ignored when they are compared. A heading that occurs twice in a file is called `Currency` and
`Currency (2)`, from left to right.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from connectors.base import ConnectionFailed, ConnectionSettings
from connectors.erp.date_styles import DateStyle
from connectors.erp.number_styles import NumberStyle
from model.records import CurrencyCode, SpendKind

Encoding = Literal["utf-8", "utf-16", "cp1252"]
Heading = Annotated[str, Field(min_length=1)]


class _ProfilePart(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProfileColumns(_ProfilePart):
    """Which heading holds which field of a line; the file must have every heading named here.

    `release_date` is the day from which a budget may be used (`date` where it is not given).
    A line without any date gets one from its fiscal period: the first day for a budget, the last
    day for a commitment or actual.
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


class ExportProfile(_ProfilePart):
    """One kind of export. `delimiter`, `encoding`, `numbers` and `dates` are detected if left out.

    Amounts are either in one column per kind (`amounts: {budget: Plan, actual: Ist}`; with a
    single one all lines are of this kind), or in one column (`amount`) beside one that names the
    kind (`kind`, its words in `kinds`). The currency is either one for all lines (`currency`) or
    in a column (`columns.currency`).

    `keys` are the headings that distinguish one line from another. `covers` are those that name
    the part of the books a line belongs to, company and period for instance: a newer file
    replaces all lines of each such part that it holds. Without `covers` no file replaces another.

    `total` is what the row with the sum of the file begins with; once it is declared, a file
    without that row or with another sum is refused. `skip` is what rows to leave out begin with
    (subtotals, page heads). With `quoted` False a quotation mark is part of the text.
    `fiscal_year_starts_in_month` counts from January = 1; `fiscal_year_named_after` says whether
    a fiscal year that spans two calendar years has the number of the one in which it starts or
    ends.
    """

    columns: ProfileColumns = ProfileColumns()
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
    def _is_complete(self) -> Self:
        one_column = (self.amount, self.kind, self.kinds or None)
        if bool(self.amounts) == any(one_column) or (not self.amounts and not all(one_column)):
            raise ValueError("give either `amounts`, or `amount` with `kind` and `kinds`")
        if not (self.columns.date or self.columns.release_date or self.columns.fiscal_period):
            raise ValueError("give `columns` a `date`, a `release_date` or a `fiscal_period`")
        if bool(self.currency) == bool(self.columns.currency):
            raise ValueError("give either `currency` or the column `currency`")
        # Periods of such a year mean different months in different companies; none is the rule.
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
        """All headings that the profile names, without duplicates: those that a file must have."""
        fields: tuple[str | None, ...] = tuple(self.columns.model_dump().values())
        named = (*self.amount_headings, self.kind, *fields, *self.keys, *self.covers)
        return tuple(dict.fromkeys(heading for heading in named if heading))

    @property
    def digest(self) -> str:
        """A fingerprint of the profile; files are pulled again when it changes."""
        return sha256(self.model_dump_json().encode()).hexdigest()[:16]


class ErpSettings(ConnectionSettings):
    """A connection to exports: one file or a pattern (`erp/*.csv`) in the instance folder.

    `profile` is a profile, or the path of a YAML file with one. `functions` maps a cost centre to
    the function that is responsible for it, where that is not `function`.
    """

    path: str
    profile: ExportProfile | str
    functions: dict[str, str] = Field(default={})


def load_profile(settings: ErpSettings, connection: str, home: Path) -> ExportProfile:
    """Return the profile of a connection, read from its YAML file unless the settings hold it.

    Raises ConnectionFailed with all problems of a file that cannot be used.
    """
    if isinstance(settings.profile, ExportProfile):
        return settings.profile
    path = home / settings.profile
    try:
        # Every value stays a string, as it is written: to YAML the heading `No` would mean false.
        document = yaml.load(path.read_bytes(), Loader=yaml.BaseLoader)  # noqa: S506
        return ExportProfile.model_validate(document)
    except OSError as error:
        reason = f"the profile {path} cannot be read: {error.strerror}"
    except yaml.YAMLError as error:
        reason = f"the profile {path} is not YAML: {' '.join(str(error).split())}"
    except ValidationError as error:
        reason = f"the profile {path} is not complete: {_format_errors(error)}"
    raise ConnectionFailed(connection, reason, "Correct the profile or the path to it")


def _format_errors(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc']) or 'profile'}: {problem['msg']}"
        for problem in error.errors()
    )
