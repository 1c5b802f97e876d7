"""Finds families of phrases ("concepts") in a message, in one pass over its words.

A phrase is written as words with these marks: `numb*` any word that begins so, `(arm|leg)` one of these, `(my)?` may be
missing, `_` up to three words in between, `65..120` a number in this range, a last `.` the end of the clause. Phrases
become one nondeterministic automaton, kept as plain lists and dictionaries, so that a compiled index can carry it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

GAP: Final = 3
"""How many words a `_` may skip."""

NEVER_SKIPPED: Final = frozenset("no not without never nor".split())
"""Words that a `_` may not skip, because they turn the meaning."""

MAX_TOKENS: Final = 20_000
"""Words and marks of a message that are read; longer ones are read from both ends (see `read`)."""

State = dict[str, Any]
"""Where the automaton goes from here: `w` by word and `p` by word prefix, each to a list of states; `n` by number range
(low, high, state); `g` the states that wait for the word after a gap; `e` the concepts that end here."""

Automaton = list[State]
"""States by number. A match may begin at any word, from state 0."""

_TOKEN: Final = re.compile(r"[^\W_]+|[.!?;\n]|,|:|\(|\)")
_SENTENCE_ENDS: Final = frozenset(".!?;\n")
_APOSTROPHES: Final = re.compile(r"['\u2019\u2018\u02bc`\u00b4]")
_DECIMAL: Final = re.compile(r"(\d)[.,](\d)")
_ELEMENT: Final = re.compile(r"\(([^()]*)\)(\?)?|(\S+)")
_RANGE: Final = re.compile(r"(\d+)\.\.(\d+)")
_SHORTEST_PREFIX: Final = 2


class Found(NamedTuple):
    """A concept found in a message: its name and the tokens it spans (start, end)."""

    concept: str
    start: int
    end: int


def read(message: str) -> list[str]:
    """A message as lower-case words and punctuation marks; sentence ends become `.`, other marks `,`."""
    text = unicodedata.normalize("NFKD", message).casefold()
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.combining(c))
    tokens = _TOKEN.findall(_DECIMAL.sub(r"\1 \2", _APOSTROPHES.sub("", text)))
    if len(tokens) > MAX_TOKENS:
        tokens = [*tokens[: MAX_TOKENS // 2], ".", *tokens[-MAX_TOKENS // 2 :]]
    return [token if token[0].isalnum() else "." if token in _SENTENCE_ENDS else "," for token in tokens]


def build_automaton(concepts: Mapping[str, Iterable[str]]) -> Automaton:
    """The automaton of all phrases of all concepts. Phrases that begin alike share their first states."""
    states: Automaton = [{}]
    known: dict[tuple[tuple[int, ...], str], int] = {}
    for name, phrases in concepts.items():
        for phrase in phrases:
            ends: tuple[int, ...] = (0,)
            for element in _ELEMENT.finditer(phrase.casefold().replace("'", "")):
                place = (ends, element[0].removesuffix("?"))
                if place not in known:
                    known[place] = _add_element(states, ends, element)
                ends = (*ends, known[place]) if element[2] else (known[place],)
            for end in ends:
                if end and name not in states[end].setdefault("e", []):
                    states[end]["e"].append(name)
    return states


def find(tokens: list[str], automaton: Automaton) -> list[Found]:
    """Every concept in the message, in order of its end. A phrase may skip commas but never crosses a sentence."""
    found: list[Found] = []
    active: list[tuple[State, int, int]] = []
    for position, token in enumerate([*tokens, "."]):
        if token in ".,":
            for state, start, _ in active:
                for number in state.get("w", {}).get(".", ()):
                    found.extend(Found(name, start, position) for name in automaton[number].get("e", ()))
            active = [] if token == "." else active
            continue
        following: list[tuple[State, int, int]] = []
        for state, start, skips in [*active, (automaton[0], position, 0)]:
            for number in _step(state, token):
                reached = automaton[number]
                found.extend(Found(name, start, position + 1) for name in reached.get("e", ()))
                following.append((reached, start, 0))
                following.extend((automaton[waiting], start, GAP) for waiting in reached.get("g", ()))
            if skips and token not in NEVER_SKIPPED:
                following.append((state, start, skips - 1))
        active = following
    return found


def _add_element(states: Automaton, ends: tuple[int, ...], element: re.Match[str]) -> int:
    """Add one element of a phrase after the states `ends`; return the state behind it."""
    inner, _, word = element.groups()
    states.append({})
    behind = len(states) - 1
    for end in ends:
        if word == "_":
            states[end].setdefault("g", []).append(behind)
            continue
        for option in [word] if word else inner.split("|"):
            *first, last = option.split()
            here = end
            for symbol in first:
                states.append({})
                _connect(states[here], symbol, len(states) - 1)
                here = len(states) - 1
            _connect(states[here], last, behind)
    return behind


def _connect(state: State, symbol: str, target: int) -> None:
    numbers = _RANGE.fullmatch(symbol)
    if numbers:
        state.setdefault("n", []).append([int(numbers[1]), int(numbers[2]), target])
        return
    kind, key = ("p", symbol[:-1]) if symbol.endswith("*") else ("w", symbol)
    state.setdefault(kind, {}).setdefault(key, []).append(target)


def _step(state: State, token: str) -> Iterator[int]:
    words = state.get("w")
    if words and token in words:
        yield from words[token]
    prefixes = state.get("p")
    if prefixes:
        for length in range(_SHORTEST_PREFIX, len(token) + 1):
            yield from prefixes.get(token[:length], ())
    for low, high, target in state.get("n", ()):
        if token.isdecimal() and len(token) < 5 and low <= int(token) <= high:
            yield target
