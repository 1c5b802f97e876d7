"""The built-in corpus itself, and the linter that looks after it."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import ROOT, run

from chatbot import Chatbot, Corpus
from chatbot.corpus.check import HOUSE_RULES, check
from chatbot.corpus.readability import grade, syllables

GOOD = """
[[source]]
id = "practice"
publisher = "Common practice"
title = "Taught widely"
[[term]]
name = "calf"
kind = "region"
words = ["calves"]
[[term]]
name = "pregnancy"
kind = "condition"
[[passage]]
id = "calf-hands"
question = "How do I massage my calf with my hands?"
also_asked = ["a1", "b2", "c3", "d4", "e5", "f6", "g7", "h8", "i9", "j10"]
answer = "Sit down, bend the knee, and knead the muscle from the ankle up with both hands. Go slowly, keep breathing."
steps = [
  { text = "Rest your foot on the other knee, or on a stool, so that the calf hangs loose and soft.", seconds = 30 },
  { text = "Squeeze and let go of the muscle, moving up a little each time.", seconds = 60, each_side = true },
]
dose = "3 out of 10, about 3 minutes in all, on most days if it leaves no soreness the next day."
stop_if = ["it hurts sharply", "the leg swells"]
topics = ["calf"]
cautions = ["pregnancy"]
sources = ["practice"]
checked = 2026-11-21
"""


def test_the_built_in_corpus_passes_its_own_check() -> None:
    """`corpus check` finds nothing to say."""
    assert [str(problem) for problem in check(ROOT / "corpus", house_style=True)] == []


def test_the_built_in_corpus_is_as_large_as_promised(builtin_corpus: Corpus) -> None:
    """At least 450 passages and 5,000 paraphrases."""
    assert len(builtin_corpus.passages) >= 450
    assert sum(len(passage.also_asked) for passage in builtin_corpus.passages) >= 5_000


def test_every_passage_is_found_by_its_own_question(bot: Chatbot) -> None:
    """Asking a passage's question brings that passage among the first three (the refusals decline instead)."""
    lost = [
        passage.id
        for passage in bot.passages()
        if not passage.refusal and passage.id not in [hit.passage.id for hit in bot.search(passage.question, 3)]
    ]

    assert lost == []


def corpus_with(tmp_path: Path, old: str = "", new: str = "") -> list[str]:
    assert old in GOOD
    (tmp_path / "good.toml").write_text(GOOD.replace(old, new) if old else GOOD)
    return [str(problem) for problem in check(tmp_path, house_style=True)]


def test_a_good_passage_has_no_problems(tmp_path: Path) -> None:
    """The example the other tests break is fine as it stands."""
    assert corpus_with(tmp_path) == []


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (', "j10"', "", "9 paraphrases"),
        ("with my hands?", "with my hands", "does not end with '?'"),
        ('stop_if = ["it hurts sharply", "the leg swells"]', "", "no dose or stop_if"),
        ('sources = ["practice"]', "", "no sources"),
        ("checked = 2026-11-21", "checked = 2999-01-01", "in the future"),
        ("Sit down", "Sit", "__none__"),
        ("Go slowly", "It cures all. Go slowly", "says 'cures'"),
        ("about 3 minutes", "about 9 minutes", "steps take 150 s"),
        ("about 3 minutes in all", "3 minutes", "no total"),
        ('topics = ["calf"]', 'topics = ["calfs"]', "topic 'calfs'"),
        ('cautions = ["pregnancy"]', 'cautions = ["calf"]', "caution 'calf'"),
        ('words = ["calves"]', 'words = ["pregnancies"]', "stands for both"),
        ("Go slowly, keep breathing.", "Caf\u00e9.", "beyond ASCII"),
        ("answer = ", 'related = ["nowhere"]\nanswer = ', "'nowhere' does not exist"),
        (
            'id = "practice"\n',
            'id = "other"\npublisher = "P"\ntitle = "T"\n[[source]]\nid = "practice"\n',
            "no passage",
        ),
        (
            "Sit down, bend the knee, and knead the muscle from the ankle up with both hands.",
            "Notwithstanding considerable physiological individuality, continuously endeavouring towards "
            "regular respiration habitually facilitates musculoskeletal relaxation and necessitates perseverance, "
            "indefatigability and extraordinarily comprehensive individualised physiotherapeutic supervision.",
            "reads at grade",
        ),
    ],
)
def test_each_house_rule_bites(tmp_path: Path, old: str, new: str, words: str) -> None:
    """Breaking one rule names that rule's problem."""
    problems = corpus_with(tmp_path, old, new)

    assert (problems == []) if words == "__none__" else any(words in problem for problem in problems), problems


def test_two_passages_may_not_claim_one_question(tmp_path: Path) -> None:
    """The same words in another order or case are the same question."""
    (tmp_path / "faq.jsonl").write_text(
        '{"id": "a", "question": "sore calf after running", "answer": "A"}\n'
        '{"id": "b", "question": "After RUNNING: sore calf?", "answer": "B"}\n'
        '{"id": "c", "question": "sore calf before running", "answer": "C"}\n'
    )

    ran = run("corpus", "check", str(tmp_path))

    assert (ran.status, ran.out.count("\n")) == (5, 1)
    assert "is claimed by a too" in ran.out


def test_the_example_in_the_style_guide_is_sound(tmp_path: Path) -> None:
    """The passage shown in corpus/README.md loads."""
    guide = (ROOT / "corpus" / "README.md").read_text()
    example = guide.split("```toml\n")[1].split("```")[0]
    (tmp_path / "example.toml").write_text(example.split("sources = ")[0] + "checked = 2026-11-21\n")

    assert len(Corpus.load(tmp_path).passages) == 1


def test_reading_grade_follows_the_formula() -> None:
    """Flesch-Kincaid by hand: 6 one-syllable words in one sentence; and no words at all."""
    assert pytest.approx(0.39 * 6 + 11.8 - 15.59) == grade("The cat sat on the mat.")
    assert grade("...") == 0.0
    assert [syllables(word) for word in ("knee", "rolled", "muscle", "anatomy")] == [1, 1, 2, 4]


def test_every_house_rule_has_a_docstring() -> None:
    """Each rule says in a sentence what it asks for."""
    assert all(rule.__doc__ for rule in HOUSE_RULES)
