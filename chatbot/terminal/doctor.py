"""What is known of this installation, for a bug report: nothing a user typed, and no name of a home folder."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from chatbot import __version__
from chatbot.assistant import Chatbot
from chatbot.builtin import INDEX_FILE, corpus_folder
from chatbot.settings import Chosen, Settings
from chatbot.storage import stored_files
from chatbot.terminal.console import Console, is_terminal

LIBRARIES: Final = ("rank-bm25", "prompt-toolkit", "pydantic", "PyStemmer", "rapidfuzz", "platformdirs")


def report(console: Console, chosen: Chosen, chatbot: Chatbot, state: Path) -> str:
    """Sections of "name: value" lines."""
    sections = {
        "Versions": _versions(),
        "Corpus": _corpus(chatbot),
        "Terminal": _terminal(console),
        "Settings": _settings(chosen),
        "Paths": _paths(chosen, state),
    }
    blocks = []
    for title, rows in sections.items():
        blocks.append("\n".join([title, *(f"  {name + ':':<17} {value}" for name, value in rows)]))
    return "\n\n".join([*blocks, *chosen.warnings])


def _versions() -> Iterator[tuple[str, str]]:
    yield "selfmassage", __version__
    yield "Python", f"{platform.python_version()} ({platform.python_implementation()})"
    yield "system", f"{platform.system()} {platform.release()} {platform.machine()}"
    for library in LIBRARIES:
        try:
            yield library, version(library)
        except PackageNotFoundError:
            yield library, "missing"


def _corpus(chatbot: Chatbot) -> Iterator[tuple[str, str]]:
    index = chatbot.index
    yield "name", index.meta["name"]
    yield "digest", index.meta["digest"][:16] or "not the built-in corpus"
    yield "passages", str(index.meta["answers"])
    yield "refusals", str(len(index.refusals))
    yield "topics", str(len(chatbot.topics()))
    yield "sources", str(len(index.sources))
    yield "routines", str(len(index.routines))


def _terminal(console: Console) -> Iterator[tuple[str, str]]:
    for name, stream in (("input", console.stdin), ("output", console.stdout), ("errors", console.stderr)):
        kind = "terminal" if is_terminal(stream) else "no terminal"
        yield name, f"{kind}, {getattr(stream, 'encoding', None) or 'no encoding'}"
    for variable in ("TERM", "NO_COLOR", "ACCESSIBLE"):
        yield variable, console.environment.get(variable) or "not set"
    yield "wrapped at", str(console.width or "not wrapped")
    yield "line editing", "yes" if console.capable else "no, plain lines"
    yield "bold and dim", "yes" if console.styled else "no"


def _settings(chosen: Chosen) -> Iterator[tuple[str, str]]:
    for name in Settings.__dataclass_fields__:
        yield name, f"{getattr(chosen.settings, name)} ({_at_home(chosen.origins[name])})"


def _paths(chosen: Chosen, state: Path) -> Iterator[tuple[str, str]]:
    kept = ", ".join(file.name for file in stored_files(state)) or "nothing kept"
    yield "settings file", _described(chosen.file) if chosen.file else "none"
    yield "kept files", f"{_at_home(str(state))} ({kept})"
    yield "corpus", _described(corpus_folder())
    yield "compiled index", _described(INDEX_FILE)
    yield "program", _at_home(str(Path(sys.executable)))


def _described(path: Path) -> str:
    return f"{_at_home(str(path))}{'' if path.exists() else ' (not there)'}"


def _at_home(path: str) -> str:
    home = str(Path("~").expanduser())
    return path.replace(home, "~", 1) if len(home) > 1 and path.startswith(home) else path
