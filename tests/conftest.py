"""What tests share: the built-in chatbot, a small corpus of somebody else, and a console made of strings."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pexpect
import pytest

from chatbot import Chatbot, Corpus
from chatbot.cli import main
from chatbot.settings import Settings
from chatbot.terminal.console import Console
from chatbot.terminal.diary import Diary
from chatbot.terminal.session import Chat
from chatbot.terminal.style import Style

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


_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]|\x1b[()][A-Z0-9]|\x1b[=>78]|\r")


class Terminal:
    """The program in a pseudo-terminal, with nothing in its environment but what a test puts there."""

    opened: ClassVar[list[Terminal]] = []

    def __init__(
        self,
        home: Path,
        *arguments: str,
        program: tuple[str, ...] = ("-m", "chatbot"),
        **environment: str,
    ) -> None:
        self.opened.append(self)
        variables = {
            "TERM": "xterm-256color",
            "LANG": "C.UTF-8",
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
        }
        command = ["-B", *program, *arguments]
        self.child: Any = pexpect.spawn(
            sys.executable, command, env=variables | environment, dimensions=(50, 80), encoding="utf-8", timeout=60
        )
        self.child.delaybeforesend = 0.1  # the line editor drops what comes while it changes the terminal's mode

    def until(self, text: str) -> str:
        """What was shown up to this text, without control sequences."""
        self.child.expect_exact(text)
        return _CONTROLS.sub("", self.child.before + self.child.after)

    def raw_until(self, text: str) -> str:
        """The same with every byte."""
        self.child.expect_exact(text)
        return str(self.child.before + self.child.after)

    def press(self, keys: str) -> None:
        """Send keys as they are."""
        self.child.send(keys)

    def say(self, line: str) -> str:
        """Type a line and return what is shown before the next prompt."""
        self.child.send(line + "\r")
        return self.reply()

    def reply(self) -> str:
        """What is shown up to the empty line and the prompt that follow every reply."""
        self.child.expect(r"\r\n\r\n(\x1b\[[0-9;?]*[a-zA-Z])*you>")
        return _CONTROLS.sub("", self.child.before)

    def resize(self, columns: int) -> None:
        """Change the width of the window."""
        self.child.setwinsize(50, columns)

    def end(self) -> tuple[str, int]:
        """What is shown until the program ends, and its exit code."""
        self.child.expect(pexpect.EOF)
        rest = _CONTROLS.sub("", self.child.before)
        self.child.wait()
        return rest, int(self.child.exitstatus)


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home folder, so that no test reads or writes the settings of whoever runs it."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    for variable in ("XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    yield folder
    while Terminal.opened:
        Terminal.opened.pop().child.close(force=True)


@pytest.fixture
def terminal(home: Path) -> Terminal:
    """A chat with line editing, past its banner."""
    opened = Terminal(home)
    opened.until("you>")
    return opened


def chat_with(bot: Chatbot, folder: Path, style: Style | None = None, private: bool = False, **settings: Any) -> Chat:
    """A chat that keeps what these settings say in `folder`."""
    return Chat(bot, lambda: style or Style(), Diary(folder, Settings(**settings), private))


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where a chat would keep files."""
    return tmp_path / "state" / "selfmassage"


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
