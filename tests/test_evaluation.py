"""Measuring: the figures on a data set small enough to work out by hand, and the built-in one."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from conftest import Ran, run

from chatbot import Chatbot, Corpus
from chatbot.errors import EvaluationError
from chatbot.evaluation import measures
from chatbot.evaluation.dataset import load_dataset, load_messages
from chatbot.evaluation.progress import Progress
from chatbot.evaluation.retrievability import HeldOut, leave_one_out, success_at, weak_passages
from chatbot.evaluation.screening import (
    blind,
    false_alarms,
    recall_by_level,
    recall_by_row,
    screen,
)
from chatbot.evaluation.significance import Share
from chatbot.language.lexicon import EMPTY_LEXICON

QUIET = Progress(io.StringIO())
QUESTIONS = [
    {"id": "q1", "text": "fix a puncture", "expect": "answer", "split": "dev"},
    {"id": "q2", "text": "oil chain how often", "expect": "answer", "split": "test"},
    {"id": "q3", "text": "zebra quagga", "expect": "answer", "split": "test"},
    {"id": "q4", "text": "zebra crossing", "expect": "not_covered", "split": "dev", "tags": ["easy"]},
]
QRELS = "q1 0 puncture 3\nq2 0 brakes 3\nq2 0 chain 1\nq3 0 chain 3\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(map(json.dumps, QUESTIONS)) + "\n")
    (tmp_path / "qrels.txt").write_text(QRELS)
    return questions, tmp_path / "qrels.txt"


def test_figures_worked_out_by_hand(files: tuple[Path, Path], bikes: Path) -> None:
    """q1 finds its answer first; q2's answer comes after a related passage or not at all; q3 finds nothing: 0."""
    results = measures.run(load_dataset(*files), Chatbot(Corpus.load(bikes)), QUIET)

    assert results.retrieval["Success@1"] == {"q1": 1.0, "q2": 0.0, "q3": 0.0}
    assert pytest.approx(1 / 3) == results.means["Success@1"]
    assert results.kinds["not_covered", "not_covered"] == 1
    assert {"q3"} <= {outcome.question.id for outcome in results.wrong_kind()}


def run_eval(files: tuple[Path, Path], bikes: Path, *more: str) -> Ran:
    return run("eval", "--questions", str(files[0]), "--corpus", str(bikes), *more)


def test_eval_prints_the_named_measures(files: tuple[Path, Path], bikes: Path) -> None:
    """The table names what ir-measures names; JSON holds the same figures; a split narrows the questions."""
    text = run_eval(files, bikes)
    figures = json.loads(run_eval(files, bikes, "--json").out)

    assert text.status == 0
    for name in ("Success@1", "Success@3", "RR@10", "nDCG@10"):
        assert name in text.out
        assert f"{figures['measures'][name]:.3f}" in text.out
    assert "1 questions with an answer" in run_eval(files, bikes, "--split", "dev").out


def test_eval_writes_a_trec_run(files: tuple[Path, Path], bikes: Path, tmp_path: Path) -> None:
    """The ranking is written as question Q0 passage rank score name."""
    run_eval(files, bikes, "--run", str(tmp_path / "run.txt"))

    first = (tmp_path / "run.txt").read_text().splitlines()[0].split()
    assert first[:4] == ["q1", "Q0", "puncture", "1"]


@pytest.mark.parametrize(
    ("questions", "qrels", "words"),
    [
        ("{}\n", "", ["questions.jsonl:1", "id"]),
        ("not json\n", "", ["questions.jsonl:1", "not JSON"]),
        (json.dumps(QUESTIONS[0]) + "\n", "", ["no passage is relevant to q1"]),
        (json.dumps(QUESTIONS[0]) + "\n", "q1 0 puncture\n", ["qrels.txt:1"]),
        (json.dumps(QUESTIONS[0]) + "\n", "q1 0 puncture 3\nq9 0 chain 1\n", ["unknown questions (q9)"]),
        ((json.dumps(QUESTIONS[0]) + "\n") * 2, "q1 0 puncture 3\n", ["twice"]),
        ("", "", ["holds no questions"]),
    ],
)
def test_broken_data_is_named(tmp_path: Path, bikes: Path, questions: str, qrels: str, words: list[str]) -> None:
    """One sentence with the file and line, exit code 5."""
    (tmp_path / "questions.jsonl").write_text(questions)
    (tmp_path / "qrels.txt").write_text(qrels)

    ran = run_eval((tmp_path / "questions.jsonl", tmp_path / "qrels.txt"), bikes)

    assert (ran.status, ran.err.count("\n")) == (5, 1)
    for word in words:
        assert word in ran.err


def test_missing_files_are_named(tmp_path: Path) -> None:
    """A file that is not there is an EvaluationError with its name."""
    with pytest.raises(EvaluationError, match=r"nowhere\.jsonl: cannot be read"):
        load_dataset(tmp_path / "nowhere.jsonl", tmp_path / "qrels.txt")


def test_leave_one_out_ranks_the_held_out_line(bikes: Path) -> None:
    """A line that shares words with the rest of its passage finds it; one that shares none cannot."""
    results = leave_one_out(Corpus.load(bikes).passages, EMPTY_LEXICON)

    ranks = {result.line: result.rank for result in results}
    assert ranks["patch an inner tube"] == 1
    assert 0 < success_at(results, 1) <= success_at(results, 3) <= 1
    weak = {passage: rate for passage, rate, _ in weak_passages(results, bar=1.0, depth=1)}
    assert weak == {p: r for p in ("brakes", "chain", "puncture") if (r := rate_of(p, results)) < 1}


def rate_of(passage: str, results: list[HeldOut]) -> float:
    return success_at([result for result in results if result.passage == passage], 1)


def test_the_built_in_set_is_large_enough_and_good(bot: Chatbot) -> None:
    """At least 60 questions with both halves and every kind; the figures do not fall below the floor."""
    from chatbot.builtin import evaluation_folder

    dataset = load_dataset(evaluation_folder() / "questions.jsonl", evaluation_folder() / "qrels.txt")
    results = measures.run(dataset, bot, QUIET)

    assert len(dataset.questions) >= 60
    assert {"dev", "test"} == {question.split for question in dataset.questions}
    assert {question.expect for question in dataset.questions} == {"answer", "not_covered", "small_talk"}
    assert results.means["Success@3"] >= FLOOR


FLOOR = 0.8
"""Success@3 below this means that something broke; the figures themselves stand in eval/README.md."""


def test_the_screen_catches_what_its_rules_were_written_for(bot: Chatbot) -> None:
    """On dev, every emergency its rules began with is caught, 97 in 100 of all, with one false alarm in fifty."""
    from chatbot.builtin import evaluation_folder

    results = screen(load_messages(evaluation_folder() / "red_flags.jsonl", "dev"), bot, QUIET)
    grave = [r for r in results if r.message.level in ("emergency", "crisis")]
    benign = [r for r in results if r.message.level is None]

    assert len(grave) >= 300
    first = [r for r in grave if not {"blind", "mend"} & set(r.message.tags)]
    assert [r.message.text for r in first if r.missed] == []
    assert sum(r.missed for r in grave) <= len(grave) * 3 / 100
    assert sum(r.false_alarm for r in benign) <= len(benign) / 50


def test_the_screen_is_counted_by_level_and_row(bot: Chatbot, tmp_path: Path) -> None:
    """Missed alarms, false alarms, levels and rows are told apart, with history taken into account."""
    rows: list[dict[str, object]] = [
        {"id": "1", "text": "crushing chest pain and my left arm aches", "level": "emergency", "tags": ["RF07"]},
        {"id": "2", "text": "sore feet", "level": "urgent", "tags": ["RF07", "blind"]},
        {"id": "3", "text": "sore feet", "level": None},
        {"id": "4", "text": "i want to end my life", "level": None},
        {"id": "5", "text": "and how often?", "history": ["i want to end my life"], "level": "crisis"},
        {"id": "6", "text": "crushing chest pain and my left arm aches", "level": "see_doctor", "tags": ["RF08"]},
    ]
    (tmp_path / "messages.jsonl").write_text("\n".join(json.dumps(row | {"split": "dev"}) for row in rows))

    results = screen(load_messages(tmp_path / "messages.jsonl"), bot, QUIET)
    levels, by_row = recall_by_level(results), recall_by_row(results)

    assert list(levels) == ["crisis", "emergency", "urgent", "see_doctor"]
    assert [recall.caught for recall in levels.values()] == [Share(1, 1), Share(1, 1), Share(0, 1), Share(1, 1)]
    assert [recall.fits.count for recall in levels.values()] == [1, 1, 0, 0]  # an emergency is two above see_doctor
    assert {name: recall.caught for name, recall in by_row.items()} == {"RF07": Share(1, 2), "RF08": Share(1, 1)}
    assert false_alarms(results) == Share(1, 2)
    assert [result.message.id for result in blind(results)] == ["2"]


def test_the_screen_alone_decides_about_single_messages(bot: Chatbot) -> None:
    """What is measured without asking for an answer is the level that a reply would have had."""
    from chatbot.builtin import evaluation_folder

    messages = [m for m in load_messages(evaluation_folder() / "red_flags.jsonl", "dev") if not m.history][::60]
    levels = [getattr(bot.conversation().ask(message.text), "level", None) for message in messages]

    assert [result.level for result in screen(messages, bot, QUIET)] == levels
    assert set(levels) > {None, "emergency"}
