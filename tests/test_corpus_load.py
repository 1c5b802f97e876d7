"""Reading other people's corpora, and what is said when they are broken."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import BIKES, run
from hypothesis import given
from hypothesis import strategies as st

from chatbot import Chatbot, Corpus, CorpusError

QUESTION = "how do i patch a flat tyre"


def test_one_toml_file_is_enough(bikes: Path) -> None:
    """Three passages in one file answer questions about them."""
    reply = Chatbot(Corpus.load(bikes)).ask(QUESTION)

    assert reply.kind == "answer"
    assert reply.hits[0].passage.id == "puncture"


def test_a_folder_is_read_whole(bikes: Path, tmp_path: Path) -> None:
    """Every TOML and JSON Lines file in a folder counts."""
    (tmp_path / "more.jsonl").write_text('{"question": "Which saddle height?", "answer": "Heel on the pedal."}\n')

    assert {"puncture", "chain", "brakes", "line-1"} == {p.id for p in Corpus.load(tmp_path).passages}


def test_json_lines_need_question_and_answer_only(tmp_path: Path) -> None:
    """Keys of other tools are passed over; ids are made where there are none."""
    file = tmp_path / "faq.jsonl"
    rows = [
        {"question": "How do I reset my password?", "answer": "Use the link.", "category": "account"},
        {"question": "Where is my order?", "answer": "See the tracking page.", "also_asked": ["parcel missing"]},
        {"id": "refund", "question": "How do I get a refund?", "answer": "Write to us."},
    ]
    file.write_text("\ufeff" + "\r\n".join(json.dumps(row) for row in rows), encoding="utf-8")

    reply = Chatbot(Corpus.load(file)).ask("reset the password")

    assert reply.kind == "answer"
    assert reply.hits[0].passage.id == "line-1"


def test_a_foreign_corpus_is_guarded_too(bikes: Path) -> None:
    """The red-flag screen stays on whatever the corpus is about."""
    reply = Chatbot(Corpus.load(bikes)).ask("crushing chest pain and my left arm hurts, how do i fix a puncture")

    assert reply.kind == "escalation"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", ["is empty", "add passages"]),
        ("# nothing\n", ["holds no passages", "[[passage]]"]),
        ('[[passage]]\nid = "a\n', [":2", "not valid TOML"]),
        ('[[passage]]\nid = "a"\nquestion = "Q?"\n', [":1", "[a]", "'answer' is missing", "add it"]),
        ('[[passage]]\nid = "a"\nquestion = ""\nanswer = "A"\n', [":1", "[a]", "question"]),
        (
            '[[passage]]\nid = "a"\nquestoin = "Q?"\nanswer = "A"\n',
            ["'questoin' is unknown", "did you mean 'question'"],
        ),
        (BIKES + BIKES.split("\n\n")[1], [":16", "id 'chain' is taken by", ":7", "another id"]),
        (BIKES + 'sources = ["nowhere"]\n', [":12", "[brakes]", "source 'nowhere' is unknown"]),
        ('[[pasage]]\nid = "a"\n', ["'pasage' is unknown", "did you mean 'passage'"]),
        ('passage = "text"\n', ["passage is not a list of tables"]),
        ("\x00\x01\x02", ["not valid TOML"]),
    ],
)
def test_a_broken_toml_is_named_in_one_sentence(tmp_path: Path, content: str, words: list[str]) -> None:
    """File, line or entry, what is wrong and what to do stand in one line, with exit code 5."""
    file = tmp_path / "faq.toml"
    file.write_text(content)

    ran = run("ask", "--corpus", str(file), "anything")

    assert ran.status == 5
    assert ran.out == ""
    assert ran.err.count("\n") == 1
    assert "faq.toml" in ran.err
    for word in words:
        assert word in ran.err


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{not json}\n", [":1", "is not JSON"]),
        (b'{"question": "Q?"}\n', [":1", "'answer' is missing"]),
        (b'{"question": "Q?", "answer": "A"}\n[1]\n', [":2", "not a table"]),
        (b"\xff\xfe\x00", ["not UTF-8"]),
        (b"[" * 100_000, [":1", "is not JSON"]),
    ],
)
def test_broken_json_lines_are_named_by_line(tmp_path: Path, content: bytes, words: list[str]) -> None:
    """A broken line is named by its number."""
    file = tmp_path / "faq.jsonl"
    file.write_bytes(content)

    with pytest.raises(CorpusError) as caught:
        Corpus.load(file)

    for word in words:
        assert word in str(caught.value)


def test_a_missing_path_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    """What is not there, and what holds nothing, each get their own sentence."""
    assert "there is no such file or folder" in run("ask", "--corpus", str(tmp_path / "x"), "q").err
    assert "holds no .toml or .jsonl file" in run("ask", "--corpus", str(tmp_path), "q").err


def test_every_problem_is_reported_by_check(tmp_path: Path) -> None:
    """`corpus check` lists all problems, one a line; other commands name the first and count the rest."""
    file = tmp_path / "faq.toml"
    file.write_text('[[passage]]\nquestion = "Q?"\n\n[[passage]]\nanswer = "A"\n')

    checked = run("corpus", "check", str(file))

    assert (checked.status, checked.out.count("\n")) == (5, 2)
    assert "(and 1 more problem)" in run("ask", "--corpus", str(file), "q").err


def test_control_characters_of_a_corpus_are_dropped(tmp_path: Path) -> None:
    """Escape sequences in a foreign corpus never reach a terminal."""
    file = tmp_path / "faq.jsonl"
    file.write_text(json.dumps({"question": "Paint it red?", "answer": "Use \x1b[31mred\x1b]0;title\x07 \u202epaint."}))

    ran = run("ask", "--corpus", str(file), "paint red")

    assert ran.status == 0
    assert not [c for c in ran.out if ord(c) < 32 and c != "\n"]
    assert "\u202e" not in ran.out


@given(st.binary(max_size=200))
def test_any_bytes_load_or_are_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    """No file content whatever does anything but load or raise a CorpusError."""
    for name in ("faq.toml", "faq.jsonl"):
        file = tmp_path_factory.mktemp("any") / name
        file.write_bytes(content)
        with suppress(CorpusError):
            assert Corpus.load(file).passages


def test_export_round_trips(bikes: Path, tmp_path: Path) -> None:
    """What `corpus export` prints can be read back and says the same."""
    file = tmp_path / "exported.jsonl"
    file.write_text(run("corpus", "export", str(bikes)).out)

    assert Corpus.load(bikes).passages == Corpus.load(file).passages
