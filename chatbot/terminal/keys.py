"""Single key presses, without Enter and without echo, on POSIX terminals and Windows consoles."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

if sys.platform == "win32":
    import msvcrt

    @contextmanager
    def key_presses(stream: TextIO) -> Iterator[Callable[[float], str]]:
        """Yield a function that waits that many seconds at most and returns the key pressed, or ""."""
        yield _windows_key

    def _windows_key(seconds: float) -> str:
        end = time.monotonic() + seconds
        while not msvcrt.kbhit():
            if time.monotonic() >= end:
                return ""
            time.sleep(0.05)
        key = msvcrt.getwch()
        if key in ("\0", "\xe0"):  # a function or arrow key: its second half means nothing here
            msvcrt.getwch()
            return ""
        return key

else:
    import os
    import select
    import termios
    import tty

    @contextmanager
    def key_presses(stream: TextIO) -> Iterator[Callable[[float], str]]:
        """Yield a function that waits that many seconds at most and returns the key pressed, or ""."""
        descriptor = stream.fileno()
        before = termios.tcgetattr(descriptor)
        try:
            tty.setcbreak(descriptor)  # Ctrl-C still interrupts
            yield lambda seconds: _posix_key(descriptor, seconds)
        finally:
            termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)

    def _posix_key(descriptor: int, seconds: float) -> str:
        if not select.select([descriptor], [], [], seconds)[0]:
            return ""
        pressed = os.read(descriptor, 1)
        return pressed.decode(errors="ignore") if pressed else "\x04"  # nothing at all: the terminal is gone
