"""What a follow-up takes over."""

from __future__ import annotations

import pytest

from chatbot.dialogue import Frame, carry_over, frame_of, leans, merge
from chatbot.language.analysis import Analysis, analyse
from chatbot.language.lexicon import Lexicon, Term, TermKind

TERMS: dict[str, TermKind] = {"calf": "region", "jaw": "region", "roller": "tool", "ball": "tool", "cramp": "complaint"}
LEXICON = Lexicon.from_terms([Term(name, kind) for name, kind in TERMS.items()])


def read(text: str) -> Analysis:
    return analyse(text, LEXICON)


def frame(text: str) -> Frame:
    return frame_of(read(text).mentions)


@pytest.mark.parametrize(
    ("turn", "leaning"),
    [
        ("and how often?", True),
        ("what about my jaw", True),
        ("with a ball?", True),
        ("is it normal that it hurts", True),
        ("the other leg", True),
        ("my calf cramps at night", False),
        ("roller for tight calves", False),
        ("and another thing entirely, my landlord wants the rent for the flat paid weekly", False),
    ],
)
def test_turns_that_lean_on_the_past(turn: str, leaning: bool) -> None:
    """Turns that open like a follow-up or point back lean; those with much matter of their own do not."""
    assert leaning == leans(turn, read(turn))


@pytest.mark.parametrize(
    ("before", "turn", "carried"),
    [
        ("calf cramp with a roller", "and how often?", ["calf", "cramp", "roller"]),
        ("calf cramp with a roller", "with a ball?", ["calf", "cramp"]),
        ("calf cramp with a roller", "what about my jaw", ["cramp", "roller"]),
        ("calf", "what about my jaw with a ball", []),
        ("", "and how often?", []),
    ],
)
def test_a_turn_takes_over_what_it_lacks(before: str, turn: str, carried: list[str]) -> None:
    """What a turn names itself replaces what was said; the rest lives on."""
    assert carried == carry_over(frame(before), frame(turn))


def test_a_frame_grows_along_a_conversation() -> None:
    """After "with a ball?" the frame holds the region from before and the new tool."""
    after = merge(frame("calf cramp with a roller"), frame("with a ball"))

    assert after.of(("region", "complaint", "tool")) == ["calf", "cramp", "ball"]
