"""Writes what the documents show of the program: the README's session and tables, its picture, the help page.

`make docs` runs it; tests/test_docs.py fails when what it would write differs from what is there. Sessions are real:
the program runs in a pseudo-terminal and is typed at.
"""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pexpect

ROOT = Path(__file__).parent.parent
COLUMNS = 76
SHOWN_IN_TEXT = ("my feet ache after standing all day", "one calf is swollen and hot, should i rub it")
SHOWN_IN_PICTURE = ("my feet ache after standing all day", "with a ball?")
PROMPT = "you> "

LINE_HEIGHT = 19
CHARACTER_WIDTH = 8.4
MARGIN = 20
INK, PAPER, FAINT = "#1c2733", "#fbfaf7", "#5b6672"


def documents() -> dict[Path, str]:
    """Every file that shows what the program says, with the content it should have."""
    readme = (ROOT / "README.md").read_text()
    readme = _filled(readme, "session", f"```text\n{_plain(session(SHOWN_IN_TEXT))}\n```")
    readme = _filled(readme, "commands", "\n".join(_command_table()))
    readme = _filled(readme, "settings", "\n".join(_settings_table()))
    return {
        ROOT / "README.md": readme,
        ROOT / "docs" / "session.svg": picture(session(SHOWN_IN_PICTURE)),
        ROOT / "tests" / "help.txt": _output("--help"),
    }


def session(questions: Iterable[str]) -> str:
    """What a chat in a terminal shows from the first prompt on, with its styles."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
    options = ["-m", "chatbot", "--plain", "--color", "always"]
    child = pexpect.spawn(
        sys.executable, options, env=environment, dimensions=(60, COLUMNS), encoding="utf-8", timeout=60
    )
    child.expect_exact(PROMPT)
    shown = []
    for question in questions:
        child.sendline(question)
        child.expect_exact(f"\r\n\r\n{PROMPT}")
        shown.append(PROMPT + child.before.replace("\r", ""))
    child.sendeof()
    child.expect(pexpect.EOF)
    child.close()
    return "\n\n".join(shown)


def picture(text: str) -> str:
    """A session as SVG: text a browser can select and a screen reader can read, no script, nothing to fetch."""
    lines = text.split("\n")
    width = round(COLUMNS * CHARACTER_WIDTH + 2 * MARGIN)
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    rows = [
        f'<text x="{MARGIN}" y="{MARGIN + LINE_HEIGHT * number - 5}">{"".join(_spans(line))}</text>'
        for number, line in enumerate(lines, 1)
        if line
    ]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
            "<title>A session with selfmassage in a terminal</title>",
            "<style>text { font: 14px ui-monospace, Menlo, Consolas, monospace; white-space: pre; "
            f"fill: {INK} }} .b {{ font-weight: bold }} .d {{ fill: {FAINT} }}</style>",
            f'<rect width="{width}" height="{height}" rx="8" fill="{PAPER}"/>',
            *rows,
            "</svg>\n",
        ]
    )


def _spans(line: str) -> Iterator[str]:
    style = ""
    for piece in re.split(r"(\x1b\[[012]m)", line):
        if piece.startswith("\x1b"):
            style = {"\x1b[1m": "b", "\x1b[2m": "d"}.get(piece, "")
        elif piece:
            text = html.escape(piece)
            yield f'<tspan class="{style}">{text}</tspan>' if style else text


def _plain(text: str) -> str:
    return re.sub(r"\x1b\[\d*m", "", text)


def _command_table() -> Iterator[str]:
    from chatbot.terminal.commands import COMMANDS

    yield "| in a chat | what it does |"
    yield "|---|---|"
    for command in COMMANDS:
        usage = command.usage.replace("|", "\\|")
        yield f"| `{usage}` | {command.help} |"


def _settings_table() -> Iterator[str]:
    from chatbot.settings import settings_table

    yield "| setting | default | what it does |"
    yield "|---|---|---|"
    for name, default, about in settings_table():
        yield f"| `{name}` | `{default}` | {about} |"


def _filled(text: str, name: str, content: str) -> str:
    start, end = f"<!-- {name}: written by make docs -->\n", f"<!-- end of {name} -->"
    before, after = text.split(start)[0], text.split(end)[1]
    return f"{before}{start}{content}\n{end}{after}"


def _output(*arguments: str) -> str:
    command = [sys.executable, "-m", "chatbot", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    for path, content in documents().items():
        path.write_text(content)
