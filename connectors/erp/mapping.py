"""A landed line as shared spend: one record, or one for each column of amounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors.base import RawRecord
from connectors.erp.landing import Said
from connectors.erp.reading import LineReader, Unmappable
from connectors.erp.settings import ErpSettings, Profile
from model.records import Kind, Mapped, Problem, Ref, Spend, Version


def map_line(
    connection: str,
    settings: ErpSettings,
    profile: Profile,
    landed: RawRecord,
    observed_at: datetime,
) -> Mapped:
    """The spend that a landed line states, valid from when its file was saved.

    A file whose clock was ahead counts from `observed_at`.

    A line with one column a kind becomes one record for each amount that is not zero; their
    native ids end in the kind. Anything that cannot be read holds the whole line.
    """
    said = Said.load(landed.payload)
    line = LineReader(said, profile)
    try:
        spend = tuple(_spend(connection, settings, landed.native_id, line))
    except Unmappable as wrong:
        reason = f"{said.file}, line {said.line}: {wrong.reason}"
        names = (line.text(profile.columns.document), line.text(profile.columns.wbs))
        known_as = tuple(name for name in names if name)
        return Mapped(problems=(Problem(landed.native_id, reason, wrong.remedy, True, known_as),))
    since = min(said.saved_at, observed_at)
    return Mapped(versions=tuple(Version(since, record) for record in spend))


def line_id(native_id: str, profile: Profile) -> str:
    """The id of the landed line behind a spend record's native id."""
    return native_id.rpartition("/")[0] if len(profile.amounts) > 1 else native_id


def _spend(
    connection: str, settings: ErpSettings, native_id: str, line: LineReader
) -> Iterator[Spend]:
    columns = line.profile.columns
    wbs, cost_centre = line.text(columns.wbs), line.text(columns.cost_centre)
    key = line.text(columns.document) or wbs or cost_centre or native_id
    several = len(line.profile.amounts) > 1
    for kind, amount in line.amounts():
        on, dates_from = line.day(kind)
        yield Spend(
            ref=Ref(connection, Kind.SPEND, f"{native_id}/{kind}" if several else native_id),
            key=key,
            title=line.text(columns.text) or f"{kind} {key}",
            dates_from=dates_from,
            function=settings.functions.get(cost_centre or "", settings.function),
            spend_kind=kind,
            amount=amount,
            currency=line.currency(),
            on=on,
            fiscal_period=line.text(columns.fiscal_period),
            cost_centre=cost_centre,
            wbs=wbs,
            purchase_order=line.text(columns.purchase_order),
        )
