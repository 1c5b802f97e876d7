"""The `selfmassage` command: parses arguments, turns errors into sentences, and is the only place that exits.

Nothing heavy is imported before it is needed: `--version` and `--help` load the grammar and the standard library.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatbot.arguments import build_parser
from chatbot.errors import ChatbotError, CorpusError, UsageError
from chatbot.exits import ExitStatus

if TYPE_CHECKING:
    from chatbot.terminal.console import Console


def main(argv: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Run the command with these arguments (default: the process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        return int(_run(arguments, console))
    except SystemExit as done:  # --help and --version, which argparse prints itself
        return int(done.code or 0)
    except KeyboardInterrupt:
        return _fail(ExitStatus.INTERRUPTED, "", console)
    except BrokenPipeError:
        _drop(sys.stdout)
        return ExitStatus.OK
    except CorpusError as error:
        return _fail(ExitStatus.CORPUS, f"selfmassage: {error}.", console)
    except UsageError as error:
        return _fail(ExitStatus.USAGE, str(error), console)
    except ChatbotError as error:
        return _fail(ExitStatus.CORPUS, f"selfmassage: {error}", console)
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _drop(sys.stdout)
        what = f"selfmassage: cannot read or write{place} ({error.strerror}). Free space or check the path."
        return _fail(ExitStatus.ERROR, what, console)
    except Exception as error:
        if "--debug" in arguments:
            raise
        what = f"selfmassage: internal error ({type(error).__name__}). Please report it; --debug shows where."
        return _fail(ExitStatus.ERROR, what, console)


def _run(arguments: list[str], console: Console | None) -> ExitStatus:
    options = build_parser().parse_args(arguments)
    from chatbot.actions import perform
    from chatbot.terminal.console import Console

    return perform(options, console or Console())


def _fail(status: ExitStatus, what: str, console: Console | None) -> ExitStatus:
    from chatbot.terminal.console import Console

    (console or Console()).notice(what)
    return status


def _drop(stream: object) -> None:
    """Send what is left in a stream's buffer nowhere, so that the interpreter does not fail while closing it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):  # not a real stream, as in tests
        return
