"""A record of a configured stream becomes a work item, a deal, or a line of spend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from connectors.base import RawRecord
from connectors.kit.addresses import web_address
from connectors.kit.json_text import read_payload
from connectors.kit.mapping import begin_version, map_or_hold, name_held
from connectors.kit.stated_dependencies import by_field, by_text, combine_stated
from connectors.kit.timestamps import find_instant
from connectors.rest.fields import DealFields, WorkItemFields, read_source
from connectors.rest.settings import (
    DealStream,
    RestSettings,
    SpendStream,
    Stream,
    WorkItemStream,
)
from connectors.rest.values import RecordReader
from model.operating_model.lookups import ConnectionLookups
from model.records import (
    Deal,
    DealStage,
    Kind,
    Mapped,
    Ref,
    SharedRecord,
    Spend,
    StatedDependency,
    Version,
    WorkItem,
)

MAPPING_VERSION = 4
"""Raised whenever the same raw record maps to something else."""


@dataclass(frozen=True, slots=True)
class RestMapping:
    """How the records of one connection are mapped."""

    connection: str
    settings: RestSettings
    lookups: ConnectionLookups

    def map(self, stream: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        """One version, from when the tool says that the record changed, else `observed_at`."""
        mapped = map_or_hold(
            raw.native_id,
            f"the record of {stream}",
            self.connection,
            lambda: self._map(stream, raw, observed_at),
        )
        settings = self.settings.streams[stream]
        return name_held(
            mapped,
            lambda: self._key(settings, raw, read_payload(raw.payload)),
            lambda: web_address(read_source(read_payload(raw.payload), settings.fields.url or "")),
            lambda: f"{stream}/{raw.native_id}",
        )

    def _map(self, name: str, raw: RawRecord, observed_at: datetime) -> Mapped:
        record = read_payload(raw.payload)
        if not isinstance(record, dict):
            raise TypeError(f"an object was expected, this is {type(record).__name__}")
        stream = self.settings.streams[name]
        reader = RecordReader(raw.native_id, self._key(stream, raw, record), record)
        changed_at = find_instant(record, stream.changed_at) if stream.changed_at else None
        shared = self._shared_record(name, stream, reader, changed_at)
        if shared is None or any(problem.held for problem in reader.problems):
            return Mapped(problems=tuple(reader.problems))
        stated = self._stated_dependencies(stream, reader)
        version = Version(begin_version(changed_at, observed_at), shared, stated)
        return Mapped((version,), tuple(reader.problems))

    def _key(self, stream: Stream, raw: RawRecord, record: Any) -> str:
        return RecordReader("", "", record).text(stream.fields.key) or raw.native_id

    def _shared_record(
        self, name: str, stream: Stream, reader: RecordReader, changed_at: datetime | None
    ) -> SharedRecord | None:
        """None where a field is missing without which there is no record."""
        fields = stream.fields
        common = {
            "key": reader.label,
            "title": reader.text(fields.title) or reader.label,
            "url": reader.address(fields.url),
            "touched_at": changed_at,
            "function": self.settings.function_of(name),
        }
        match stream:
            case WorkItemStream(fields=fields):
                return self._work_item(name, fields, reader, common)
            case DealStream(fields=fields):
                return self._deal(name, fields, reader, common)
            case SpendStream():
                return self._spend(name, stream, reader, common)

    def _work_item(
        self, name: str, fields: WorkItemFields, reader: RecordReader, common: dict[str, Any]
    ) -> WorkItem | None:
        status = reader.text(fields.status) or ""
        state = fields.statuses.get(status.lower(), self.lookups.statuses.get(status.lower()))
        if state is None:
            reader.report(
                f"the status {reader.shown(fields.status)} is not mapped to a state",
                f'Map "{status}" in `statuses` of the stream {name} in interlock.yaml, or in a '
                f"workflow of {self.connection} in the operating model.",
            )
            return None
        parent = reader.text(fields.parent)
        labels, wbs = reader.labels(fields.labels), reader.text(fields.wbs)
        start, finish = reader.day(fields.planned_start), reader.day(fields.planned_finish)
        dated_by = fields.planned_finish if finish else fields.planned_start if start else None
        return WorkItem(
            **common,
            ref=self._ref(Kind.WORK_ITEM, name, reader.native_id),
            dates_from=f'field "{dated_by}"' if dated_by else "",
            state=state,
            status=status,
            owner=reader.text(fields.owner),
            priority=reader.priority(fields.priority, fields.priorities),
            planned_start=start,
            planned_finish=finish,
            actual_start=reader.day(fields.actual_start),
            actual_finish=reader.day(fields.actual_finish),
            estimate_days=reader.days(fields.estimate_days),
            remaining_days=reader.days(fields.remaining_days),
            percent_complete=reader.percent(fields.percent_complete),
            milestone=reader.flag(fields.milestone),
            parent=self._ref(Kind.WORK_ITEM, fields.parent_stream or name, parent)
            if parent
            else None,
            initiative=self.lookups.initiative_of(labels, wbs),
            labels=labels,
            wbs=wbs,
        )

    def _deal(
        self, name: str, fields: DealFields, reader: RecordReader, common: dict[str, Any]
    ) -> Deal:
        stage = reader.text(fields.stage) or ""
        amount = reader.amount(fields.amount)
        close_date = reader.day(fields.close_date)
        return Deal(
            **common,
            ref=self._ref(Kind.DEAL, name, reader.native_id),
            dates_from=f'field "{fields.close_date}"' if close_date else "",
            owner=reader.text(fields.owner),
            stage=_stage(stage, fields),
            status=stage,
            amount=amount,
            currency=self._currency(reader, fields.currency, fields.always_currency, amount),
            close_date=close_date,
            probability=reader.percent(fields.probability),
        )

    def _spend(
        self, name: str, stream: SpendStream, reader: RecordReader, common: dict[str, Any]
    ) -> Spend | None:
        fields = stream.fields
        kind = fields.kinds.get(reader.text(fields.kind) or "")
        amount, on = reader.amount(fields.amount), reader.day(fields.day, held=True)
        currency = self._currency(reader, fields.currency, fields.always_currency, amount)
        if kind is None or amount is None or on is None or currency is None:
            reader.report(
                "it has no known kind, amount, currency or day",
                f"Complete it in the tool, or the fields of {name} in interlock.yaml.",
            )
            return None
        return Spend(
            **common,
            ref=self._ref(Kind.SPEND, name, reader.native_id),
            dates_from=f'field "{fields.day}"',
            spend_kind=kind,
            amount=amount,
            currency=currency,
            on=on,
            fiscal_period=reader.text(fields.fiscal_period),
            cost_centre=reader.text(fields.cost_centre),
            wbs=reader.text(fields.wbs),
            purchase_order=reader.text(fields.purchase_order),
        )

    def _currency(
        self, reader: RecordReader, source: str | None, always: str | None, amount: Decimal | None
    ) -> str | None:
        currency = reader.text(source) or always
        if amount is not None and currency is None:
            remedy = "Set `currency` or `always_currency` of the stream in interlock.yaml."
            reader.report("it has an amount and no currency", remedy)
        return currency

    def _stated_dependencies(
        self, stream: Stream, reader: RecordReader
    ) -> tuple[StatedDependency, ...]:
        """Predecessors by name: certain from `depends_on`, possible from free text."""
        if isinstance(stream, SpendStream):
            return ()
        references, source = self.lookups.references, stream.fields.depends_on
        named = by_field(references, reader.text(source) or "", source or "")
        texts = stream.fields.references_in if isinstance(stream, WorkItemStream) else ()
        in_text = [
            dependency
            for text in texts
            for dependency in by_text(references, reader.text(text) or "", f'text in "{text}"')
        ]
        return combine_stated(named, in_text, {references.normalise(reader.label)})

    def _ref(self, kind: Kind, stream: str, native_id: str) -> Ref:
        # Tools number the records of their lists apart, so the stream belongs to the id.
        return Ref(self.connection, kind, f"{stream}/{native_id}")


def _stage(stage: str, fields: DealFields) -> DealStage:
    if stage in fields.won:
        return DealStage.WON
    return DealStage.LOST if stage in fields.lost else DealStage.OPEN
