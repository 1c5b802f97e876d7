"""The red-flag screen: the engine on small rules, and the real rules on real messages."""

from __future__ import annotations

import re
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot import Chatbot, CorpusError
from chatbot.corpus.load import load_safety
from chatbot.safety.detector import TELL, detect, features
from chatbot.safety.phrases import MAX_TOKENS, Finder, compile_phrases, read
from chatbot.safety.red_flags import Screen, compile_rules

RULES = """
lead = { emergency = "Call now.", urgent = "Today.", see_doctor = "Have it checked.", crisis = "Talk to someone." }
[cue]
cue_negation = ["no", "not", "without"]
cue_not_negation = ["not only"]
cue_gone = ["has gone .", "went away"]
cue_past = ["years ago"]
cue_present = ["now", "again"]
cue_education = ["what are the signs of"]
[concept.numb]
phrases = ["numb*", "cant feel", "no (feeling|sensation)"]
[concept.saddle]
phrases = ["groin", "between (my)? legs", "(private|sitting) parts"]
[concept.saddle_numb]
near = ["numb", "saddle"]
within = 5
[concept.fever]
phrases = ["fever"]
[concept.old]
phrases = ["65..120 (years old)?", "cancer"]
history = true
[concept.risk]
any = ["old"]
[concept.ache]
phrases = ["ache", "cramps _ leg"]
[[rule]]
id = "saddle"
row = "T1"
level = "emergency"
tell = "Go in."
when = [["saddle_numb"]]
sources = ["general"]
checked = 2026-11-21
[[rule]]
id = "risk-ache"
row = "T2"
level = "see_doctor"
tell = "Ask."
when = [["risk", "ache"]]
unless = ["fever"]
sources = ["general"]
checked = 2026-11-21
"""


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Screen:
    file = tmp_path_factory.mktemp("rules") / "red_flags.toml"
    file.write_text(RULES)
    return Screen(compile_rules(load_safety(file.parent)[0]), second_look=False)


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ("my groin is numb", "saddle"),
        ("My GROIN\u2026 numb!", "saddle"),
        ("i can't feel anything between my legs", "saddle"),
        ("numbness since monday in my private parts", "saddle"),
        ("no back pain but i can't feel my groin", "saddle"),
        ("no feeling in the groin", "saddle"),
        ("not only numb in the groin", "saddle"),
        ("groin numb now, it was fine years ago", "saddle"),
        ("no numbness in my groin", None),
        ("no fever, pain or numbness, groin fine", None),
        ("my groin numbness has gone", None),
        ("numb groin years ago", None),
        ("what are the signs of a numb groin", None),
        ("numb fingers", None),
        ("groin ache", None),
        ("numb toes and a long story about something else entirely and then my groin", None),
        ("i am 70 and everything is an ache", "risk-ache"),
        ("cancer years ago, now an ache", "risk-ache"),
        ("i am 40 with an ache", None),
        ("i am 70 with an ache and a fever", None),
        ("70, cramps in my left leg", "risk-ache"),
        ("70, cramps. leg fine", None),
        ("70 and my groin is numb and an ache", "saddle"),
        ("", None),
    ],
)
def test_rules_fire_on_what_a_message_affirms(screen: Screen, message: str, rule: str | None) -> None:
    """Combinations, nearness, negation, the past, teaching, exceptions and levels are all understood."""
    alarm = screen.alarm(message)

    assert rule == (alarm.rule if alarm else None)


def test_an_alarm_says_its_level_first(screen: Screen) -> None:
    """The message is the level's opening followed by the rule's own line."""
    alarm = screen.alarm("my groin is numb")

    assert alarm
    assert (alarm.level, alarm.message) == ("emergency", "Call now. Go in.")


@given(st.text())
@settings(max_examples=10_000, deadline=None)
def test_any_text_can_be_screened(screen: Screen, text: str) -> None:
    """No text makes the screen fail."""
    screen.alarm(text)


def test_no_alarm_holds_a_dose_or_a_step(bot: Chatbot) -> None:
    """Whatever rule fires, its message names no pressure, time or technique to try."""
    rules = bot.index.screen["rules"]
    leads = bot.index.screen["leads"]
    told = [f"{leads[rule['level']]} {rule['tell']}" for rule in rules] + [TELL]
    advice = re.compile(
        r"out of 10|\d+ (seconds|minutes|times)|\b(roll|press|knead|rub) (the|your|it|slowly|gently)", re.I
    )
    forbidding = re.compile(r"\b(not|never|no|nothing|nobody|away|without|leave)\b", re.IGNORECASE)
    sentences = [part for text in told for part in re.split(r"(?<=[.!?]) ", text)]

    assert len(told) > 100
    assert [part for part in sentences if advice.search(part) and not forbidding.search(part)] == []


def test_time_grows_with_length_only(screen: Screen) -> None:
    """Twice the message costs about twice the time, also for text made of half-matches; very long text is bounded."""

    def cost(message: str) -> float:
        start = perf_counter()
        screen.alarm(message)
        return perf_counter() - start

    text = "no numb cant groin between my cramps in my "
    short = min(cost(text * 100) for _ in range(5))

    assert min(cost(text * 400) for _ in range(5)) < 12 * short
    assert len(read(text * 100_000)) <= MAX_TOKENS + 1


@pytest.mark.parametrize(
    ("phrase", "message", "spans"),
    [
        ("(a|b b)? c", "a c b b c c", [(0, 2), (1, 2), (2, 5), (4, 5), (5, 6)]),
        ("ye*", "not yet", [(1, 2)]),
        ("a _ b", "a b a x b a x y z b a x y z w b", [(0, 2), (0, 5), (2, 5), (5, 10)]),
        ("a (x)? _ b", "a x 1 2 3 b", [(0, 6)]),
        ("7..9 b", "8 b 10 b", [(0, 2)]),
        ("a .", "a, a b a", [(0, 1), (4, 5)]),
        ("a b", "a, b. a. b", [(0, 3)]),
    ],
)
def test_the_phrase_notation(phrase: str, message: str, spans: list[tuple[int, int]]) -> None:
    """Alternatives, optional words, prefixes, gaps, ranges and clause ends match where they should."""
    found = Finder(compile_phrases({"x": [phrase]})).find(read(message))

    assert sorted({(f.start, f.end) for f in found}) == spans


def test_the_model_sees_words_pairs_and_concepts() -> None:
    """Stems, neighbouring pairs with at most one word between, and concepts; an empty message has no features."""
    assert features("Numb groin now", ["saddle"]) == {
        "numb", "groin", "now", "numb_groin", "groin_now", "numb_*_now", "concept:saddle",
    }  # fmt: skip
    assert features("", []) == set()


def test_length_alone_raises_no_alarm() -> None:
    """The same harmless words again and again never add up to an alarm."""
    assert detect("my calves are a bit tight after a run " * 40, []) is None


def test_the_second_look_adds_alarms_and_takes_none_away(bot: Chatbot) -> None:
    """Whatever the rules catch is caught at the same level with the second look on."""
    rules, both = Screen(bot.index.screen, second_look=False), Screen(bot.index.screen)
    for message in (
        "crushing chest pain and my left arm aches",
        "i want to end my life",
        "one calf is swollen and hot",
    ):
        alarm = rules.alarm(message)

        assert alarm
        assert alarm == both.alarm(message)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("near = [", 'near = ["nowhere", '), "concepts used but not defined: nowhere"),
        (('any = ["old"]', 'any = ["risk"]'), "made of itself"),
        (('cue_gone = ["has gone .", "went away"]', ""), "cue families missing: cue_gone"),
        (('level = "emergency"', 'level = "panic"'), "level"),
        (("within = 5", 'phrases = ["x"]'), "exactly one of"),
    ],
)
def test_broken_rules_are_refused(tmp_path: Path, change: tuple[str, str], words: str) -> None:
    """A rules file that cannot work is refused with the reason."""
    file = tmp_path / "red_flags.toml"
    assert change[0] in RULES
    file.write_text(RULES.replace(*change, 1))

    with pytest.raises(CorpusError) as caught:
        load_safety(file.parent)

    assert any(words in str(problem) for problem in caught.value.problems)


def test_no_alarm_is_raised_by_the_passages_themselves(bot: Chatbot) -> None:
    """Ordinary questions of the corpus set off no alarm: at most one in a hundred, all of them in passages on help."""
    questions = [(p.id, p.question) for p in bot.passages()]
    alarms = [(id_, question) for id_, question in questions if bot.alarm(question)]

    assert len(alarms) <= len(questions) / 100, alarms
