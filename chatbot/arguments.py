"""The grammar of the command line: commands, options and the help texts. Loads nothing but argparse."""

from __future__ import annotations

import argparse
import re
from difflib import get_close_matches
from typing import Final, NoReturn

from chatbot import __version__
from chatbot.errors import UsageError

HELP: Final = """\
Answers questions about self-massage from checked passages. Offline. Not medical advice.

  selfmassage                        start a chat
  selfmassage ask my neck is stiff   one answer, then exit
  selfmassage topics [WORD]          what is covered
  cat questions.txt | selfmassage    one question per line, one reply per line
  selfmassage eval                   measure answers on the built-in questions
  selfmassage corpus check PATH      check a corpus of your own
  selfmassage disclaimer             the medical disclaimer in full
"""
EXIT_CODES: Final = (
    "Exit codes: 0 answered or left normally, 1 internal error, 2 usage, 3 not covered, 4 get help instead, "
    "5 corpus or data invalid, 130 Ctrl-C. A batch is 0 when every line was read."
)
COMMANDS: Final = ("ask", "topics", "corpus", "eval", "disclaimer")
CORPUS_COMMANDS: Final = {
    "check": "say everything that is wrong with a corpus",
    "stats": "count what a corpus holds, and how well its paraphrases find their passages",
    "export": "print a corpus as JSON Lines",
}
EVAL_HELP: Final = (
    "Measure answers on a question set. Exit code 1 means that a measure is significantly worse than the baseline."
)
RANKERS: Final = ("ours", "rank-bm25", "bm25s", "encoder")


class _Parser(argparse.ArgumentParser):
    """Raises UsageError with advice instead of printing usage and exiting."""

    def error(self, message: str) -> NoReturn:
        unknown = re.search(r"COMMAND: invalid choice: '(.*?)'", message)
        if not unknown:
            raise UsageError(f"{self.prog}: {message}. Try: {self.prog} --help")
        close = get_close_matches(unknown[1], COMMANDS, n=1)
        advice = f'Did you mean "{close[0]}"?' if close else "To ask something: selfmassage ask YOUR QUESTION."
        raise UsageError(f'selfmassage: no command "{unknown[1]}". {advice} All commands: selfmassage --help')


def build_parser() -> argparse.ArgumentParser:
    """The whole command line as an argparse parser; the chosen commands stand in `command` and `corpus_command`."""
    parser = _Parser(
        prog="selfmassage",
        usage="selfmassage [OPTIONS] [COMMAND ...]",
        description=HELP,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"selfmassage {__version__}")
    parser.add_argument("--debug", action="store_true", help="show the traceback of an internal error")
    parser.add_argument("--corpus", metavar="PATH", help="answer from this folder, TOML or JSON Lines file instead")
    parser.add_argument("--json", action="store_true", help="one JSON object per reply")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", prog="selfmassage", parser_class=_Parser)
    _add_ask(commands.add_parser("ask", help="answer one question", description="Answer one question."))
    _add_topics(commands.add_parser("topics", help="what is covered", description="List topics, or one's questions."))
    _add_corpus(commands.add_parser("corpus", help="check or count a corpus", description="Look after a corpus."))
    _add_eval(commands.add_parser("eval", help="measure answers", description=EVAL_HELP))
    commands.add_parser("disclaimer", help="the disclaimer in full", description="Print the medical disclaimer.")
    return parser


def _add_corpus_option(parser: argparse.ArgumentParser) -> None:
    # SUPPRESS: without it the subcommand's default would overwrite an option given before the command.
    parser.add_argument(
        "--corpus",
        metavar="PATH",
        default=argparse.SUPPRESS,
        help="use this folder, TOML or JSON Lines file instead of the built-in corpus",
    )


def _add_json_option(parser: argparse.ArgumentParser, about: str) -> None:
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help=about)


def _add_ask(ask: argparse.ArgumentParser) -> None:
    ask.add_argument("words", nargs="*", metavar="WORDS", help="the question; - reads it from standard input")
    ask.add_argument("--top", type=_positive, metavar="K", help="show up to K answers in full (default 1)")
    _add_json_option(ask, "the reply as one JSON object")
    _add_corpus_option(ask)


def _add_topics(topics: argparse.ArgumentParser) -> None:
    topics.add_argument("words", nargs="*", metavar="WORD", help="a topic, in your own words")
    _add_corpus_option(topics)


def _add_corpus(corpus: argparse.ArgumentParser) -> None:
    commands = corpus.add_subparsers(
        dest="corpus_command",
        metavar="|".join(CORPUS_COMMANDS),
        prog="selfmassage corpus",
        required=True,
        parser_class=_Parser,
    )
    for name, about in CORPUS_COMMANDS.items():
        command = commands.add_parser(name, help=about, description=f"{about.capitalize()}.")
        command.add_argument("path", nargs="?", metavar="PATH", help="folder, TOML or JSON Lines (default: built-in)")
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
    _add_json_option(evaluate, "the figures as one JSON object")
    _add_corpus_option(evaluate)


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number of 1 or more")
    return int(text)
