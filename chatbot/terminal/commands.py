"""The commands of a chat: one table from which help, completion and the dispatcher are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from chatbot.assistant import find_topics
from chatbot.disclaimer import DISCLAIMER
from chatbot.terminal.render import render_passage, render_sources, render_topic, render_topics
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


def dispatch(chat: Chat, line: str) -> str | None:
    """Run the command on this line and return its text, or None when the line is a question."""
    word, _, argument = line.strip().partition(" ")
    if word.casefold() in BARE_WORDS and not argument:
        return _find(BARE_WORDS[word.casefold()]).run(chat, "")
    if not word.startswith((":", "/")) or len(word) < 2:
        return None
    name = word[1:].casefold()
    command = next((c for c in COMMANDS if name in (c.name, *c.aliases)), None)
    if command:
        return command.run(chat, argument.strip())
    close = get_close_matches(name, [c.name for c in COMMANDS], n=1)
    suggestion = f' Did you mean ":{close[0]}"?' if close else ""
    return f'No command ":{name}".{suggestion} (:help lists all)'


def _find(name: str) -> Command:
    return next(command for command in COMMANDS if command.name == name)


def _help(chat: Chat, argument: str) -> str:
    rows = [(f":{c.name} {c.argument}".strip(), c.help) for c in COMMANDS]
    width = max(len(usage) for usage, _ in rows)
    lines = [chat.style.wrap(text, indent=" " * (width + 4), first=f"  {usage:<{width}}  ") for usage, text in rows]
    return "\n".join(["Ask in your own words, or type:", *lines, "A number shows that question's answer."])


def _topics(chat: Chat, argument: str) -> str:
    topics = chat.chatbot.topics()
    if not argument:
        return render_topics(topics, chat.style)
    found = find_topics(argument, topics, chat.chatbot.index)
    return render_topic(argument, {name: topics[name] for name in found}, topics, chat.style)


def _sources(chat: Chat, argument: str) -> str:
    if chat.shown is None:
        return "No answer has been shown yet. Ask a question first."
    return render_sources(chat.shown, chat.style)


def _more(chat: Chat, argument: str) -> str:
    if len(chat.offered) < 2:
        return "There is nothing more for the last question. Ask another one, or :topics."
    chat.offered = chat.offered[1:]
    chat.shown = chat.offered[0]
    return chat.with_disclaimer(render_passage(chat.shown, chat.style))


def _new(chat: Chat, argument: str) -> str:
    chat.forget()
    return "Starting over: nothing said before counts any more."


def _disclaimer(chat: Chat, argument: str) -> str:
    return "\n\n".join(chat.style.wrap(paragraph) for paragraph in DISCLAIMER.split("\n\n"))


def _quit(chat: Chat, argument: str) -> str:
    raise Leave


COMMANDS: Final = (
    Command("help", "", "this list", _help, ("h", "?")),
    Command("topics", "[word]", "what is covered", _topics),
    Command("sources", "", "where the last answer comes from", _sources),
    Command("more", "", "the next fitting answer", _more),
    Command("new", "", "start over: forget what was said", _new, ("reset",)),
    Command("disclaimer", "", "the medical disclaimer in full", _disclaimer),
    Command("quit", "", "leave (Ctrl-D does the same)", _quit, ("q", "exit")),
)
BARE_WORDS: Final = {"help": "help", "exit": "quit", "quit": "quit", "exit()": "quit", "quit()": "quit"}
"""Words that newcomers type without a colon, and what they mean."""
