"""The threat model names tests as proof; they are there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROOF = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def test_every_test_that_the_threat_model_names_exists() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    proofs = PROOF.findall(page)

    assert [f"{file}::{test}" for file, test in proofs if test not in functions_in(file)] == []


def test_every_threat_has_a_proof() -> None:
    page = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("|")]
    threats = [row for row in rows if not row.startswith(("| Threat |", "|---"))]

    assert threats
    assert [row for row in threats if not PROOF.search(row)] == []


def functions_in(file: str) -> set[str]:
    """The names of all functions of a file; none where the file is missing."""
    path = ROOT / file
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.parse("")
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
