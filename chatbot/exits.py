"""The exit codes: one table for the program, its help and its documents."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class ExitStatus(IntEnum):
    """What the command says to a script."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_COVERED = 3
    ESCALATION = 4
    CORPUS = 5
    INTERRUPTED = 130


MEANINGS: Final = {
    ExitStatus.OK: "answered, or left normally",
    ExitStatus.ERROR: "internal error, or a file could not be read or written",
    ExitStatus.USAGE: "wrong usage or a wrong settings file named",
    ExitStatus.NOT_COVERED: "not covered: no passage answers that",
    ExitStatus.ESCALATION: "get help instead: the message sounded dangerous",
    ExitStatus.CORPUS: "corpus or data missing or invalid",
    ExitStatus.INTERRUPTED: "stopped with Ctrl-C",
}
