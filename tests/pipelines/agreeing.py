"""An operating model in which both functions have to agree."""

from __future__ import annotations

from tests.pipelines.small import Small


def want_agreement(small: Small) -> None:
    """Let conflicts of the plan of IT be decided by the heads of both functions."""
    file = small.home / "operating_model" / "decision_rights.yaml"
    text = file.read_text(encoding="utf-8")
    old = "    functions: [it]\n    up_to: { days: 30, value: 250000 EUR }\n"
    assert text.count(old) == 1
    file.write_text(text.replace(old, f"{old}    agreement: both\n"), encoding="utf-8")
