"""The few files this program may keep, all in one folder and only on request: readable by their owner alone.

A line is written with one call and synchronised before it counts as kept, so a killed process loses at most the line
it was writing; whoever reads passes over a line that was cut short.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

HISTORY: Final = "history.txt"
FEEDBACK: Final = "feedback.jsonl"

_PRIVATE_FILE: Final = 0o600
_PRIVATE_FOLDER: Final = 0o700
_BYTES: Final[int] = getattr(os, "O_BINARY", 0)
"""Windows would write other line ends without it."""


def append_line(file: Path, line: str) -> None:
    """Add one line. Once this returns, the line is on the disk."""
    descriptor = _open(file, os.O_APPEND)
    try:
        end = os.lseek(descriptor, 0, os.SEEK_END)
        cut_short = end > 0 and _byte_before(descriptor, end) != b"\n"
        content = ("\n" if cut_short else "") + line + "\n"
        _write(descriptor, content.encode(errors="replace"))
    finally:
        os.close(descriptor)


def blank_lines(file: Path, unwanted: Callable[[str], bool]) -> None:
    """Overwrite these lines with spaces, in place: nothing moves, so another process may go on appending."""
    if not file.exists():
        return
    descriptor = _open(file, 0)
    try:
        start = 0
        for line in file.read_bytes().splitlines(keepends=True):
            text = line.rstrip(b"\r\n")
            if unwanted(text.decode(errors="replace")):
                os.lseek(descriptor, start, os.SEEK_SET)
                _write(descriptor, b" " * len(text))
            start += len(line)
    finally:
        os.close(descriptor)


def read_lines(file: Path) -> list[str]:
    """The whole lines of a file; none when there is no file. What was cut short or blanked is left out."""
    try:
        text = file.read_bytes().decode(errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in text.split("\n")[:-1] if line.strip()]


def stored_files(folder: Path) -> list[Path]:
    """The files this program has kept there."""
    return [folder / name for name in (HISTORY, FEEDBACK) if os.path.lexists(folder / name)]


def forget(folder: Path) -> list[Path]:
    """Delete every kept file, and the folder if nothing else is in it; return what was deleted."""
    files = stored_files(folder)
    for file in files:
        file.unlink(missing_ok=True)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    return files


def _open(file: Path, flags: int) -> int:
    file.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | _BYTES | flags, _PRIVATE_FILE)
    if hasattr(os, "fchmod"):
        os.fchmod(descriptor, _PRIVATE_FILE)  # a file from elsewhere may have been open to others
    return descriptor


def _byte_before(descriptor: int, end: int) -> bytes:
    os.lseek(descriptor, end - 1, os.SEEK_SET)
    return os.read(descriptor, 1)


def _write(descriptor: int, content: bytes) -> None:
    written = os.write(descriptor, content)
    if written != len(content):
        raise OSError(28, "no space left for the whole line")
    os.fsync(descriptor)
