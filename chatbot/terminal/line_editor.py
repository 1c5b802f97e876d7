"""Typing with line editing: history, grey suggestions, completion with Tab. The only importer of prompt_toolkit."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from prompt_toolkit import PromptSession
from prompt_toolkit.auto_suggest import AutoSuggest, AutoSuggestFromHistory, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import is_searching
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.output import ColorDepth, create_output
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.shortcuts import CompleteStyle
from prompt_toolkit.styles import Style as PromptStyle

from chatbot.assistant import Chatbot
from chatbot.terminal.chat import PROMPT
from chatbot.terminal.commands import COMMANDS, is_command
from chatbot.terminal.console import Console
from chatbot.terminal.session import Chat

GREY = "#808080"
"""Readable on light and on dark backgrounds, which "bright black" is not."""

SHORTEST_GUESS = 3
"""Characters typed before a question of the corpus is suggested."""


class LineEditor:
    """Reads lines at a terminal. Nothing is drawn but the line itself: no menu, no toolbar, no title, no mouse."""

    def __init__(self, chat: Chat, console: Console, hint: str) -> None:
        """`hint` is shown for Ctrl-C on an empty line."""
        self._chat = chat
        self._console = console
        self._hint = hint
        output = create_output(console.stdout)
        if isinstance(output, Vt100_Output):
            output.enable_cpr = False  # one line needs no cursor position, and poor terminals answer with a mess
        self._session: PromptSession[str] = PromptSession(
            output=output,
            history=InMemoryHistory(chat.diary.lines()),
            # Without styles a suggestion would look like typed text.
            auto_suggest=Suggestions(chat.chatbot) if console.styled else None,
            completer=WordsOfTheProgram(chat.chatbot),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            key_bindings=_keys(),
            vi_mode=console.settings.vi,
            enable_open_in_editor=True,
            enable_suspend=True,
            tempfile_suffix=".txt",
            style=PromptStyle.from_dict({"auto-suggestion": GREY}),
            color_depth=None if console.styled else ColorDepth.DEPTH_1_BIT,
        )

    def read(self) -> str:
        """The next line. Raise EOFError for Ctrl-D."""
        if self._chat.diary.wiped:
            self._session.default_buffer.history = InMemoryHistory()
            self._chat.diary.wiped = False
        while True:
            try:
                return self._session.prompt(PROMPT)
            except KeyboardInterrupt:
                self._console.notice(self._hint)


class Suggestions(AutoSuggest):
    """What was typed before, else a question of the corpus that begins like this."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot
        self._history = AutoSuggestFromHistory()

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """The rest of the line, to be shown in grey."""
        earlier = self._history.get_suggestion(buffer, document)
        typed = document.text
        if earlier or len(typed) < SHORTEST_GUESS or is_command(typed):
            return earlier
        start = typed.casefold()
        question = next((q for q in self._questions if q.casefold().startswith(start)), None)
        return Suggestion(question[len(typed) :]) if question else None

    @cached_property
    def _questions(self) -> list[str]:
        return [passage.question for passage in self._chatbot.passages() if not passage.refusal]


class WordsOfTheProgram(Completer):
    """Commands after a colon, what a command takes after its word, topics elsewhere."""

    def __init__(self, chatbot: Chatbot) -> None:
        self._chatbot = chatbot

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        """Everything that may stand where the cursor is."""
        before = document.text_before_cursor.lstrip()
        command, space, argument = before.partition(" ")
        if not command.startswith((":", "/")):
            typed, known = before.split(" ")[-1], self._topics
        elif space:
            typed, known = argument.lstrip(), self._arguments(command[1:])
        else:
            typed, known = command, [f"{command[0]}{c.name}{' ' if c.argument else ''}" for c in COMMANDS]
        if not typed and known is self._topics:
            return []  # all of them at once help nobody; :topics shows them better
        return [Completion(word, -len(typed)) for word in known if word.startswith(typed.casefold())]

    def _arguments(self, command: str) -> list[str]:
        if command == "topics":
            return self._topics
        if command == "guide":
            return [routine.name.casefold() for routine in self._chatbot.index.routines]
        return {"help": [c.name for c in COMMANDS], "history": ["on", "off"]}.get(command, [])

    @cached_property
    def _topics(self) -> list[str]:
        return list(self._chatbot.topics())


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        """One paste is one question: its line breaks become spaces, and nothing is sent yet."""
        event.current_buffer.insert_text(re.sub(r"\s*[\r\n]\s*", " ", event.data))

    @keys.add("escape", "enter")
    def _new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    @keys.add("c-c", filter=~is_searching)
    def _clear(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt, style="class:aborting")

    @keys.add("f1")
    def _help(event: KeyPressEvent) -> None:
        event.current_buffer.text = ":help"
        event.current_buffer.validate_and_handle()

    return keys
