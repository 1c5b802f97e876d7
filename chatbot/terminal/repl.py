"""A chat at a terminal: with line editing where the terminal can, with ordinary lines everywhere else."""

from __future__ import annotations

import time
from collections.abc import Callable

from chatbot.assistant import Chatbot
from chatbot.terminal.chat import PROMPT, run
from chatbot.terminal.console import Console
from chatbot.terminal.diary import Diary
from chatbot.terminal.guide import Guide, Leader
from chatbot.terminal.session import Chat
from chatbot.terminal.style import Style

HINT = "(Ctrl-D or :quit to leave)"
EDITING_KEYS = "Grey text is a suggestion: the right arrow takes it. Tab completes commands and topics."


def run_chat(chatbot: Chatbot, console: Console, diary: Diary, first: str = "") -> None:
    """Chat until the user leaves. `first` is asked before anything is read."""
    leader = leader_for(console) if console.capable else None
    chat = Chat(chatbot, lambda: style_for(console), diary, leader, console.settings.breathe)
    reader = _editing_reader(chat, console) if console.capable else None
    keys = EDITING_KEYS if reader and console.styled else ""
    console.write(f"{chat.banner(keys)}\n")
    run(chat, reader or _plain_reader(console), console.write, first)


def style_for(console: Console) -> Style:
    """The layout for the console as it is now."""
    return Style(console.width, console.styled)


def leader_for(console: Console) -> Callable[[Guide, bool], None]:
    """What leads through a guide at this terminal."""
    from chatbot.terminal.keys import key_presses

    def lead(guide: Guide, breathe: bool) -> None:
        with key_presses(console.stdin) as key:
            Leader(console, style_for(console), key, time.monotonic, breathe).lead(guide)

    return lead


def _editing_reader(chat: Chat, console: Console) -> Callable[[], str] | None:
    """The line editor; None, after one notice, where a console lacks what it needs."""
    try:
        from chatbot.terminal.line_editor import LineEditor

        return LineEditor(chat, console, HINT).read
    except Exception as error:  # whatever is missing, plain lines still work
        console.notice(f"Plain input: this terminal cannot do line editing ({type(error).__name__}).")
        return None


def _plain_reader(console: Console) -> Callable[[], str]:
    def read() -> str:
        while True:
            console.prompt(PROMPT)
            try:
                line = next(console.lines(), None)
            except KeyboardInterrupt:
                console.notice(f"\n{HINT}")
                continue
            if line is None:
                console.write("")
                raise EOFError
            return line

    return read
