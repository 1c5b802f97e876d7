"""What tests share: the built-in chatbot, a small corpus of somebody else, and a console made of strings."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from chatbot import Chatbot, Corpus
from chatbot.cli import main
from chatbot.terminal.console import Console

ROOT = Path(__file__).parent.parent

BIKES = """\
[[passage]]
id = "puncture"
question = "How do I fix a puncture?"
also_asked = ["flat tyre what now", "patch an inner tube"]
answer = "Take the tube out, find the hole, and glue a patch on it."

[[passage]]
id = "chain"
question = "How often should I oil the chain?"
answer = "Every 200 km, and after rain."

[[passage]]
id = "brakes"
question = "Why do my brakes squeal?"
answer = "The pads are dirty or not in line with the rim."
"""


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: str
    err: str


def run(*arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None) -> Ran:
    """Run the command in this process, with streams that are no terminals."""
    console = Console(io.StringIO(stdin), io.StringIO(), io.StringIO(), environment or {})
    status = main(arguments, console)
    assert isinstance(console.stdout, io.StringIO)
    assert isinstance(console.stderr, io.StringIO)
    return Ran(status, console.stdout.getvalue(), console.stderr.getvalue())


@pytest.fixture(scope="session")
def bot() -> Chatbot:
    return Chatbot()


@pytest.fixture(scope="session")
def builtin_corpus() -> Corpus:
    return Corpus.load(ROOT / "corpus")


@pytest.fixture
def bikes(tmp_path: Path) -> Path:
    file = tmp_path / "bikes.toml"
    file.write_text(BIKES)
    return file
