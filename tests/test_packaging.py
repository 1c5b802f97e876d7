"""The built wheel, in an empty environment away from the checkout."""

from __future__ import annotations

import json
import os
import site
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it, which borrows only the dependencies from this one."""
    home = tmp_path_factory.mktemp("home")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home / "venv")], check=True, timeout=120)
    python = home / "venv" / "bin" / "python"
    borrowed = os.pathsep.join(path for path in [*site.getsitepackages(), *sys.path] if path and path != str(ROOT))
    environment = os.environ | {"PYTHONPATH": borrowed}
    subprocess.run([python, "-m", "installer", str(wheel)], check=True, env=environment, timeout=120)
    return home


def ran(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the environment from a folder that is not the checkout."""
    target = next((home / "venv").glob("lib/*/site-packages"))
    borrowed = [path for path in [*site.getsitepackages(), *sys.path] if path and path != str(ROOT)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(target), *borrowed])}
    program = home / "venv" / "bin" / arguments[0]
    return subprocess.run(
        [program, *arguments[1:]], cwd=home, env=environment, capture_output=True, text=True, timeout=120
    )


def test_the_wheel_holds_what_is_needed(wheel: Path) -> None:
    """Package, type marker, corpus, compiled index, evaluation data and licence; no tests."""
    names = set(zipfile.ZipFile(wheel).namelist())

    for name in ("py.typed", "data/corpus.index", "data/corpus/sources.toml", "data/eval/questions.jsonl"):
        assert f"chatbot/{name}" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests", "corpus", "eval", "hatch_build"))]


def test_the_installed_command_answers(installed: Path) -> None:
    """The console command answers from the compiled index in the wheel."""
    done = ran(installed, "selfmassage", "ask", "--json", "how do i loosen a stiff neck")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["kind"] == "answer"
    where = ran(
        installed,
        "python",
        "-c",
        "import chatbot, chatbot.builtin as b; print(chatbot.__file__, b.INDEX_FILE.is_file())",
    )
    assert str(installed) in where.stdout
    assert where.stdout.strip().endswith("True")


def test_the_installed_corpus_checks_out(installed: Path) -> None:
    """`corpus check` and `corpus stats` work on what was shipped."""
    assert ran(installed, "selfmassage", "corpus", "check").returncode == 0
    assert "passages" in ran(installed, "selfmassage", "corpus", "stats").stdout


def test_the_installed_command_writes_nothing(installed: Path) -> None:
    """Asking leaves no new file behind, in the home directory or where it runs."""
    before = {path for path in installed.rglob("*") if "__pycache__" not in path.parts}
    ran(installed, "selfmassage", "ask", "sore feet")

    assert before == {path for path in installed.rglob("*") if "__pycache__" not in path.parts}


def test_dependencies_are_declared() -> None:
    """Every library the package imports is a declared dependency (numpy comes with rank-bm25)."""
    declared = (ROOT / "pyproject.toml").read_text()

    for name in ("rank-bm25", "platformdirs", "prompt-toolkit", "pydantic", "PyStemmer", "rapidfuzz", "ir-measures"):
        assert f'"{name}' in declared
