"""Typing at a terminal: the prompt-toolkit session, and a plain one where there is none. The only importer of it."""

from __future__ import annotations

from collections.abc import Callable

from chatbot.terminal.chat import PROMPT, run
from chatbot.terminal.commands import COMMANDS
from chatbot.terminal.console import Console
from chatbot.terminal.session import Chat

HINT = "(Ctrl-D or :quit to leave)"


def run_repl(chat: Chat, console: Console) -> None:
    """Chat at a terminal. Falls back to plain lines, with one notice, when the terminal cannot do more."""
    reader = _session_reader(console) if console.capable else None
    run(chat, reader or _plain_reader(console), console.write)


def _session_reader(console: Console) -> Callable[[], str] | None:
    try:
        from prompt_toolkit import PromptSession
        from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
        from prompt_toolkit.completion import WordCompleter
        from prompt_toolkit.history import InMemoryHistory
        from prompt_toolkit.patch_stdout import patch_stdout  # noqa: F401  (fails early on unfit consoles)

        session: PromptSession[str] = PromptSession(
            history=InMemoryHistory(),
            auto_suggest=AutoSuggestFromHistory(),
            completer=WordCompleter([f":{command.name}" for command in COMMANDS], sentence=True),
            complete_while_typing=False,
        )
    except Exception as error:  # whatever a console lacks, plain lines still work
        console.notice(f"Plain input: this terminal cannot do line editing ({type(error).__name__}).")
        return None

    def read() -> str:
        while True:
            try:
                return session.prompt(PROMPT)
            except KeyboardInterrupt:
                console.notice(HINT)

    return read


def _plain_reader(console: Console) -> Callable[[], str]:
    lines = console.lines()

    def read() -> str:
        while True:
            console.stdout.write(PROMPT)
            console.stdout.flush()
            try:
                line = next(lines, None)
            except KeyboardInterrupt:
                console.notice(f"\n{HINT}")
                continue
            if line is None:
                console.write("")
                raise EOFError
            return line

    return read
