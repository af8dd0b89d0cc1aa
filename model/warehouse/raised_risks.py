"""The table of risks that people raised by hand, and withdrew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, text

from model.raised_risks import RaisedRisk
from model.warehouse.schema import raised_risk

# Of each person and pair of records the last row counts.
_STANDING = text("""
    select * from (
        select distinct on (k.record_id, k.needs_id, coalesce(k.person, k.identity))
               k.*, r.ref as record_ref, n.ref as needs_ref
        from raised_risk k
        join record r on r.id = k.record_id
        join record n on n.id = k.needs_id
        order by k.record_id, k.needs_id, coalesce(k.person, k.identity), k.id desc
    ) last
    where not withdrawn
    order by id
""")
_STANDING_OF_RECORD = text("""
    select w.key, w.state < 3 as is_open, w.planned_finish, f.early_finish
    from work_item w left join forecast f on f.record_id = w.record_id
    where w.record_id = :id and w.valid_to is null
    union all
    select d.key, d.stage <> 'lost', d.close_date, f.early_finish
    from deal d left join forecast f on f.record_id = d.record_id
    where d.record_id = :id and d.valid_to is null
""")
# What a won deal promises is still to be kept, so only a lost one is over.


@dataclass(frozen=True, slots=True)
class RecordStanding:
    """How a record of the plan stands now: its key, and its planned and its forecast finish."""

    key: str
    is_open: bool
    planned: date | None
    forecast: date | None


def read_record_standing(connection: Connection, record_id: int) -> RecordStanding | None:
    """None for a record that is no work item or deal, or is gone."""
    row = connection.execute(_STANDING_OF_RECORD, {"id": record_id}).one_or_none()
    return RecordStanding(*row) if row else None


def read_raised_risks(connection: Connection) -> tuple[RaisedRisk, ...]:
    """The risks that nobody has withdrawn, in the order of raising; also those that have ended."""
    return tuple(_risk(row) for row in connection.execute(_STANDING))


def write_risk(
    connection: Connection, risk: RaisedRisk, identity: str, channel: str, *, withdrawn: bool
) -> None:
    """Append that a person raised a risk, or withdrew it."""
    connection.execute(
        insert(raised_risk).values(
            record_id=risk.record_id,
            needs_id=risk.needs_id,
            needed_by=risk.needed_by,
            reason=risk.reason,
            person=risk.person,
            person_name=risk.person_name,
            identity=identity,
            channel=channel,
            raised_at=risk.raised_at,
            planned_then=risk.planned_then,
            forecast_then=risk.forecast_then,
            withdrawn=withdrawn,
        )
    )


def _risk(row: Row[Any]) -> RaisedRisk:
    return RaisedRisk(
        row.record_id,
        row.record_ref,
        row.needs_id,
        row.needs_ref,
        row.needed_by,
        row.reason,
        row.person,
        row.person_name,
        row.raised_at,
        row.planned_then,
        row.forecast_then,
    )
