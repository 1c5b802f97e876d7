"""The grammar of the command line: commands, options and the help texts. Loads nothing but argparse."""

from __future__ import annotations

import argparse
import re
from difflib import get_close_matches
from typing import Any, Final, NoReturn

from chatbot import __version__
from chatbot.errors import UsageError

HELP: Final = """\
Answers questions about self-massage from checked passages.
Works offline. Not medical advice.

  selfmassage                        start a chat
  selfmassage ask my neck is stiff   one answer, then exit
  selfmassage guide desk break       do it step by step, with a countdown
  selfmassage topics calf            what is covered
  cat questions.txt | selfmassage    one question per line, one reply per line

Commands
  chat [WORDS]              start a chat, with a first question if you like
  ask WORDS                 one answer; "ask -" reads from standard input
  guide [WORDS]             an answer's steps or a routine, paced; alone: a list
  topics [WORD]             all topics, or the questions of one
  disclaimer                the medical disclaimer in full
  feedback                  what you said of answers, if you switched that on
  forget                    delete everything that was kept
  doctor                    versions, terminal, settings, paths, for bug reports
  completions SHELL         completion for bash, zsh, fish or powershell
  corpus check|stats|export look after a corpus of your own
  eval                      measure answers on a question set
  help [TOPIC]              a command, or exit-codes, settings, privacy

Options, before or after the command
  --corpus PATH             answer from your own folder, TOML or JSON Lines file
  --json                    one JSON object per reply
  --strict                  a batch ends with the highest exit code of its lines
  --color WHEN              bold and dim labels: auto, always or never
  --width N                 widest line; 0 does not wrap
  --plain                   ordinary lines, for screen readers
  --private                 keep nothing, whatever the settings say
  --config FILE             use this settings file
  --debug                   show the traceback of an internal error
  --version, --help

Exit codes: 0 answered, 3 not covered, 4 get help instead; all of them with
selfmassage help exit-codes. Nothing is stored unless you ask; nothing is sent.
"""
CORPUS_COMMANDS: Final = {
    "check": "say everything that is wrong with a corpus",
    "stats": "count what a corpus holds, and how well its paraphrases find their passages",
    "export": "print a corpus as JSON Lines",
}
HELP_WIDTH: Final = 80
SHELLS: Final = ("bash", "zsh", "fish", "powershell")
HELP_TOPICS: Final = ("exit-codes", "settings", "privacy")
SETTING_OPTIONS: Final = ("color", "width", "plain")
"""Options that overrule the setting of the same name."""
RANKERS: Final = ("ours", "rank-bm25", "bm25s", "encoder")


class _Parser(argparse.ArgumentParser):
    """Raises UsageError with advice instead of printing usage and exiting."""

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"COMMAND: invalid choice: '(.*?)'", message)
        if unknown:
            close = get_close_matches(unknown[1], COMMANDS, n=1)
            advice = f'Did you mean "{close[0]}"?' if close else "To ask something: selfmassage ask YOUR QUESTION."
            raise UsageError(f'selfmassage: no command "{unknown[1]}". {advice} All commands: selfmassage --help')
        strange = re.match(r"unrecognized arguments: (--\S+)", message)
        close = get_close_matches(strange[1], self.known_options(), n=1) if strange else []
        advice = f"Did you mean {close[0]}? " if close else ""
        raise UsageError(f"{self.prog}: {message}. {advice}Try: {self.prog} --help")

    def known_options(self) -> list[str]:
        """Every long option of this command and those below it."""
        options = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        return options + [option for command in subcommands(self).values() for option in command.known_options()]


class _TopParser(_Parser):
    """The whole command: its help is a page that people wrote."""

    def format_help(self) -> str:
        import shutil

        columns = shutil.get_terminal_size().columns
        return HELP if columns >= HELP_WIDTH else f"{fitted(HELP.rstrip(), columns)}\n"


def build_parser() -> argparse.ArgumentParser:
    """The whole command line as an argparse parser; the chosen commands stand in `command` and `corpus_command`."""
    parser = _TopParser(prog="selfmassage", usage="selfmassage [OPTIONS] [COMMAND ...]", allow_abbrev=False)
    parser.add_argument("--version", action="version", version=f"selfmassage {__version__}")
    parser.add_argument("--strict", action="store_true")  # for a batch, which has no command
    _add_common_options(parser)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="selfmassage", parser_class=_Parser)
    for name, (about, add_arguments) in _COMMANDS.items():
        command = commands.add_parser(
            name, description=f"{about[:1].upper()}{about[1:]}.", allow_abbrev=False, epilog=_SEE_ALSO
        )
        add_arguments(command)
        _add_common_options(command, below=True)
    return parser


def fitted(text: str, width: int) -> str:
    """Laid-out text for a narrower window: long lines go on below, further in than they began."""
    import textwrap

    lines = []
    for line in text.split("\n"):
        indent = " " * (len(line) - len(line.lstrip()) + 4)
        lines += textwrap.wrap(line, max(width, 20), subsequent_indent=indent, break_on_hyphens=False) or [""]
    return "\n".join(lines)


def subcommands(parser: argparse.ArgumentParser) -> dict[str, _Parser]:
    """The parsers of a parser's commands, by name."""
    actions = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(actions[0].choices) if actions else {}


_SEE_ALSO: Final = "Other options: selfmassage --help"


def _add_common_options(parser: argparse.ArgumentParser, below: bool = False) -> None:
    """The options that may stand before or after a command."""
    # SUPPRESS: without it the subcommand's default would overwrite an option given before the command.
    absent: dict[str, Any] = {"default": argparse.SUPPRESS} if below else {}
    hidden = argparse.SUPPRESS if below else None
    parser.add_argument("--corpus", metavar="PATH", help=hidden, **absent)
    parser.add_argument("--json", action="store_true", help=hidden, **absent)
    parser.add_argument("--color", choices=("auto", "always", "never"), help=hidden, **absent)
    parser.add_argument("--width", type=_width, metavar="N", help=hidden, **absent)
    parser.add_argument("--plain", action="store_const", const=True, help=hidden, **absent)
    for option in ("--private", "--debug"):
        parser.add_argument(option, action="store_true", help=hidden, **absent)
    parser.add_argument("--config", metavar="FILE", help=hidden, **absent)


def _add_chat(chat: argparse.ArgumentParser) -> None:
    chat.add_argument("words", nargs="*", metavar="WORDS", help="a first question")


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("words", nargs="*", metavar="WORDS", help="the question; - reads it from standard input")
    ask.add_argument("--top", type=_positive, metavar="K", help="show up to K answers in full (default 1)")
    ask.add_argument("--why", action="store_true", help="also say which words found the answer")


def _add_guide(guide: argparse.ArgumentParser) -> None:
    guide.add_argument("words", nargs="*", metavar="WORDS", help="a routine, or a question in your own words")
    guide.add_argument("--breathe", action="store_true", help="show when to breathe in and out")
    guide.add_argument("--print", action="store_true", dest="on_paper", help="print the timed script instead")


def _add_topics(topics: argparse.ArgumentParser) -> None:
    topics.add_argument("words", nargs="*", metavar="WORD", help="a topic, in your own words")


def _add_feedback(feedback: argparse.ArgumentParser) -> None:
    feedback.add_argument("--draft", action="store_true", help="print draft lines for eval/questions.jsonl")


def _add_completions(completions: argparse.ArgumentParser) -> None:
    completions.add_argument("shell", choices=SHELLS, help="which shell")


def _add_help(about: argparse.ArgumentParser) -> None:
    about.add_argument("topic", nargs="?", metavar="TOPIC", help=f"a command, or {', '.join(HELP_TOPICS)}")


def _add_nothing(_: argparse.ArgumentParser) -> None:
    pass


def _add_corpus(corpus: argparse.ArgumentParser) -> None:
    commands = corpus.add_subparsers(
        dest="corpus_command",
        metavar="|".join(CORPUS_COMMANDS),
        prog="selfmassage corpus",
        required=True,
        parser_class=_Parser,
    )
    for name, about in CORPUS_COMMANDS.items():
        command = commands.add_parser(name, help=about, description=f"{about.capitalize()}.", allow_abbrev=False)
        command.add_argument("path", nargs="?", metavar="PATH", help="folder, TOML or JSON Lines (default: built-in)")
        _add_common_options(command, below=True)
        if name == "stats":
            command.add_argument("--weak", action="store_true", help="also name the passages that are hard to find")
            command.add_argument("--table", action="store_true", help="print regions by aspects as a Markdown table")


def _add_eval(evaluate: argparse.ArgumentParser) -> None:
    evaluate.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="a folder with questions.jsonl and qrels.txt, or one laid out as BEIR's (default: the built-in set)",
    )
    evaluate.add_argument("--questions", metavar="FILE", help="questions.jsonl (default: the built-in set)")
    evaluate.add_argument("--qrels", metavar="FILE", help="judgements in TREC form (default: beside the questions)")
    evaluate.add_argument("--split", choices=("dev", "test", "all"), default="all", help="which part (default: all)")
    evaluate.add_argument(
        "--ranker",
        action="append",
        choices=RANKERS,
        help="what ranks the passages (default: ours); several are compared side by side",
    )
    evaluate.add_argument("--compare", action="store_true", help="compare ours with every other ranker installed")
    evaluate.add_argument("--baseline", metavar="FILE", help="the run to compare with (default: beside the questions)")
    evaluate.add_argument("--save-baseline", action="store_true", help="store this run as the baseline")
    evaluate.add_argument("--run", metavar="FILE", dest="run_file", help="write the ranking in TREC form to FILE")
    evaluate.add_argument("--html", metavar="FILE", dest="html_file", help="write a page with plots to FILE")
    evaluate.add_argument("--verbose", action="store_true", help="also list what went wrong in the test split")


_COMMANDS: Final = {
    "chat": ("chat in this window, line by line if it can do no more", _add_chat),
    "ask": ("answer one question, then exit", _add_ask),
    "guide": ("lead through an answer's steps or a routine, step by step with a countdown", _add_guide),
    "topics": ("list all topics, or the questions of one", _add_topics),
    "disclaimer": ("print the medical disclaimer in full", _add_nothing),
    "feedback": ("sum up what you said of answers (setting feedback = true)", _add_feedback),
    "forget": ("delete everything that was kept: history and feedback", _add_nothing),
    "doctor": ("print versions, terminal, settings and paths, safe to paste into a bug report", _add_nothing),
    "completions": ("print a completion script, to be saved where your shell looks for it", _add_completions),
    "corpus": ("check, count or print a corpus", _add_corpus),
    "eval": ("measure answers on a question set; exit code 1 when significantly worse than the baseline", _add_eval),
    "help": ("explain a command, the exit codes, the settings or what is kept", _add_help),
}
COMMANDS: Final = tuple(_COMMANDS)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)


def _width(text: str) -> int:
    if not text.isdecimal() or 0 < int(text) < 20:
        raise argparse.ArgumentTypeError(f"{text!r} is not 0 or a whole number of 20 or more")
    return int(text)
