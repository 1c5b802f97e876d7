"""Every fact about the outside world: the streams, whether they are terminals, how wide, how coloured.

Tests build one with streams of their own; nothing else in the package asks `sys` or `os.environ`.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO

WIDEST: Final = 88
"""Lines are wrapped at the terminal's width or here, whichever is narrower."""

LONGEST_LINE: Final = 100_000
"""Characters of a line of input that are read; the rest of such a line is left out."""


def _environment() -> Mapping[str, str]:
    return dict(os.environ)


@dataclass(slots=True)
class Console:
    """The three streams and what is known of them."""

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    environment: Mapping[str, str] = field(default_factory=_environment)

    def __post_init__(self) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:
                reconfigure(errors="replace")

    @property
    def interactive(self) -> bool:
        """Whether a person types and reads at a terminal that can do more than print lines."""
        return self.typed and _is_terminal(self.stdout)

    @property
    def typed(self) -> bool:
        """Whether a person types the input."""
        return _is_terminal(self.stdin)

    @property
    def capable(self) -> bool:
        """Whether the terminal can move its cursor, and nobody asked for plain lines."""
        plain = self.environment.get("TERM") in ("dumb", "unknown") or bool(self.environment.get("ACCESSIBLE"))
        return self.interactive and not plain

    @property
    def width(self) -> int | None:
        """Where to wrap; None in a pipe, where lines stay whole."""
        if not _is_terminal(self.stdout):
            return None
        return max(20, min(shutil.get_terminal_size().columns, WIDEST))

    @property
    def styled(self) -> bool:
        """Whether labels may be bold: on a capable terminal, unless NO_COLOR is set (see no-color.org)."""
        dumb = self.environment.get("TERM") in ("dumb", "unknown")
        return _is_terminal(self.stdout) and not dumb and not self.environment.get("NO_COLOR")

    def write(self, text: str) -> None:
        """Put text on standard output at once."""
        self.stdout.write(text + "\n")
        self.stdout.flush()

    def notice(self, text: str) -> None:
        """Put a remark that is no answer on standard error."""
        self.stderr.write(text + "\n")
        self.stderr.flush()

    def lines(self) -> Iterator[str]:
        """The lines of standard input, without their ends."""
        while line := self.stdin.readline(LONGEST_LINE):
            if not line.endswith("\n"):
                self._skip_rest_of_line()
            yield line.rstrip("\r\n")

    def _skip_rest_of_line(self) -> None:
        while (rest := self.stdin.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass


def _is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # no stream at all, or a closed one
        return False
