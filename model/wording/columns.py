"""The columns of a findings file."""

from __future__ import annotations

from collections.abc import Mapping

from model.agreement import proposal_sentences
from model.conflicts import Conflict
from model.decisions import decision_sentences
from model.findings import Label
from model.operating_model.schema import OperatingModel
from model.rules.words import format_list


def build_columns(
    conflict: Conflict, labels: Mapping[int, Label], model: OperatingModel
) -> tuple[tuple[str, str], ...]:
    """Heading to value, in their order."""
    names = model.function_names
    decider = format_list(map(str, conflict.escalation.asked)) or "nobody"
    subjects = [labels[i] for i in conflict.finding.subjects if i in labels]
    decided = decision_sentences(conflict.decision) if conflict.decision else ()
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
        ("Decision", " ".join((*decided, *proposal_sentences(conflict)))),
    )
