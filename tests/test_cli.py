"""The command line: in process with streams of our own, and as a process where the process matters."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Ran, run

from chatbot import DISCLAIMER, Chatbot
from chatbot.cli import main
from chatbot.disclaimer import DISCLAIMER_LINE
from chatbot.exits import ExitStatus
from chatbot.terminal.console import Console

KNOT = "how do i get rid of a knot between my shoulder blades".split()
DANGER = "sudden chest pain down my left arm, should i massage it"
PROGRAM = (sys.executable, "-m", "chatbot")


def process(*arguments: str, stdin: str = "", cwd: Path = ROOT) -> Ran:
    done = subprocess.run([*PROGRAM, *arguments], input=stdin, capture_output=True, text=True, cwd=cwd, timeout=60)
    return Ran(done.returncode, done.stdout, done.stderr)


def test_ask_prints_a_whole_answer() -> None:
    """Steps, dose, stop-if, sources and the disclaimer line, on standard output."""
    ran = run("ask", *KNOT)

    assert (ran.status, ran.err) == (0, "")
    for part in ("Answer: ", "  1. ", "How much: ", "Stop if: ", "Sources: ", "checked 2026-"):
        assert part in ran.out
    assert ran.out.endswith(DISCLAIMER_LINE + "\n")


def test_ask_as_json_has_the_keys_of_the_contract() -> None:
    """One object with the schema number, the hits and the full disclaimer."""
    ran = run("ask", *KNOT, "--json")
    reply = json.loads(ran.out)

    assert (reply["schema"], reply["kind"], reply["disclaimer"]) == (1, "answer", DISCLAIMER)
    assert {"id", "question", "answer", "steps", "dose", "stop_if", "score", "sources"} <= reply["hits"][0].keys()
    assert {"text", "seconds", "each_side"} == reply["hits"][0]["steps"][0].keys()
    assert run("--json", "ask", *KNOT).out == ran.out


@pytest.mark.parametrize("as_json", [True, False])
def test_top_shows_more_answers_in_full(as_json: bool) -> None:
    """`--top K` gives K answers."""
    ran = run("ask", *KNOT, "--top", "2", *(["--json"] if as_json else []))

    assert (len(json.loads(ran.out)["hits"]) if as_json else ran.out.count("Answer: ")) == 2


def test_not_covered_says_so_and_names_nearest_questions() -> None:
    """Exit code 3, a plain sentence, and questions that could be answered."""
    ran = run("ask", "best", "pizza", "in", "town")

    assert ran.status == 3
    assert "Not covered: " in ran.out
    assert "Nearest questions" in ran.out
    assert ran.out.endswith(DISCLAIMER_LINE + "\n")


def test_an_escalation_carries_no_advice(bot: Chatbot) -> None:
    """Exit code 4, help first, and no sentence of any passage in the output."""
    for arguments in (("ask", DANGER), ("ask", "--json", DANGER)):
        ran = run(*arguments)

        assert ran.status == 4
        assert "emergency number" in ran.out
        assert not [p.id for p in bot.passages() if p.answer in ran.out or any(s.text in ran.out for s in p.steps)]


def test_ask_never_reads_standard_input_unless_told() -> None:
    """Words win; `-` reads the question."""

    class Untouchable(io.StringIO):
        def readline(self, *_: object) -> str:  # type: ignore[override]
            raise AssertionError("standard input was read")

    assert main(["ask", *KNOT], Console(Untouchable(), io.StringIO(), io.StringIO(), {})) == 0
    assert run("ask", "-", stdin=" ".join(KNOT) + "\n").out == run("ask", *KNOT).out


def test_a_batch_gives_one_reply_per_line() -> None:
    """Replies come in order, one line each, with number, kind, id, text and disclaimer; empty lines are passed over."""
    ran = run(stdin=f"sore feet\n\nhello\r\nbest pizza in town\n{DANGER}")

    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert ran.status == 0
    assert [r[:2] for r in rows] == [["1", "answer"], ["3", "small_talk"], ["4", "not_covered"], ["5", "escalation"]]
    assert all(len(row) == 5 and row[4] == DISCLAIMER_LINE for row in rows)


def test_a_batch_as_json_lines() -> None:
    """With --json each line is an object that parses."""
    ran = run("--json", stdin="sore feet\nhello\n")

    assert [json.loads(line)["kind"] for line in ran.out.splitlines()] == ["answer", "small_talk"]


def test_a_strict_batch_ends_with_the_highest_code() -> None:
    """With --strict the kinds count; without it they are data."""
    questions = f"sore feet\n{DANGER}\nbest pizza in town\n"

    assert run("--strict", stdin=questions).status == 4
    assert run("--strict", stdin="sore feet\nbest pizza in town\n").status == 3
    assert run("--strict", stdin="sore feet\n").status == 0
    assert run(stdin=questions).status == 0


def test_a_batch_answers_line_by_line() -> None:
    """A reply is there before the next question is written."""
    with subprocess.Popen(PROGRAM, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdin
        assert child.stdout
        for question in ("sore feet", "hello"):
            child.stdin.write(f"{question}\n")
            child.stdin.flush()
            assert DISCLAIMER_LINE in child.stdout.readline()
        child.stdin.close()


def test_an_empty_batch_is_fine() -> None:
    """No input, no output, no error."""
    assert Ran(0, "", "") == run(stdin="")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask",), ["no question", "Try: selfmassage ask"]),
        (("ask", "  "), ["no question"]),
        (("aks", "foot"), ['no command "aks"', 'Did you mean "ask"']),
        (("my", "neck", "hurts"), ['no command "my"', "selfmassage ask YOUR QUESTION"]),
        (("ask", "foot", "--top", "0"), ["--top", "whole number"]),
        (("ask", "foot", "--colour"), ["--colour", "--help"]),
        (("corpus",), ["check|stats|export"]),
        (("eval", "--split", "half"), ["--split", "half"]),
    ],
)
def test_wrong_words_get_one_sentence(arguments: tuple[str, ...], words: list[str]) -> None:
    """Exit code 2, one line on standard error that says what to do, nothing on standard output."""
    ran = run(*arguments)

    assert (ran.status, ran.out, ran.err.count("\n")) == (2, "", 1)
    for word in words:
        assert word in ran.err


def test_topics_are_listed_and_found_by_lay_words() -> None:
    """All topics with counts; one topic by another name; a suggestion for an unknown one."""
    assert "trapezius (" in run("topics").out
    assert "trapezius (" in run("topics", "traps").out
    missing = run("topics", "trapezus")
    assert missing.status == 3
    assert "Did you mean trapezius" in missing.out


def test_the_disclaimer_is_the_constant() -> None:
    """`disclaimer` prints the whole text and nothing else."""
    assert run("disclaimer").out == DISCLAIMER + "\n"


def test_exit_codes_are_the_documented_ones() -> None:
    """The numbers scripts rely on."""
    assert [int(status) for status in ExitStatus] == [0, 1, 2, 3, 4, 5, 130]


def test_unexpected_errors_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug shows no traceback unless asked for, and exits 1."""

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr("chatbot.assistant.Chatbot.ask", fail)

    ran = run("ask", "foot")

    assert (ran.status, ran.err.count("\n")) == (1, 1)
    with pytest.raises(RuntimeError):
        run("--debug", "ask", "foot")


def test_a_full_disk_is_one_sentence() -> None:
    """When the answer cannot be written, the reason is said on standard error, with exit 1."""
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*PROGRAM, "ask", "foot"], stdout=full, stderr=subprocess.PIPE, text=True, cwd=ROOT, timeout=60
        )

    assert done.returncode == 1
    assert "No space left" in done.stderr
    assert "Traceback" not in done.stderr


def test_as_a_process() -> None:
    """The module runs, answers and exits like the function; a closed pipe leaves nothing on standard error."""
    assert run("ask", *KNOT) == process("ask", *KNOT)
    command = " ".join(f"'{part}'" for part in PROGRAM)
    shell = f"printf 'sore feet\\nstiff neck\\nsore feet\\n%.0s' $(seq 200) | {command} | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert (done.stderr, done.stdout.count("\n")) == ("", 1)


def test_binary_input_is_survived() -> None:
    """Bytes that are no text are read as far as they can be."""
    done = subprocess.run(PROGRAM, input=os.urandom(5000) + b"\nsore feet\n", capture_output=True, cwd=ROOT, timeout=60)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\tanswer\t" in done.stdout.splitlines()[-1]
