"""What the audit of packages says, and when it fails."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

PATH = Path(__file__).parents[1] / ".ci" / "audit_packages.py"


def judge(*packages: dict[str, Any], errors: str = "") -> tuple[list[str], bool]:
    spec = importlib.util.spec_from_file_location("audit_packages", PATH)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    report = json.dumps({"dependencies": packages, "fixes": []}) if packages else ""
    result: tuple[list[str], bool] = module.judge(report, errors)
    return result


GOOD = {"name": "numpy", "version": "2.0", "vulns": []}


def test_a_vulnerability_fails_with_its_name_and_the_version_that_repairs_it() -> None:
    known = {"id": "PYSEC-2026-1", "fix_versions": ["1.3"], "aliases": [], "description": ""}

    lines, is_vulnerable = judge(GOOD, {"name": "acme", "version": "1.2", "vulns": [known]})

    assert is_vulnerable
    assert lines[0] == "acme 1.2: PYSEC-2026-1, fixed in 1.3"


def test_packages_without_a_known_vulnerability_pass() -> None:
    assert judge(GOOD) == (["1 packages looked up, 0 of them vulnerable"], False)


def test_a_source_that_cannot_be_reached_is_said_and_passes() -> None:
    lines, is_vulnerable = judge(errors="INFO:\nERROR: connection refused")

    assert not is_vulnerable
    assert lines == ["Packages were not looked up: ERROR: connection refused"]


def test_packages_that_the_source_does_not_know_are_counted_and_pass() -> None:
    lines, is_vulnerable = judge(GOOD, {"name": "acme", "skip_reason": "not found"})

    assert not is_vulnerable
    assert lines[1] == "1 packages could not be looked up, acme first"
