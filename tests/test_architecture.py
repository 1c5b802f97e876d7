"""Who may import whom, and what is loaded when."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

PACKAGE = ROOT / "chatbot"
FLOORS = (
    ("errors", "exits", "disclaimer", "models", "settings", "storage"),
    ("language", "feedback"),
    ("retrieval.store", "retrieval.bm25", "safety"),
    ("corpus",),
    ("retrieval",),
    ("builtin", "dialogue"),
    ("assistant",),
    ("evaluation", "terminal"),
    ("arguments",),
    ("completions", "manual"),
    ("actions",),
    ("cli", "__main__"),
)
"""From the ground up: a module imports from its own floor and those below."""
OWNERS = {
    "rank_bm25": {"retrieval.bm25", "evaluation.rankers"},
    "numpy": {"corpus.associations", "evaluation.retrievability", "evaluation.rankers", "evaluation.significance"},
    "pydantic": {"corpus.schema", "corpus.load", "evaluation.dataset", "evaluation.baseline", "settings"},
    "prompt_toolkit": {"terminal.line_editor"},
    "platformdirs": {"settings"},
    "rapidfuzz": {"language.spelling", "corpus.check"},
    "ir_measures": {"evaluation.measures"},
    "scipy": {"evaluation.significance"},
    "bm25s": {"evaluation.rankers"},
    "sentence_transformers": {"evaluation.rankers"},
    "Stemmer": {"language.words"},
}
NETWORK = {"socket", "http", "urllib", "requests", "httpx", "ftplib", "smtplib", "asyncio", "ssl"}


def modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
        if path.parent != PACKAGE or path.name != "__init__.py"
    }


def imports(path: Path, at_run_time: bool) -> Iterator[str]:
    """Every module a file imports; `at_run_time` leaves out what only type checkers see."""
    tree = ast.parse(path.read_text())
    skipped: set[ast.AST] = set()
    if at_run_time:
        for node in ast.walk(tree):
            if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
                skipped |= set(ast.walk(node))
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def floor(module: str) -> int:
    matches = [
        (len(name), number)
        for number, names in enumerate(FLOORS)
        for name in names
        if module == name or module.startswith(f"{name}.")
    ]
    assert matches, f"{module} has no floor: give it one in FLOORS"
    return max(matches)[1]


@pytest.mark.parametrize("module", sorted(modules()))
def test_modules_import_downwards_only(module: str) -> None:
    """No module imports from a floor above its own, not even inside a function."""
    own = [name.removeprefix("chatbot.") for name in imports(modules()[module], True) if name.startswith("chatbot.")]

    assert not [other for other in own if floor(other) > floor(module)]


def test_heavy_imports_have_their_owners() -> None:
    """Each heavy library is imported by the modules that own it and by no other."""
    for library, owners in OWNERS.items():
        users = {m for m, path in modules().items() if library in {i.split(".")[0] for i in imports(path, True)}}
        assert owners == users, library


def test_there_is_no_network_code() -> None:
    """No module imports anything that could reach a network."""
    assert not {m for m, path in modules().items() if NETWORK & {i.split(".")[0] for i in imports(path, False)}}


def loaded_by(code: str) -> set[str]:
    """The modules in a fresh interpreter after running some code."""
    script = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)), file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT, timeout=60, check=True
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


HEAVY = {"numpy", "pydantic", "platformdirs", "prompt_toolkit", "rank_bm25", "rapidfuzz"}


@pytest.mark.parametrize(
    "code",
    [
        "import chatbot",
        "from chatbot.cli import main\nmain(['--version'])",
        "from chatbot.cli import main\nmain(['--help'])",
        "from chatbot.cli import main\nmain(['disclaimer'])",
        "from chatbot.cli import main\nmain(['help', 'settings'])",
    ],
)
def test_cheap_commands_load_nothing_heavy(code: str) -> None:
    """Importing the package, --version, --help and the disclaimer cost no heavy import."""
    assert not HEAVY & loaded_by(code)


def test_asking_a_compiled_corpus_loads_nothing_heavy() -> None:
    """With a fresh compiled index, an answer needs neither numpy nor pydantic."""
    from chatbot.builtin import INDEX_FILE, compile_builtin

    INDEX_FILE.parent.mkdir(exist_ok=True)
    INDEX_FILE.write_bytes(compile_builtin())

    assert not HEAVY & loaded_by("from chatbot.cli import main\nmain(['ask', 'how do i loosen a stiff neck'])")
