"""Writing results: whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from chatbot.errors import UsageError


def check_writable(path: Path) -> None:
    """Raise UsageError if `path` clearly cannot be written: said before a long evaluation, not after it."""
    if path.is_dir():
        raise _refusal(path, "it is a folder")
    if not path.parent.is_dir():
        raise _refusal(path, "its folder does not exist")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise _refusal(path, "permission denied")


def write_whole(path: Path, text: str) -> None:
    """Write a file through a temporary one beside it, so that no reader ever sees half. Raise UsageError if not."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # a pipe or a device has no "instead"
        _write(path, target, text)
        return
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        _write(path, temporary, text)
        temporary.replace(target)
    except OSError as error:
        raise _refusal(path, error.strerror or "unknown reason") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write(path: Path, target: Path, text: str) -> None:
    try:
        target.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise _refusal(path, error.strerror or "unknown reason") from error


def _refusal(path: Path, why: str) -> UsageError:
    return UsageError(f"selfmassage eval: {path} cannot be written ({why}). Name another file.")
