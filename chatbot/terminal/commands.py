"""The commands of a chat: one table from which help, completion, the dispatcher and the documents are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from chatbot.disclaimer import DISCLAIMER
from chatbot.terminal.render import render_sources, render_why
from chatbot.terminal.session import Chat


class Leave(Exception):  # noqa: N818  (not an error: the user goes)
    """The user wants to leave."""


@dataclass(frozen=True, slots=True)
class Command:
    """A chat command: its word, what it takes, what it does, other words for it, and the function behind it."""

    name: str
    argument: str
    help: str
    run: Callable[[Chat, str], str]
    aliases: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """The command as it is typed."""
        return f":{self.name} {self.argument}".strip()


def dispatch(chat: Chat, line: str) -> str | None:
    """Run the command on this line and return its text, or None when the line is a question."""
    word, _, argument = line.strip().partition(" ")
    if word.casefold() in BARE_WORDS and not argument:
        return _find(BARE_WORDS[word.casefold()]).run(chat, "")
    if not is_command(line):
        return None
    command = find_command(word)
    return command.run(chat, argument.strip()) if command else unknown_command(word[1:])


def is_command(line: str) -> bool:
    """Whether a line is meant for the program, not for the corpus: `:word`, or `/word` as elsewhere."""
    word = line.strip().partition(" ")[0]
    return len(word) > 1 and word[0] in ":/"


def find_command(word: str) -> Command | None:
    """The command of this word, typed with or without its mark."""
    name = word.lstrip(":/").casefold()
    return next((command for command in COMMANDS if name in (command.name, *command.aliases)), None)


def unknown_command(name: str) -> str:
    """What is said when there is no such command."""
    close = get_close_matches(name.casefold(), [command.name for command in COMMANDS], n=1)
    suggestion = f' Did you mean ":{close[0]}"?' if close else ""
    return f'No command ":{name}".{suggestion} (:help lists all)'


def help_text(chat: Chat) -> str:
    """All commands, one line each."""
    width = max(len(command.usage) for command in COMMANDS)
    lines = [
        chat.style.wrap(command.help, indent=" " * (width + 4), first=f"  {command.usage:<{width}}  ")
        for command in COMMANDS
    ]
    closing = "A number shows the answer to the question listed with it. Ctrl-C clears the line."
    return "\n".join(["Ask in your own words, or type:", *lines, chat.style.wrap(closing)])


def _find(name: str) -> Command:
    return next(command for command in COMMANDS if command.name == name)


def _help(chat: Chat, argument: str) -> str:
    if not argument:
        return help_text(chat)
    command = find_command(argument)
    if command is None:
        return unknown_command(argument.lstrip(":/"))
    other = f" Also: {', '.join(f':{alias}' for alias in command.aliases)}." if command.aliases else ""
    return chat.style.wrap(f"{command.usage}: {command.help}.{other}")


def _topics(chat: Chat, argument: str) -> str:
    return chat.topics(argument)


def _sources(chat: Chat, argument: str) -> str:
    if chat.alarm:
        return chat.repeat_alarm()
    if chat.shown is None:
        return "No answer has been shown yet. Ask a question first."
    return render_sources(chat.shown, chat.style)


def _more(chat: Chat, argument: str) -> str:
    return chat.more()


def _why(chat: Chat, argument: str) -> str:
    if chat.alarm:
        return chat.repeat_alarm()
    why = chat.conversation.why()
    return render_why(why, chat.style) if why else "There is nothing to explain yet. Ask a question first."


def _guide(chat: Chat, argument: str) -> str:
    return chat.guide(argument)


def _new(chat: Chat, argument: str) -> str:
    chat.forget()
    return "Starting over: nothing said before counts any more."


def _good(chat: Chat, argument: str) -> str:
    return chat.judge(True, argument)


def _bad(chat: Chat, argument: str) -> str:
    return chat.judge(False, argument)


def _history(chat: Chat, argument: str) -> str:
    diary = chat.diary
    if argument == "on" and diary.private:
        return "This chat is private, so nothing is kept. Start one without --private to keep history."
    if argument in ("on", "off"):
        diary.history = argument == "on"
    elif argument:
        return f'History is "on" or "off", not "{argument}".'
    if diary.history:
        return chat.style.wrap(f"History is on: {diary.file}, readable by you alone. :forget deletes it.")
    return "History is off: nothing you type is kept."


def _forget(chat: Chat, argument: str) -> str:
    chat.forget()
    return chat.style.wrap(forgotten(len(chat.diary.forget())))


def forgotten(count: int) -> str:
    """What is said after deleting that many kept files."""
    files = "There was nothing to delete" if not count else f"Deleted {count} file{'' if count == 1 else 's'}"
    return f"{files}. Nothing that you typed is kept now."


def _disclaimer(chat: Chat, argument: str) -> str:
    return chat.style.paragraphs(DISCLAIMER)


def _quit(chat: Chat, argument: str) -> str:
    raise Leave


COMMANDS: Final = (
    Command("help", "[command]", "this list, or what one command does", _help, ("h", "?")),
    Command("topics", "[word]", "what is covered", _topics, ("t",)),
    Command("sources", "", "where the last answer comes from", _sources, ("source",)),
    Command("more", "", "the next answer that may fit", _more),
    Command("why", "", "which words found the last answer, and how much each counted", _why),
    Command("guide", "[words]", "do the steps with a countdown; alone after an answer, or :guide desk break", _guide),
    Command("new", "", "start over: forget what was said", _new, ("reset",)),
    Command("good", "", "the answer helped (kept only with feedback = true)", _good),
    Command("bad", "[why]", "the answer did not help (kept only with feedback = true)", _bad),
    Command("history", "[on|off]", "keep what you type for next time; off unless you ask", _history),
    Command("forget", "", "delete everything that was kept", _forget),
    Command("disclaimer", "", "the medical disclaimer in full", _disclaimer),
    Command("quit", "", "leave (Ctrl-D does the same)", _quit, ("q", "exit")),
)
BARE_WORDS: Final = {"help": "help", "exit": "quit", "quit": "quit", "exit()": "quit", "quit()": "quit"}
"""Words that newcomers type without a colon, and what they mean."""
