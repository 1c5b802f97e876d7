"""What each command does: from parsed arguments to text on the console and an exit status.

Every action imports what it needs when it runs, so that no command pays for another.
"""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot.arguments import SETTING_OPTIONS, build_parser, fitted, subcommands
from chatbot.errors import Problem, UsageError
from chatbot.exits import ExitStatus
from chatbot.settings import Chosen, choose, leave_no_trace, state_folder
from chatbot.terminal.console import Console
from chatbot.terminal.style import Style

if TYPE_CHECKING:
    from chatbot.assistant import Chatbot
    from chatbot.models import Reply
    from chatbot.terminal.diary import Diary


@dataclass(frozen=True, slots=True)
class Call:
    """One use of the command: what was typed, where it is read and written, which settings hold."""

    options: Namespace
    console: Console
    chosen: Chosen

    @property
    def style(self) -> Style:
        """The layout for this console."""
        return Style(self.console.width, self.console.styled)

    @property
    def text(self) -> str:
        """The words after the command."""
        return " ".join(self.options.words)

    @property
    def folder(self) -> Path:
        """Where history and feedback are kept if somebody asked for them."""
        return state_folder(self.console.environment)

    def chatbot(self) -> Chatbot:
        """The chatbot over the corpus that was named, or the built-in one."""
        return self.chatbot_over(self.options.corpus)

    def chatbot_over(self, path: str | None) -> Chatbot:
        """The chatbot over the corpus at `path`, or the built-in one."""
        from chatbot.assistant import Chatbot

        if path is None:
            return Chatbot()
        from chatbot.corpus.load import Corpus

        return Chatbot(Corpus.load(path))

    def diary(self) -> Diary:
        """What may be kept of a chat."""
        from chatbot.terminal.diary import Diary

        return Diary(self.folder, self.chosen.settings, self.options.private)


def perform(options: Namespace, console: Console) -> ExitStatus:
    """Do what the parsed command line asks for."""
    name = f"corpus {options.corpus_command}" if options.command == "corpus" else options.command
    if name == "help":
        return _help(options, console)
    call = Call(options, console, _choose(options, console))
    if name != "doctor":  # which lists them itself
        for warning in call.chosen.warnings:
            console.notice(warning)
    return ACTIONS[name](call)


def _choose(options: Namespace, console: Console) -> Chosen:
    """Settle the settings and tell the console."""
    given = {name: value for name in SETTING_OPTIONS if (value := getattr(options, name)) is not None}
    chosen = choose(console.environment, given, options.config)
    if options.private:
        chosen = leave_no_trace(chosen)
    console.settings = chosen.settings
    console.options = frozenset(given)
    return chosen


def _status(reply: Reply | None) -> ExitStatus:
    kinds = {"not_covered": ExitStatus.NOT_COVERED, "escalation": ExitStatus.ESCALATION}
    return kinds.get(reply.kind, ExitStatus.OK) if reply else ExitStatus.OK


def _ask(call: Call) -> ExitStatus:
    from chatbot.assistant import HITS
    from chatbot.terminal.render import render, render_json, render_why
    from chatbot.terminal.session import OFFERED

    options, console = call.options, call.console
    question = " ".join(console.lines()) if options.words == ["-"] else call.text
    if not question.strip():
        raise UsageError("selfmassage ask: no question. Try: selfmassage ask how do I loosen a stiff neck")
    full = options.top or 1
    chatbot = call.chatbot()
    reply = chatbot.ask(question, k=options.top or (HITS if options.json else 1 + OFFERED))
    why = chatbot.why(question) if options.why and reply.kind in ("answer", "not_covered") else None
    if options.json:
        console.write(render_json(reply, indent=2 if console.width else None, why=why))
    else:
        console.write(render(reply, call.style, full))
        if why:
            console.write(f"\n{render_why(why, call.style)}")
    if call.chosen.settings.feedback:
        _remark(call, reply)
    return _status(reply)


def _remark(call: Call, reply: Reply) -> None:
    """Keep a question that was not covered, as the user wished; failing at that spoils no answer."""
    from chatbot.feedback import Feedback

    if reply.kind == "not_covered":
        diary = call.diary()
        if not diary.remark(Feedback("not_covered", reply.question)):
            call.console.notice(f"selfmassage: {diary.take_trouble()}")


def _chat_or_batch(call: Call) -> ExitStatus:
    if call.console.interactive and not call.options.json:
        return _chat(call)
    if not call.console.typed and call.console.environment.get("MSYSTEM"):
        # Git Bash and its like hand a pipe to programs, even where a person types.
        call.console.notice("Reading questions, one per line. To chat in this window: selfmassage chat")
    return _batch(call)


def _chat(call: Call) -> ExitStatus:
    from chatbot.terminal.repl import run_chat

    first = " ".join(getattr(call.options, "words", []))
    run_chat(call.chatbot(), call.console, call.diary(), first)
    return ExitStatus.OK


def _batch(call: Call) -> ExitStatus:
    """One question per line, one reply per line, in order, each sent on at once. Empty lines are passed over.

    The kinds of the replies are data here, so the status is 0 unless --strict asks for the highest.
    """
    from chatbot.terminal.render import render_json, render_line

    console = call.console
    chatbot = call.chatbot()
    highest = ExitStatus.OK
    if console.typed:
        console.notice("Reading questions from the terminal, one per line; Ctrl-D ends.")
    for number, line in enumerate(console.lines(), 1):
        if line.strip():
            reply = chatbot.ask(line)
            console.write(render_json(reply) if call.options.json else render_line(number, reply))
            highest = max(highest, _status(reply))
    return highest if call.options.strict else ExitStatus.OK


def _guide(call: Call) -> ExitStatus:
    from chatbot.terminal.guide import Guide, list_routines, plan, routine_guides, script
    from chatbot.terminal.render import render, with_disclaimer
    from chatbot.terminal.repl import leader_for

    chatbot, console = call.chatbot(), call.console
    if not call.text:
        console.write(list_routines(routine_guides(chatbot), call.style, "selfmassage guide"))
        return ExitStatus.OK
    guide = plan(call.text, chatbot, chatbot.ask)
    breathe = call.options.breathe or call.chosen.settings.breathe
    if not isinstance(guide, Guide):
        console.write(render(guide, call.style))
        return _status(guide)
    if console.capable and not call.options.on_paper:
        leader_for(console)(guide, breathe)
        console.write(with_disclaimer("", call.style).strip())
    else:
        console.write(with_disclaimer(script(guide, call.style, breathe), call.style))
    return ExitStatus.OK


def _topics(call: Call) -> ExitStatus:
    from chatbot.assistant import find_topics
    from chatbot.terminal.render import render_topic, render_topics

    chatbot = call.chatbot()
    topics = chatbot.topics()
    if not call.text:
        call.console.write(render_topics(topics, call.style, "selfmassage topics"))
        return ExitStatus.OK
    found = {name: topics[name] for name in find_topics(call.text, topics, chatbot.index)}
    call.console.write(render_topic(call.text, found, topics, call.style))
    return ExitStatus.OK if found else ExitStatus.NOT_COVERED


def _feedback(call: Call) -> ExitStatus:
    import json

    from chatbot.feedback import draft_questions, load, summary

    remarks = load(call.folder)
    if call.options.draft:
        for question in draft_questions(remarks):
            call.console.write(json.dumps(question))
    else:
        call.console.write(summary(remarks))
    return ExitStatus.OK


def _forget(call: Call) -> ExitStatus:
    from chatbot.storage import forget
    from chatbot.terminal.commands import forgotten

    call.console.write(forgotten(len(forget(call.folder))))
    return ExitStatus.OK


def _doctor(call: Call) -> ExitStatus:
    from chatbot.terminal.doctor import report

    call.console.write(report(call.console, call.chosen, call.chatbot(), call.folder))
    return ExitStatus.OK


def _completions(call: Call) -> ExitStatus:
    from chatbot.completions import completion_script

    call.console.write(completion_script(call.options.shell))
    return ExitStatus.OK


def _help(options: Namespace, console: Console) -> ExitStatus:
    """Needs no settings, so that it explains a broken settings file too."""
    from chatbot.manual import TOPICS

    parser = build_parser()
    parsers = subcommands(parser)
    topic = options.topic
    if topic in TOPICS:
        text = TOPICS[topic]()
        console.write(fitted(text, console.width) if console.width else text)
    elif topic is None or topic in parsers:
        console.write((parsers[topic] if topic else parser).format_help().rstrip())
    else:
        known = (*TOPICS, *parsers)
        close = get_close_matches(topic, known, n=1)
        advice = f'Did you mean "{close[0]}"?' if close else f"There are: {', '.join(known)}."
        raise UsageError(f'selfmassage help: nothing is called "{topic}". {advice}')
    return ExitStatus.OK


def _corpus_check(call: Call) -> ExitStatus:
    from chatbot.builtin import corpus_folder
    from chatbot.corpus.check import check

    problems = check(call.options.path or corpus_folder(), house_style=call.options.path is None)
    if call.options.path is None and not problems:
        problems = _untested_rules()
    for problem in problems:
        call.console.write(str(problem))
    call.console.notice(
        f"{len(problems)} problem{'' if len(problems) == 1 else 's'} found." if problems else "No problems found."
    )
    return ExitStatus.CORPUS if problems else ExitStatus.OK


def _untested_rules() -> list[Problem]:
    from chatbot.builtin import corpus_folder, evaluation_folder
    from chatbot.corpus.load import Corpus
    from chatbot.evaluation.dataset import load_messages
    from chatbot.evaluation.screening import untested_rules

    return list(untested_rules(Corpus.load(corpus_folder()), load_messages(evaluation_folder() / "red_flags.jsonl")))


def _corpus_stats(call: Call) -> ExitStatus:
    from chatbot.builtin import corpus_folder
    from chatbot.corpus.check import stats
    from chatbot.corpus.coverage_table import coverage_table
    from chatbot.corpus.load import Corpus
    from chatbot.evaluation.retrievability import leave_one_out, success_at, weak_passages
    from chatbot.language.lexicon import Lexicon

    corpus = Corpus.load(call.options.path or corpus_folder())
    if call.options.table:
        call.console.write(coverage_table(corpus))
        return ExitStatus.OK
    held_out = leave_one_out(corpus.passages, Lexicon.from_terms(corpus.terms))
    found = {f"held out, top {depth}": f"{success_at(held_out, depth):.1%}" for depth in (1, 3)}
    for name, value in (stats(corpus) | found).items():
        call.console.write(f"{name:<26}{value}")
    if call.options.weak:
        for passage, rate, rival in weak_passages(held_out):
            call.console.write(f"{rate:4.0%}  {passage:<44}loses most to {rival}")
    return ExitStatus.OK


def _corpus_export(call: Call) -> ExitStatus:
    import json

    from chatbot.builtin import corpus_folder
    from chatbot.corpus.load import Corpus
    from chatbot.models import passage_to_dict

    for passage in Corpus.load(call.options.path or corpus_folder()).passages:
        call.console.write(json.dumps(passage_to_dict(passage)))
    return ExitStatus.OK


def _eval(call: Call) -> ExitStatus:
    from chatbot.evaluation.command import run_evaluation

    verdict = run_evaluation(call.options, call.chatbot_over, call.console.stderr)
    call.console.write(verdict.text)
    return ExitStatus.ERROR if verdict.worse else ExitStatus.OK


def _disclaimer(call: Call) -> ExitStatus:
    from chatbot.disclaimer import DISCLAIMER

    call.console.write(call.style.paragraphs(DISCLAIMER))
    return ExitStatus.OK


ACTIONS: Final[Mapping[str | None, Callable[[Call], ExitStatus]]] = {
    None: _chat_or_batch,
    "chat": _chat,
    "ask": _ask,
    "guide": _guide,
    "topics": _topics,
    "feedback": _feedback,
    "forget": _forget,
    "doctor": _doctor,
    "completions": _completions,
    "corpus check": _corpus_check,
    "corpus stats": _corpus_stats,
    "corpus export": _corpus_export,
    "eval": _eval,
    "disclaimer": _disclaimer,
}
"""What each command does; without one it is a chat, or a batch when standard input is no terminal."""
