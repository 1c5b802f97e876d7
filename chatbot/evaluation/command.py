"""`selfmassage eval`: from options to a report."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TextIO

from chatbot.assistant import Chatbot
from chatbot.builtin import evaluation_folder
from chatbot.errors import EvaluationError, UsageError
from chatbot.evaluation import baseline
from chatbot.evaluation.dataset import Dataset, load_beir, load_dataset, load_messages
from chatbot.evaluation.files import check_writable, write_whole
from chatbot.evaluation.measures import Results, run, run_scorer
from chatbot.evaluation.page import as_html
from chatbot.evaluation.progress import Progress
from chatbot.evaluation.rankers import INSTALL, RANKERS, installed, make_scorer
from chatbot.evaluation.report import OURS, Report, as_json, as_text, as_trec_run
from chatbot.evaluation.screening import Screened, screen
from chatbot.models import Passage

OpenChatbot = Callable[[str | None], Chatbot]


@dataclass(frozen=True, slots=True)
class Task:
    """What is evaluated on what; `folder` holds the questions, and beside them messages and baseline, if any."""

    dataset: Dataset
    chatbot: Chatbot
    folder: Path

    @property
    def passages(self) -> list[Passage]:
        """What a ranker may return: every passage that is an answer."""
        return [passage for passage in self.chatbot.passages() if not passage.refusal]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The report as text, and whether something got significantly worse."""

    text: str
    worse: bool


def run_evaluation(options: Namespace, open_chatbot: OpenChatbot, stderr: TextIO) -> Verdict:
    """Evaluate as the options say, write the files they name, and return the report."""
    _check(options)
    task = _task(options, open_chatbot)
    report = _report(options, task, Progress(stderr))
    if options.save_baseline:
        baseline.save(_baseline_file(options, task), report.values, report.digest, date.today())
    if options.run_file:
        write_whole(Path(options.run_file), as_trec_run(report.results, report.ranker))
    if options.html_file:
        write_whole(Path(options.html_file), as_html(report))
    return Verdict(as_json(report) if options.json else as_text(report), report.worse)


def _check(options: Namespace) -> None:
    """Raise UsageError for options that do not go together and for files that cannot be written."""
    if options.folder and (options.questions or options.qrels):
        raise UsageError("selfmassage eval: name a FOLDER, or --questions and --qrels, not both.")
    if options.save_baseline and (options.split != "all" or OURS not in _chosen(options)):
        raise UsageError(
            "selfmassage eval: --save-baseline stores all questions of ours. Leave --split and --ranker out."
        )
    if options.save_baseline and options.baseline:
        check_writable(Path(options.baseline))
    for file in (options.run_file, options.html_file):
        if file:
            check_writable(Path(file))


def _chosen(options: Namespace) -> list[str]:
    """The rankers asked for, ours first wherever there is something to compare."""
    named = list(dict.fromkeys(options.ranker or [OURS]))
    if options.compare:
        named += [name for name in RANKERS if name not in named and installed(name)]
    return [OURS, *(name for name in named if name != OURS)] if OURS in named or len(named) > 1 else named


def _task(options: Namespace, open_chatbot: OpenChatbot) -> Task:
    if options.folder:
        return _folder_task(Path(options.folder), options, open_chatbot)
    questions = Path(options.questions) if options.questions else evaluation_folder() / "questions.jsonl"
    qrels = Path(options.qrels) if options.qrels else questions.with_name("qrels.txt")
    return Task(load_dataset(questions, qrels, options.split), open_chatbot(options.corpus), questions.parent)


def _folder_task(folder: Path, options: Namespace, open_chatbot: OpenChatbot) -> Task:
    """A folder laid out as BEIR's, or one with questions.jsonl, qrels.txt and perhaps a corpus."""
    if not folder.is_dir():
        raise EvaluationError(f"{folder}: there is no such folder; check the spelling of the path.")
    if (folder / "queries.jsonl").exists():
        if options.corpus:
            raise UsageError(f"selfmassage eval: {folder} brings its own corpus. Leave --corpus out.")
        passages, dataset = load_beir(folder, options.split)
        return Task(dataset, _chatbot_of(folder.name, passages), folder)
    dataset = load_dataset(folder / "questions.jsonl", folder / "qrels.txt", options.split)
    own = [folder / name for name in ("corpus", "corpus.toml", "corpus.jsonl") if (folder / name).exists()]
    corpus = options.corpus or (str(own[0]) if own else None)
    return Task(dataset, open_chatbot(corpus), folder)


def _chatbot_of(name: str, passages: Sequence[Passage]) -> Chatbot:
    from chatbot.corpus.load import Corpus

    return Chatbot(Corpus(name, tuple(sorted(passages, key=lambda passage: passage.id))))


def _report(options: Namespace, task: Task, progress: Progress) -> Report:
    first, *others = _chosen(options)
    rivals = {name: _rankreplace(name, task, progress) for name in others}
    notes = [*_missing_passages(task), *(_missing_rankers() if options.compare else ())]
    digest = baseline.digest(task.chatbot.passages())
    if first != OURS:
        return Report(first, _rankreplace(first, task, progress), digest=digest, notes=notes, verbose=options.verbose)
    results = run(task.dataset, task.chatbot, progress)
    report = Report(OURS, results, _screened(options, task, progress), rivals, digest=digest, verbose=options.verbose)
    file = _baseline_file(options, task)
    if options.save_baseline:
        return replace(report, notes=[*notes, f"Stored as baseline: {file}"])
    if not options.baseline and not file.exists():
        return replace(
            report, notes=[*notes, f"No baseline to compare with: --save-baseline stores this run in {file}."]
        )
    stored = baseline.load(file)
    return replace(report, notes=notes, baseline=stored, changes=baseline.compare(stored.values, report.values))


def _rankreplace(name: str, task: Task, progress: Progress) -> Results:
    passages = task.passages
    scorer = make_scorer(name, passages, progress)
    results = run_scorer(task.dataset, scorer, [passage.id for passage in passages], progress)
    if not results.outcomes:
        raise EvaluationError(
            f"{task.folder}: no question without history expects an answer; {name} cannot be measured."
        )
    return results


def _screened(options: Namespace, task: Task, progress: Progress) -> list[Screened]:
    messages = task.folder / "red_flags.jsonl"
    return screen(load_messages(messages, options.split), task.chatbot, progress) if messages.exists() else []


def _baseline_file(options: Namespace, task: Task) -> Path:
    return Path(options.baseline) if options.baseline else task.folder / "baseline.json"


def _missing_passages(task: Task) -> list[str]:
    """A note on judged passages that the corpus does not hold: no ranker can find them."""
    known = {passage.id for passage in task.chatbot.passages()}
    gone = sorted({id_ for grades in task.dataset.qrels.values() for id_, grade in grades.items() if grade} - known)
    if not gone:
        return []
    names = ", ".join(gone[:5]) + (" ..." if len(gone) > 5 else "")
    return [f"Judged as relevant but not in this corpus, so never found: {len(gone)} passages ({names})."]


def _missing_rankers() -> list[str]:
    return [
        f"Not compared, because it is not installed: {name} (pip install {INSTALL[name]})."
        for name in RANKERS
        if not installed(name)
    ]
