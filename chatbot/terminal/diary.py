"""What a chat keeps on disk: nothing, unless the user asked for history or feedback. Never a red-flag message."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Final

from chatbot.feedback import Feedback, record
from chatbot.settings import Settings
from chatbot.storage import FEEDBACK, HISTORY, append_line, blank_lines, forget, read_lines

KEPT: Final = 2_000
"""Lines of history that are read back."""

CONTEXT: Final = 3
"""How many lines before an alarm are taken out again: what they say may belong to it."""


class Diary:
    """The kept files of one chat."""

    def __init__(self, folder: Path, settings: Settings, private: bool = False) -> None:
        """`private` overrules every wish to keep something, also one uttered during the chat."""
        self.folder = folder
        self.private = private
        self.history = settings.history and not private
        self.feedback = settings.feedback and not private
        self._recent: deque[str] = deque(maxlen=CONTEXT)
        self._trouble = ""
        self.wiped = False
        """Whether what was typed is to be dropped from memory too."""

    @property
    def file(self) -> Path:
        """Where history is kept."""
        return self.folder / HISTORY

    def lines(self) -> list[str]:
        """What was kept earlier, oldest first."""
        found: list[str] = []
        if self.history:
            self._try(lambda: found.extend(read_lines(self.file)[-KEPT:]))
        return found

    def keep(self, line: str) -> None:
        """Add a typed line to the history, if there is one."""
        self._recent.append(line)
        if self.history:
            self._try(lambda: append_line(self.file, line))

    def unkeep_context(self) -> None:
        """Take out the last lines: they led to an alarm."""
        if self.history:
            self._try(lambda: blank_lines(self.file, lambda line: line in self._recent))
        if self.feedback:
            said = [json.dumps(line) for line in self._recent]
            self._try(lambda: blank_lines(self.folder / FEEDBACK, lambda line: any(text in line for text in said)))

    def remark(self, remark: Feedback) -> bool:
        """Keep feedback, if it is switched on; whether it was kept."""
        return self.feedback and self._try(lambda: record(self.folder, remark))

    def forget(self) -> list[Path]:
        """Delete what was kept, and keep nothing more in this chat."""
        self.history = self.feedback = False
        self.wiped = True
        self._recent.clear()
        return forget(self.folder)

    def take_trouble(self) -> str:
        """What went wrong with a file since the last call, as a sentence; empty when nothing did."""
        trouble, self._trouble = self._trouble, ""
        return trouble

    def _try(self, action: Callable[[], None]) -> bool:
        """Touch a file; when that fails, keep nothing more: a chat goes on without."""
        try:
            action()
        except OSError as error:
            self.history = self.feedback = False
            reason = error.strerror or "it failed"
            self._trouble = f"Nothing is kept from now on: {self.folder} cannot be used ({reason})."
            return False
        return True
