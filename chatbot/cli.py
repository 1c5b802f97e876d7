"""The `selfmassage` command: parses arguments, calls the rest, and is the only place that exits.

Nothing heavy is imported before a subcommand needs it: `--version` and `--help` load the standard library alone.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from chatbot.arguments import build_parser
from chatbot.errors import ChatbotError, CorpusError, UsageError
from chatbot.terminal.console import Console

if TYPE_CHECKING:
    from chatbot.assistant import Chatbot
    from chatbot.models import Reply
    from chatbot.terminal.render import Style


class ExitStatus(IntEnum):
    """What the command says to a script."""

    OK = 0
    ERROR = 1
    USAGE = 2
    NOT_COVERED = 3
    ESCALATION = 4
    CORPUS = 5
    INTERRUPTED = 130


def main(argv: Sequence[str] | None = None, console: Console | None = None) -> int:
    """Run the command with these arguments (default: the process's own) and return its exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    console = console or Console()
    try:
        return int(_run(arguments, console))
    except KeyboardInterrupt:
        console.notice("")
        return ExitStatus.INTERRUPTED
    except BrokenPipeError:
        _drop(sys.stdout)
        return ExitStatus.OK
    except CorpusError as error:
        console.notice(f"selfmassage: {error}.")
        return ExitStatus.CORPUS
    except UsageError as error:
        console.notice(str(error))
        return ExitStatus.USAGE
    except ChatbotError as error:
        console.notice(f"selfmassage: {error}")
        return ExitStatus.CORPUS
    except OSError as error:
        place = f": {error.filename}" if error.filename else ""
        _drop(sys.stdout)
        console.notice(f"selfmassage: cannot read or write{place} ({error.strerror}). Free space or check the path.")
        return ExitStatus.ERROR
    except Exception as error:
        if "--debug" in arguments:
            raise
        name = type(error).__name__
        console.notice(
            f"selfmassage: internal error ({name}). Please report it; --debug before the command shows where."
        )
        return ExitStatus.ERROR


def _run(arguments: list[str], console: Console) -> ExitStatus:
    try:
        options = build_parser().parse_args(arguments)
    except SystemExit as done:  # --help and --version, which argparse prints itself
        return ExitStatus(int(done.code or 0))
    name = f"corpus {options.corpus_command}" if options.command == "corpus" else options.command
    return RUN[name](options, console)


def _chatbot(path: str | None) -> Chatbot:
    from chatbot.assistant import Chatbot

    if path is None:
        return Chatbot()
    from chatbot.corpus.load import Corpus

    return Chatbot(Corpus.load(path))


def _style(console: Console) -> Style:
    from chatbot.terminal.render import Style

    return Style(console.width, console.styled)


def _status(reply: Reply) -> ExitStatus:
    return {"not_covered": ExitStatus.NOT_COVERED, "escalation": ExitStatus.ESCALATION}.get(reply.kind, ExitStatus.OK)


def _ask(options: Namespace, console: Console) -> ExitStatus:
    from chatbot.terminal.render import render, render_json

    words: list[str] = options.words
    question = " ".join(console.lines()) if words == ["-"] else " ".join(words)
    if not question.strip():
        raise UsageError("selfmassage ask: no question. Try: selfmassage ask how do I loosen a stiff neck")
    full = options.top or 1
    reply = _chatbot(options.corpus).ask(question, k=max(full, 3) if not options.top else full)
    if options.json:
        console.write(render_json(reply, indent=2 if console.width else None))
    else:
        console.write(render(reply, _style(console), full))
    return _status(reply)


def _chat_or_batch(options: Namespace, console: Console) -> ExitStatus:
    chatbot = _chatbot(options.corpus)
    if console.interactive and not options.json:
        from chatbot.terminal.repl import run_repl
        from chatbot.terminal.session import Chat

        run_repl(Chat(chatbot, lambda: _style(console)), console)
    else:
        _batch(chatbot, console, options.json)
    return ExitStatus.OK


def _batch(chatbot: Chatbot, console: Console, as_json: bool) -> None:
    """One question per line, one reply per line, in order, each sent on at once. Empty lines are passed over."""
    from chatbot.terminal.render import render_json, render_line

    if console.typed:
        console.notice("Reading questions from the terminal, one per line; Ctrl-D ends.")
    for number, line in enumerate(console.lines(), 1):
        if line.strip():
            reply = chatbot.ask(line)
            console.write(render_json(reply) if as_json else render_line(number, reply))


def _topics(options: Namespace, console: Console) -> ExitStatus:
    from chatbot.assistant import find_topics
    from chatbot.terminal.render import render_topic, render_topics

    chatbot = _chatbot(options.corpus)
    topics = chatbot.topics()
    word = " ".join(options.words)
    if not word:
        console.write(render_topics(topics, _style(console)))
        return ExitStatus.OK
    found = {name: topics[name] for name in find_topics(word, topics, chatbot.index)}
    console.write(render_topic(word, found, topics, _style(console)))
    return ExitStatus.OK if found else ExitStatus.NOT_COVERED


def _corpus_check(options: Namespace, console: Console) -> ExitStatus:
    from chatbot.builtin import corpus_folder
    from chatbot.corpus.check import check

    problems = check(options.path or corpus_folder(), house_style=options.path is None)
    for problem in problems:
        console.write(str(problem))
    console.notice(
        f"{len(problems)} problem{'' if len(problems) == 1 else 's'} found." if problems else "No problems found."
    )
    return ExitStatus.CORPUS if problems else ExitStatus.OK


def _corpus_stats(options: Namespace, console: Console) -> ExitStatus:
    from chatbot.builtin import corpus_folder
    from chatbot.corpus.check import stats
    from chatbot.corpus.coverage_table import coverage_table
    from chatbot.corpus.load import Corpus
    from chatbot.evaluation.retrievability import leave_one_out, success_at, weak_passages
    from chatbot.language.lexicon import Lexicon

    corpus = Corpus.load(options.path or corpus_folder())
    if options.table:
        console.write(coverage_table(corpus))
        return ExitStatus.OK
    held_out = leave_one_out(corpus.passages, Lexicon.from_terms(corpus.terms))
    found = {f"held out, top {depth}": f"{success_at(held_out, depth):.1%}" for depth in (1, 3)}
    for name, value in (stats(corpus) | found).items():
        console.write(f"{name:<26}{value}")
    if options.weak:
        for passage, rate, rival in weak_passages(held_out):
            console.write(f"{rate:4.0%}  {passage:<44}loses most to {rival}")
    return ExitStatus.OK


def _corpus_export(options: Namespace, console: Console) -> ExitStatus:
    import json

    from chatbot.builtin import corpus_folder
    from chatbot.corpus.load import Corpus
    from chatbot.models import passage_to_dict

    for passage in Corpus.load(options.path or corpus_folder()).passages:
        console.write(json.dumps(passage_to_dict(passage)))
    return ExitStatus.OK


def _eval(options: Namespace, console: Console) -> ExitStatus:
    from chatbot.evaluation.command import run_evaluation

    verdict = run_evaluation(options, _chatbot, console.stderr)
    console.write(verdict.text)
    return ExitStatus.ERROR if verdict.worse else ExitStatus.OK


def _disclaimer(_options: Namespace, console: Console) -> ExitStatus:
    from chatbot.disclaimer import DISCLAIMER

    style = _style(console)
    console.write("\n\n".join(style.wrap(paragraph) for paragraph in DISCLAIMER.split("\n\n")))
    return ExitStatus.OK


RUN: Final[Mapping[str | None, Callable[[Namespace, Console], ExitStatus]]] = {
    None: _chat_or_batch,
    "ask": _ask,
    "topics": _topics,
    "corpus check": _corpus_check,
    "corpus stats": _corpus_stats,
    "corpus export": _corpus_export,
    "eval": _eval,
    "disclaimer": _disclaimer,
}
"""What each command does; without one it is a chat, or a batch when standard input is no terminal."""


def _drop(stream: object) -> None:
    """Send what is left in a stream's buffer nowhere, so that the interpreter does not fail while closing it."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())  # type: ignore[attr-defined]
    except (AttributeError, OSError, ValueError):  # not a real stream, as in tests
        return
