"""Maps the raw record of a line to spend: one record, or one per column of amounts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from connectors.base import RawRecord
from connectors.erp.line_payload import LinePayload
from connectors.erp.line_reader import LineReader, UnreadableField
from connectors.erp.settings import ErpSettings, ExportProfile
from connectors.kit.mapping import name_held
from model.records import Kind, Mapped, Problem, Ref, Spend, Version

MAPPING_VERSION = 2
"""Raised whenever the same raw record maps to something else."""


def map_line(
    connection: str,
    settings: ErpSettings,
    profile: ExportProfile,
    landed: RawRecord,
    observed_at: datetime,
) -> Mapped:
    """Map a line to spend, valid from when its file was saved, at the latest from `observed_at`.

    With several columns of amounts a line becomes one record per amount that is not zero; their
    native ids end in the kind. A line with a field that cannot be read is quarantined whole.
    """
    payload = LinePayload.from_json(landed.payload)
    reader = LineReader(payload, profile)
    try:
        spend = tuple(_spend_records(connection, settings, landed.native_id, reader))
    except UnreadableField as error:
        reason = f"{payload.file}, line {payload.line}: {error.reason}"
        # Work may refer to the line by these; such references must not dangle in the meantime.
        return name_held(
            Mapped(problems=(Problem(landed.native_id, reason, error.remedy),)),
            lambda: reader.text(profile.columns.document),
            lambda: reader.text(profile.columns.wbs),
            lambda: _key(landed.native_id, reader),
            lambda: landed.native_id,
            # With several columns of amounts the records are called by their kinds, too.
            lambda: [f"{landed.native_id}/{kind}" for kind in profile.amounts],
        )
    # The clock of the machine that saved the file may be ahead; a version never begins later
    # than it was seen.
    valid_from = min(payload.saved_at, observed_at)
    return Mapped(versions=tuple(Version(valid_from, record) for record in spend))


def line_id(native_id: str, profile: ExportProfile) -> str:
    """Return the id of the raw record (the line) behind a spend record's native id."""
    return native_id.rpartition("/")[0] if len(profile.amounts) > 1 else native_id


def _key(native_id: str, reader: LineReader) -> str:
    columns = reader.profile.columns
    names = (columns.document, columns.wbs, columns.cost_centre)
    return next(filter(None, map(reader.text, names)), native_id)


def _spend_records(
    connection: str, settings: ErpSettings, native_id: str, reader: LineReader
) -> Iterator[Spend]:
    columns = reader.profile.columns
    wbs, cost_centre = reader.text(columns.wbs), reader.text(columns.cost_centre)
    key = _key(native_id, reader)
    has_several = len(reader.profile.amounts) > 1
    for kind, amount in reader.amounts():
        on, dates_from = reader.day(kind)
        yield Spend(
            ref=Ref(connection, Kind.SPEND, f"{native_id}/{kind}" if has_several else native_id),
            key=key,
            title=reader.text(columns.text) or f"{kind} {key}",
            dates_from=dates_from,
            function=settings.functions.get(cost_centre or "", settings.function),
            spend_kind=kind,
            amount=amount,
            currency=reader.currency(),
            on=on,
            fiscal_period=reader.text(columns.fiscal_period),
            cost_centre=cost_centre,
            wbs=wbs,
            purchase_order=reader.text(columns.purchase_order),
        )
