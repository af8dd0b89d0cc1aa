"""Looks the installed packages up among known vulnerabilities with pip-audit.

Fails for a known vulnerability. Without a network, or for packages that the source does not know,
it says so and passes: what cannot be looked up is no finding.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any


def main() -> None:
    """Print what is known; exit code 1 where a package has a vulnerability."""
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--skip-editable"]
    audit = subprocess.run(  # noqa: S603 our own interpreter and arguments
        [*command, "--progress-spinner=off"], capture_output=True, text=True, check=False
    )
    lines, is_vulnerable = judge(audit.stdout, audit.stderr)
    print("\n".join(lines))  # noqa: T201
    sys.exit(is_vulnerable)


def judge(report: str, errors: str) -> tuple[list[str], bool]:
    """What to print, and whether a vulnerability is known; from pip-audit's JSON and its errors."""
    try:
        packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    except (ValueError, KeyError):
        reason = errors.strip().rpartition("\n")[2] or "no answer"
        return [f"Packages were not looked up: {reason}"], False
    vulnerable = [package for package in packages if package.get("vulns")]
    skipped = [package for package in packages if "skip_reason" in package]
    lines = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"fixed in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for package in vulnerable
        for vulnerability in package["vulns"]
    ]
    looked_up = len(packages) - len(skipped)
    lines.append(f"{looked_up} packages looked up, {len(vulnerable)} of them vulnerable")
    if skipped:
        lines.append(f"{len(skipped)} packages could not be looked up, {skipped[0]['name']} first")
    return lines, bool(vulnerable)


if __name__ == "__main__":
    main()
