"""What the documents say is what the program does."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run

from chatbot import Corpus, __version__
from chatbot.arguments import COMMANDS
from chatbot.corpus.coverage_table import coverage_table

sys.path.insert(0, str(ROOT / "docs"))
from make_docs import documents

README = (ROOT / "README.md").read_text()
FENCES = re.findall(r"```(\w+)\n(.*?)```", README, re.S)
COMMAND_LINES = [
    line.split("#")[0].strip()
    for language, text in FENCES
    if language == "sh"
    for line in text.splitlines()
    if line.startswith("selfmassage ")
]


def test_the_python_example_runs(tmp_path: Path) -> None:
    """The example in the README prints an answer and the disclaimer."""
    example = next(text for language, text in FENCES if language == "python")
    script = tmp_path / "example.py"
    script.write_text(example)

    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)}, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert "Stop if: " in done.stdout
    assert "not medical advice" in done.stdout


@pytest.mark.parametrize("line", [line for line in COMMAND_LINES if "faq.toml" not in line])
def test_the_commands_shown_work(line: str) -> None:
    """Every `selfmassage` line of the README answers or does what it says."""
    ran = run(*shlex.split(line)[1:])

    assert (ran.status, ran.err) == (0, "")


def test_the_faq_example_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The FAQ shown in the README passes the check and answers."""
    monkeypatch.chdir(tmp_path)
    Path("faq.toml").write_text(next(text for language, text in FENCES if language == "toml"))

    for line in (line for line in COMMAND_LINES if "faq.toml" in line):
        assert run(*shlex.split(line)[1:], stdin="flat tyre\n").status == 0
    assert "patch" in run("--corpus", "faq.toml", stdin="flat tyre\n").out


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """`--help` shows each command and the exit codes; each command has a help of its own."""
    assert run("--help").status == 0
    text = capsys.readouterr().out

    assert all(command in text for command in COMMANDS)
    assert "Exit codes: 0 answered" in text
    for command in COMMANDS:
        assert run(command, "--help").status == 0
        assert len(capsys.readouterr().out) > 80


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    """`--version` prints the package's version."""
    assert run("--version").status == 0
    assert f"selfmassage {__version__}\n" == capsys.readouterr().out


def test_documents_link_to_files_that_exist() -> None:
    """Every relative link in the Markdown files leads somewhere."""
    for document in (*ROOT.glob("*.md"), *ROOT.glob("*/*.md")):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text()):
            assert (document.parent / target).exists(), (document.name, target)


def test_no_document_names_a_reviewer_with_a_licence() -> None:
    """The README says plainly that nobody with a licence has reviewed the text."""
    assert "Nobody with a medical licence has reviewed" in README


def test_every_named_proof_exists() -> None:
    """Each test that tests/README.md names is there."""
    named = re.findall(r"(test_\w+\.py)::(test_\w+)", (ROOT / "tests" / "README.md").read_text())

    assert len(named) > 50
    assert not [(file, test) for file, test in named if f"def {test}(" not in (ROOT / "tests" / file).read_text()]


def test_what_the_documents_show_is_what_the_program_does() -> None:
    """Session, picture, tables and help page are as the program makes them; `make docs` writes them anew."""
    for path, content in documents().items():
        assert path.read_text() == content, f"{path.name} is stale: run make docs"


def test_the_coverage_table_is_current(builtin_corpus: Corpus) -> None:
    """The table in corpus/README.md is the one the corpus yields."""
    assert coverage_table(builtin_corpus) in (ROOT / "corpus" / "README.md").read_text()
