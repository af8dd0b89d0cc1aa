"""The columns of a findings file."""

from __future__ import annotations

from collections.abc import Mapping

from model.conflicts import Conflict
from model.decisions import decision_sentences
from model.findings import Label
from model.operating_model.schema import OperatingModel


def build_columns(
    conflict: Conflict, labels: Mapping[int, Label], model: OperatingModel
) -> tuple[tuple[str, str], ...]:
    """Heading to value, in their order."""
    names = model.function_names
    authority = conflict.escalation.authority
    decider = f"{authority.person_name} ({authority.role_name})" if authority else "nobody"
    subjects = [labels[i] for i in conflict.finding.subjects if i in labels]
    decision = conflict.decision
    return (
        ("Conflict", conflict.id),
        ("Status", conflict.status.value),
        ("Severity", conflict.severity.name.lower()),
        ("What", conflict.wording.title),
        ("Explanation", " ".join(filter(None, (*conflict.wording.explanation, conflict.age_text)))),
        ("Functions", ", ".join(names.get(f, f) for f in conflict.finding.functions)),
        ("Concerns", ", ".join(dict.fromkeys(label.key for label in subjects))),
        ("Who decides", decider),
        ("Decide by", conflict.escalation.decide_by.isoformat()),
        ("Otherwise", conflict.escalation.otherwise),
        ("Decision", " ".join(decision_sentences(decision)) if decision else ""),
    )
