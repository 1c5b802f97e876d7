"""What a follow-up takes over."""

from __future__ import annotations

import pytest

from chatbot.dialogue import leans, names, resolve
from chatbot.language.analysis import Analysis, analyse
from chatbot.language.lexicon import Lexicon, Term, TermKind

TERMS: dict[str, TermKind] = {
    "calf": "region",
    "jaw": "region",
    "lower back": "region",
    "upper back": "region",
    "roller": "tool",
    "ball": "tool",
    "kneading": "technique",
    "cramp": "complaint",
    "pregnancy": "situation",
}
LEXICON = Lexicon.from_terms([Term(name, kind) for name, kind in TERMS.items()])


def read(text: str) -> Analysis:
    return analyse(text, LEXICON)


def carried(before: str, turn: str) -> str | None:
    return names(resolve(read(before), turn, read(turn), LEXICON)[1])


@pytest.mark.parametrize(
    ("turn", "leaning"),
    [
        ("and how often?", True),
        ("what about my jaw", True),
        ("with a ball?", True),
        ("is it normal that it hurts", True),
        ("the other leg", True),
        ("after?", True),
        ("no, the jaw", True),
        ("hm, sorry, i meant the lower back", True),
        ("my calf cramps at night", False),
        ("roller for a tight calf", False),
        ("calf cramp, which ball?", False),
        ("and another thing entirely, my landlord wants the rent for the flat paid weekly", False),
    ],
)
def test_turns_that_lean_on_the_past(turn: str, leaning: bool) -> None:
    """Turns that open like a follow-up, correct or point back lean; those with much matter of their own do not."""
    assert leaning == leans(turn, read(turn))


@pytest.mark.parametrize(
    ("before", "turn", "taken"),
    [
        ("calf cramp with a roller", "and how often?", "calf, cramp, roller"),
        ("calf cramp with a roller", "with a ball?", "calf, cramp"),
        ("calf cramp with a roller", "what about my jaw", "cramp, roller"),
        ("calf", "what about my jaw with a ball", None),
        ("", "and how often?", None),
    ],
)
def test_a_turn_takes_over_what_it_lacks(before: str, turn: str, taken: str | None) -> None:
    """What a turn names itself replaces what was said; the rest lives on."""
    assert taken == carried(before, turn)


@pytest.mark.parametrize(
    ("before", "turn", "terms"),
    [
        ("calf cramp with a roller", "not a roller, a ball", {"calf", "cramp", "ball"}),
        ("kneading the lower back", "no, not lower, upper", {"kneading", "upper back"}),
        ("ball on the calf", "sorry, the jaw i mean", {"ball", "jaw"}),
    ],
)
def test_a_correction_replaces_what_it_corrects(before: str, turn: str, terms: set[str]) -> None:
    """What a correction takes back is gone, and what it says instead stands in its place."""
    own, rest = resolve(read(before), turn, read(turn), LEXICON)

    assert terms == {mention.term for mention in (*own.mentions, *rest.mentions)}


def test_one_of_two_is_the_same_place() -> None:
    """A place named as one of two ("my other calf") is the place it was about."""
    assert carried("lower back and calf", "and my other calf?") == "lower back, calf"


def test_what_is_true_of_one_person_stays_with_her() -> None:
    """A question about somebody else takes over the place but not the pregnancy."""
    assert carried("calf massage with a roller in pregnancy", "and my husband?") == "calf, roller"


def test_a_long_message_stands_on_its_own() -> None:
    """A message of many words is never taken for a follow-up, whatever it is made of."""
    text = "not the " * 100_000

    assert not leans(text, read(text))
