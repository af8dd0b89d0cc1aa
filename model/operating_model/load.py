"""Reads the operating model from its folder and validates it whole: all problems in one run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import BaseModel

from model.operating_model.coherence import (
    check_agreements,
    check_calendars,
    check_decisions,
    check_deputies,
    check_forums,
    check_statuses,
)
from model.operating_model.documents import read_folder
from model.operating_model.problems import ModelInvalid
from model.operating_model.references import check_references, check_unique
from model.operating_model.schema import OperatingModel
from model.operating_model.shape import check_parameters, check_shape


def load(
    folder: Path,
    connections: Collection[str] | None = None,
    rules: Mapping[str, type[BaseModel]] | None = None,
    *,
    other_rules: bool = False,
) -> OperatingModel:
    """Read all `*.yaml` files of a folder, however the top-level keys are split among them.

    `connections` are the names in interlock.yaml, `rules` the installed rules by name, with the
    shape of their parameters; what is not given is not checked. With `other_rules` there are
    rules that could not be loaded, so that an unknown name may be one of theirs and is no problem.
    Raises ModelInvalid with every problem.
    """
    # Each check skips what an earlier one reported, so that one fault gives one problem.
    document = read_folder(folder)
    check_shape(document)
    check_parameters(document, rules or {})
    check_references(document, connections, None if other_rules else rules)
    check_unique(document)
    check_calendars(document)
    check_statuses(document)
    check_deputies(document)
    check_agreements(document)
    check_decisions(document, rules)
    check_forums(document)
    if document.problems:
        raise ModelInvalid(document.problems)
    return OperatingModel.model_validate(document.data)


def fingerprint(model: OperatingModel) -> str:
    """A hash of the values: equal for two spellings, splits or comments of one model."""
    # Keys in one order: two files with the same content have the same fingerprint.
    content = json.dumps(model.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()
