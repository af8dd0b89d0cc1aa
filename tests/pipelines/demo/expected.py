"""The demo's conflicts: the rules of their facts, key of the item, and who decides."""

from __future__ import annotations

CONFLICTS = sorted(
    [
        ("late_handover, priority_mismatch", "CDP-18", "Sabine Reuter"),
        ("late_handover", "MK-215", "Tobias Lang"),
        ("broken_promise", "MK-203", "Markus Brandt"),
        ("broken_promise", "CDP-22", "Markus Brandt"),
        ("missing_gate", "CDP-30", "Aylin Demir"),
        ("funding_gap", "CDP-21", "Petra Hoffmann"),
        ("burn_ahead", "CDP-11", "Petra Hoffmann"),
        ("dependency_cycle", "CDP-28", "Tobias Lang"),
        ("unowned_handover", "CDP-24", "Tobias Lang"),
        ("stale_plan", "CDP-26", "Tobias Lang"),
        ("dangling_dependency", "MK-209", "Tobias Lang"),
    ]
)
