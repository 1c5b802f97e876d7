"""Every fact about the outside world: the streams, whether they are terminals, how wide, how styled.

Tests build one with streams of their own; nothing else in the package asks `sys` or `os.environ`. All text passes
through `write`, `notice` or `overwrite`, which let no control character through but the styles of this program.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TextIO

from chatbot.settings import NARROWEST, Settings
from chatbot.terminal.style import printable, printable_or_styled

LONGEST_LINE: Final = 100_000
"""Characters of a line of input that are read; the rest of such a line is left out."""


def _environment() -> Mapping[str, str]:
    return dict(os.environ)


@dataclass(slots=True)
class Console:
    """The three streams, what is known of them, and what the user wants of them."""

    stdin: TextIO = field(default_factory=lambda: sys.stdin)
    stdout: TextIO = field(default_factory=lambda: sys.stdout)
    stderr: TextIO = field(default_factory=lambda: sys.stderr)
    environment: Mapping[str, str] = field(default_factory=_environment)
    settings: Settings = field(default_factory=Settings)
    options: frozenset[str] = frozenset()
    """The settings that were given on the command line, which overrule NO_COLOR and the unwrapped pipe."""

    def __post_init__(self) -> None:
        # A process may be started without a stream (`<&-`): then nothing comes in, and nothing goes out.
        self.stdin = self.stdin or io.StringIO()
        self.stdout = self.stdout or io.StringIO()
        self.stderr = self.stderr or io.StringIO()
        for stream in (self.stdin, self.stdout, self.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure:
                reconfigure(errors="replace")

    @property
    def interactive(self) -> bool:
        """Whether a person types and reads at a terminal."""
        return self.typed and is_terminal(self.stdout)

    @property
    def typed(self) -> bool:
        """Whether a person types the input."""
        return is_terminal(self.stdin)

    @property
    def capable(self) -> bool:
        """Whether the terminal can move its cursor, and nobody asked for plain lines."""
        return self.interactive and not self._dumb and not self.settings.plain

    @property
    def width(self) -> int | None:
        """Where to wrap; None for lines left whole: in a pipe (unless a width was asked for), or with width 0."""
        widest = self.settings.width
        if widest == 0 or not (is_terminal(self.stdout) or "width" in self.options):
            return None
        if "width" in self.options:
            return widest
        return max(NARROWEST, min(shutil.get_terminal_size().columns, widest))

    @property
    def styled(self) -> bool:
        """Whether labels may be bold and asides dim: option, then NO_COLOR, then setting, then the terminal."""
        if self.environment.get("NO_COLOR") and "color" not in self.options:
            return False
        if self.settings.color != "auto":
            return self.settings.color == "always"
        return is_terminal(self.stdout) and not self._dumb and not self.settings.plain

    @property
    def _dumb(self) -> bool:
        usual = "windows" if os.name == "nt" else "unknown"  # only there is a console capable without saying so
        return (self.environment.get("TERM") or usual) in ("dumb", "unknown")

    def write(self, text: str) -> None:
        """Put text on standard output at once."""
        self.stdout.write(self._safe(text) + "\n")
        self.stdout.flush()

    def overwrite(self, text: str) -> None:
        """Put text in place of the current line of a capable terminal, cut to its width."""
        columns = shutil.get_terminal_size().columns
        self.stdout.write(f"\r{printable(text)[: columns - 1]}\x1b[K")
        self.stdout.flush()

    def prompt(self, text: str) -> None:
        """Put text on standard output without ending the line."""
        self.stdout.write(text)
        self.stdout.flush()

    def notice(self, text: str) -> None:
        """Put a remark that is no answer on standard error."""
        self.stderr.write(printable(text) + "\n")
        self.stderr.flush()

    def _safe(self, text: str) -> str:
        return printable_or_styled(text) if self.styled else printable(text)

    def lines(self) -> Iterator[str]:
        """The lines of standard input, without their ends."""
        while line := self.stdin.readline(LONGEST_LINE):
            if not line.endswith("\n"):
                self._skip_rest_of_line()
            yield line.rstrip("\r\n")

    def _skip_rest_of_line(self) -> None:
        while (rest := self.stdin.readline(LONGEST_LINE)) and not rest.endswith("\n"):
            pass


def is_terminal(stream: TextIO) -> bool:
    """Whether somebody sits at the other end of a stream."""
    try:
        return stream.isatty()
    except (AttributeError, ValueError):  # no real stream, or a closed one
        return False
