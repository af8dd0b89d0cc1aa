"""Readable names of the conflicts' pages, given when a conflict first opens and kept for life."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from model.conflicts import Conflict
from model.findings import Label
from model.ledger import LedgerUpdate
from model.warehouse.lookup import WarehouseLookup

_LONGEST_KEY = 24
# Anything else would be percent-encoded in the address, or split it.
_UNFIT = re.compile(r"[^\w.-]+")


def with_page_names(
    update: LedgerUpdate, known: Mapping[str, Conflict], lookup: WarehouseLookup
) -> LedgerUpdate:
    """The update with a page name for each new conflict.

    `known` are the conflicts before it by id; they keep their names, also the empty ones of
    earlier versions, because links to their pages are in use.
    """
    new = [each for each in update.conflicts if each.id not in known]
    labels = lookup.read_labels({i for each in new for i in each.finding.subjects})
    pages = {each.id: known[each.id].page for each in update.conflicts if each.id in known}
    pages |= {each.id: page_name(each, labels) for each in new}
    named = (each.model_copy(update={"page": pages[each.id]}) for each in update.conflicts)
    return replace(update, conflicts=tuple(named))


def page_name(conflict: Conflict, labels: Mapping[int, Label]) -> str:
    """`CDP-18_late_handover_C-969e8955a7`: the first subject, the rule and the conflict's id."""
    subjects = (labels[i].key for i in conflict.finding.subjects if i in labels)
    key = _UNFIT.sub("_", next(subjects, "")).strip("_")[:_LONGEST_KEY].rstrip("_")
    return "_".join(filter(None, (key, conflict.finding.rule, conflict.id)))
