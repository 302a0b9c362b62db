"""`make sbom`: the software bill of materials of an installation, as CycloneDX JSON.

`python -m tools.sbom PYTHON FILE` describes what is installed for the interpreter PYTHON, as
cyclonedx-bom does, but for packages that the evaluator does not depend on, such as what builds it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import evaluator

ROOT: Final = Path(__file__).parent.parent


def main() -> None:
    """Write the file, and say what is in it."""
    python, file = sys.argv[1], Path(sys.argv[2])
    command = [sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--of",
               "JSON", "--pyproject", str(ROOT / "pyproject.toml"), python]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    bill = needed(json.loads(done.stdout))
    bill["metadata"]["component"]["version"] = (
        evaluator.__version__
    )  # pyproject.toml leaves it to the code
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(bill, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    names = ", ".join(f"{part['name']} {part['version']}" for part in bill["components"])
    print(f"{file}: {len(bill['components'])} packages: {names}")


def needed(bill: dict[str, Any]) -> dict[str, Any]:
    """Leave out what the described package does not depend on, directly or through others."""
    below = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    reached: set[str] = set()
    waiting = [bill["metadata"]["component"]["bom-ref"]]
    while waiting:
        reference = waiting.pop()
        if reference not in reached:
            reached.add(reference)
            waiting += below.get(reference, [])
    parts = [part for part in bill["components"] if part["bom-ref"] in reached]
    links = [entry for entry in bill["dependencies"] if entry["ref"] in reached]
    return bill | {"components": parts, "dependencies": links}


if __name__ == "__main__":
    main()
