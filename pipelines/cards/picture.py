"""Chains of records as pictures, for cards and for `interlock explain`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from model.findings import Label
from model.network.picture import ChainStep, chain_svg
from model.warehouse.lookup import Dates

_UNDATED = Dates(None, None, None, None)


def timeline(
    record_ids: Iterable[int],
    labels: Mapping[int, Label],
    dates: Mapping[int, Dates],
    names: Mapping[str, str],
) -> str:
    """An SVG of the records in the order given, planned against forecast."""
    return chain_svg(
        [
            _step(labels[record_id], dates.get(record_id, _UNDATED), names)
            for record_id in record_ids
            if record_id in labels
        ]
    )


def _step(label: Label, dates: Dates, names: Mapping[str, str]) -> ChainStep:
    return ChainStep(
        key=label.key,
        title=label.title if label.title != label.key else "",
        function=names.get(label.function, label.function),
        tool=label.ref.partition(":")[0],
        planned_start=dates.planned_start,
        planned_finish=dates.planned_finish,
        forecast_start=dates.forecast_start,
        forecast_finish=dates.forecast_finish,
    )
