"""A bar on a terminal while something takes its time; nothing anywhere else."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Final, TextIO, TypeVar

T = TypeVar("T")

PATIENCE: Final = 1.0
"""Seconds before a bar appears."""

BETWEEN: Final = 0.1
"""Seconds between two drawings."""

BAR: Final = 24
"""Characters of a full bar."""


class Progress:
    """Draws on one stream, and only if that is a terminal."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = monotonic) -> None:
        self._stream = stream
        self._clock = clock

    def track(self, items: Sequence[T], label: str) -> Iterator[T]:
        """Pass the items on one by one; after a second, show how many are done, and wipe that away at the end."""
        if not self._stream.isatty():
            yield from items
            return
        due, drawn = self._clock() + PATIENCE, ""
        try:
            for done, item in enumerate(items):
                if self._clock() >= due:
                    drawn = self._draw(f"{label} {_bar(done, len(items))} {done}/{len(items)}")
                    due = self._clock() + BETWEEN
                yield item
        finally:
            if drawn:
                self._draw(" " * len(drawn))
                self._draw("")

    def _draw(self, text: str) -> str:
        text = text[: shutil.get_terminal_size().columns - 1]
        self._stream.write(f"\r{text}")
        self._stream.flush()
        return text


def _bar(done: int, total: int) -> str:
    full = BAR * done // total
    return f"[{'#' * full}{'.' * (BAR - full)}]"
