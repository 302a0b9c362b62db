"""`make audit-dependencies`: does any pinned package have a known vulnerability?

pip-audit asks for advisories over the network. What could not be looked up is told, and never counts
as sound. Exit 0: every package was looked up and none is known to be vulnerable; 1: one is; 2: some
were not looked up.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).parent.parent
#: The lower bounds are tried, never installed for use.
LEFT_OUT: Final = "oldest.txt"

Package = dict[str, Any]


def main() -> int:
    """Look up what every constraints file pins, and say what was found."""
    files = sorted(path for path in (ROOT / "constraints").glob("*.txt") if path.name != LEFT_OUT)
    found: dict[tuple[str, str], Package] = {}
    for file in files:
        for package in look_up(file):
            found[package["name"], package.get("version", "")] = package
    lines, status = judge(list(found.values()))
    print("\n".join(lines))
    return status


def look_up(file: Path) -> list[Package]:
    """Ask pip-audit about one constraints file; without an answer, nothing in it was looked up."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--format",
               "json", "--progress-spinner", "off", "--timeout", "20", "-r", str(file)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        return list(json.loads(done.stdout)["dependencies"])
    except (ValueError, KeyError):
        why = (done.stderr.strip().splitlines() or ["no answer"])[-1]
        return [{"name": f"all of {file.name}", "skip_reason": why[:200]}]


def judge(packages: list[Package]) -> tuple[list[str], int]:
    """Return what to say of packages, and the exit status."""
    skipped = [package for package in packages if "skip_reason" in package]
    lines = [
        f"{package['name']} {package['version']}: {', '.join(flaw['id'] for flaw in package['vulns'])}"
        for package in packages
        if package.get("vulns")
    ]
    vulnerable = len(lines)
    lines.append(f"{len(packages) - len(skipped)} packages looked up, {vulnerable} vulnerable")
    if skipped or not packages:
        lines.append(f"NOT looked up: {len(skipped)}, among them {_first(skipped)}")
        lines.append("so this says nothing of them: run it where the advisories can be reached")
    return lines, 1 if vulnerable else 2 if skipped or not packages else 0


def _first(skipped: list[Package]) -> str:
    return f"{skipped[0]['name']} ({skipped[0]['skip_reason']})" if skipped else "everything"


if __name__ == "__main__":
    sys.exit(main())
