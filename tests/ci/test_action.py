"""The GitHub Action: the steps of action.yml, run by bash as a runner does it."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
GOOD = "neuron: {weights: [1], activation: relu}\ncases: [{inputs: 1, expected: 1}]\n"


class Runner(NamedTuple):
    """The part of a runner that composite actions see."""

    temp: Path
    work: Path

    def run(self, step: dict[str, Any], inputs: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run one step: what stands in `${{ }}` is put in, `GITHUB_PATH` is read."""
        given = {name: each.get("default", "") for name, each in ACTION["inputs"].items()} | inputs
        known = {f"inputs.{name}": value for name, value in given.items()}
        known["github.action_path"] = str(ROOT)

        def resolved(text: str) -> str:
            return re.sub(r"\$\{\{ *([\w.-]+) *\}\}", lambda found: known[found[1]], text)

        added = self.temp / "path"
        path = [*added.read_text().split("\n")[::-1], os.environ["PATH"]] if added.exists() else []
        env = {
            "PATH": os.pathsep.join(filter(None, path)) or os.environ["PATH"],
            "RUNNER_TEMP": str(self.temp), "GITHUB_PATH": str(added), "GITHUB_ACTIONS": "true",
            "GITHUB_STEP_SUMMARY": str(self.work / "summary.md"), "HOME": os.environ["HOME"],
        }  # fmt: skip
        env |= {name: resolved(value) for name, value in step.get("env", {}).items()}
        script = self.temp / "step.sh"
        script.write_text(step["run"])
        assert "${{" not in step["run"]  # where a value would be run as a command
        return subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)], env=env, text=True,
            cwd=self.work / resolved(step.get("working-directory", ".")), timeout=500,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the step that installs, once."""
    temp = tmp_path_factory.mktemp("action")
    step, _ = ACTION["runs"]["steps"]
    done = Runner(temp, temp).run(step, {})
    assert done.returncode == 0, done.stdout
    return temp


RUNS: list[tuple[dict[str, str], int, str]] = [
    ({}, 1, "::error file=specs/wrong.yaml,line=2"),
    ({"paths": "specs/good.yaml"}, 0, "1 passed in 1 spec"),
    ({"paths": "specs/good.yaml\nspecs/with blank.yaml\n"}, 0, "2 passed in 2 specs"),
    ({"paths": "specs/wrong.yaml::case 1"}, 1, "1 failed"),
    ({"paths": "*.yaml"}, 2, "*.yaml does not exist"),
    ({"paths": "specs/good.yaml; touch evil"}, 2, "does not exist"),
    ({"paths": "specs/good.yaml", "args": "; touch evil $(touch evil) `touch evil`"}, 2, "error"),
    ({"args": "--fail-on warning -k good"}, 0, "1 passed in 1 spec"),
    ({"args": "--report junit=out.xml", "paths": "specs/good.yaml"}, 0, "1 passed"),
    ({"args": "-k 'good and not wrong'"}, 0, "1 passed in 1 spec"),
    ({"args": "specs/with' 'blank.yaml *.yaml"}, 2, "*.yaml does not exist"),
    ({"args": "-k 'good", "paths": "specs/good.yaml"}, 2, "a quote is not closed"),
    ({"working-directory": "specs", "paths": "good.yaml"}, 0, "1 passed"),
]


@pytest.mark.parametrize(("inputs", "code", "said"), RUNS)
def test_the_step_ends_as_the_run_does(
    installed: Path, tmp_path: Path, inputs: dict[str, str], code: int, said: str
) -> None:
    texts = {"good": GOOD, "with blank": GOOD, "wrong": GOOD.replace("expected: 1", "expected: 2")}
    (tmp_path / "specs").mkdir()
    for name, text in texts.items():
        (tmp_path / f"specs/{name}.yaml").write_text(text)
    _, step = ACTION["runs"]["steps"]
    done = Runner(installed, tmp_path).run(step, inputs)
    assert (done.returncode, said in done.stdout) == (code, True), done.stdout
    assert not list(tmp_path.rglob("evil"))
    assert (tmp_path / "out.xml").exists() == ("junit" in inputs.get("args", ""))
    assert (tmp_path / "summary.md").exists() == (code < 2)


def test_every_input_is_used() -> None:
    used = re.findall(r"inputs\.([\w-]+)", yaml.safe_dump(ACTION["runs"]))
    assert set(used) == set(ACTION["inputs"])
