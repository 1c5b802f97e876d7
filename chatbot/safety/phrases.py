"""Finds families of phrases ("concepts") in a message.

A phrase is written as words with these marks: `numb*` any word that begins so, `(arm|leg)` one of these, `(my)?` may be
missing, `_` up to three words in between, `65..120` a number in this range, a last `.` the end of the clause.

Every phrase waits at one of its words, the one that ordinary text holds least often, and is only tried where a message
holds that word. So the cost follows what a message says, not how many phrases there are, and a phrase is taken apart
when it is first tried: a compiled set of phrases is plain text that costs nothing to load.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

from chatbot.language.stopwords import STOP_WORDS

GAP: Final = 3
"""How many words a `_` may skip."""

NEVER_SKIPPED: Final = frozenset("no not without never nor".split())
"""Words that a `_` may not skip, because they turn the meaning."""

MAX_TOKENS: Final = 20_000
"""Words and marks of a message that are read; longer ones are read from both ends (see `read`)."""

SHORTEST_PREFIX: Final = 2

_TOKEN: Final = re.compile(r"[^\W_]+|[.!?;\n]|,|:|\(|\)")
_SENTENCE_ENDS: Final = frozenset(".!?;\n")
_APOSTROPHES: Final = re.compile(r"['\u2019\u2018\u02bc`\u00b4]")
_DECIMAL: Final = re.compile(r"(\d)[.,](\d)")
_ELEMENT: Final = re.compile(r"\(([^()]*)\)(\?)?|(\S+)")
_RANGE: Final = re.compile(r"(\d+)\.\.(\d+)")
_COMMON: Final = 1_000_000
"""What being a function word counts against a word as the place where a phrase waits."""


class Found(NamedTuple):
    """A concept found in a message: its name and the tokens it spans (start, end)."""

    concept: str
    start: int
    end: int


class Element(NamedTuple):
    """One part of a phrase: a gap, or one of some words, beginnings of words and sequences of words.

    `ends` tells that the end of a clause will do as well. `lengths` are the numbers of words it can take.
    """

    words: frozenset[str] = frozenset()
    prefixes: tuple[str, ...] = ()
    sequences: tuple[tuple[str, ...], ...] = ()
    ends: bool = False
    optional: bool = False
    gap: bool = False

    @property
    def lengths(self) -> list[int]:
        """The numbers of words it can take."""
        if self.gap:
            return [0, GAP]
        missing = [0] if self.optional or self.ends else []
        single = [1] if self.words or self.prefixes else []
        return [*missing, *single, *map(len, self.sequences)]

    @property
    def firsts(self) -> frozenset[str]:
        """What a message may hold as its first word: words, and beginnings of words with a `*`."""
        opening = (sequence[0] for sequence in self.sequences)
        return self.words.union(opening, (f"{prefix}*" for prefix in self.prefixes))


class Phrase(NamedTuple):
    """A phrase taken apart.

    `before`: how many words at least and at most stand before the element it waits at. `needed`: for each other element
    that cannot be missing, what a sentence may hold for it (words, and beginnings of words with a `*`).
    """

    elements: tuple[Element, ...]
    before: tuple[int, int]
    needed: tuple[frozenset[str], ...]
    concepts: tuple[str, ...]


def read(message: str) -> list[str]:
    """A message as lower-case words and punctuation marks; sentence ends become `.`, other marks `,`."""
    text = unicodedata.normalize("NFKD", message).casefold()
    if not text.isascii():
        text = "".join(c for c in text if not unicodedata.combining(c))
    tokens = _TOKEN.findall(_DECIMAL.sub(r"\1 \2", _APOSTROPHES.sub("", text)))
    if len(tokens) > MAX_TOKENS:
        tokens = [*tokens[: MAX_TOKENS // 2], ".", *tokens[-MAX_TOKENS // 2 :]]
    return [token if token[0].isalnum() else "." if token in _SENTENCE_ENDS else "," for token in tokens]


def compile_phrases(concepts: Mapping[str, Iterable[str]], usage: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Arrange the phrases of all concepts for a `Finder`; plain lists and dictionaries, fit for JSON.

    `usage` tells how often ordinary text holds a word. `lines` are the phrases, each with the number of the element it
    waits at and the concepts it belongs to; `words` and `prefixes` say which lines wait at a word or a beginning.
    Raise ValueError for a phrase that has no word to wait at, or whose brackets do not fit.
    """
    owners: dict[str, list[str]] = {}
    for name, phrases in concepts.items():
        for phrase in phrases:
            owners.setdefault(phrase.casefold().replace("'", ""), []).append(name)
    lines: list[list[Any]] = []
    words: dict[str, list[int]] = {}
    prefixes: dict[str, list[int]] = {}
    for phrase, names in owners.items():
        elements = take_apart(phrase)
        waiting = _waiting_place(elements, usage or {})
        if waiting is None:
            raise ValueError(f"the phrase {phrase!r} holds no word that it needs")
        for first in sorted(elements[waiting].firsts):
            table, key = (prefixes, first[:-1]) if first.endswith("*") else (words, first)
            table.setdefault(key, []).append(len(lines))
        lines.append([phrase, waiting, sorted(set(names))])
    return {"lines": lines, "words": words, "prefixes": prefixes}


class Finder:
    """Finds compiled phrases in messages. Threads may share one: what it keeps are phrases taken apart."""

    def __init__(self, compiled: Mapping[str, Any]) -> None:
        """`compiled` is the result of `compile_phrases`, possibly read back from JSON."""
        self._lines: list[list[Any]] = compiled["lines"]
        self._by_word: Mapping[str, list[int]] = compiled["words"]
        self._by_prefix: Mapping[str, list[int]] = compiled["prefixes"]
        self._phrases: dict[int, Phrase] = {}

    def find(self, tokens: list[str]) -> list[Found]:
        """Every concept in the message, in order of its end. A phrase may skip commas but never crosses a sentence."""
        waiting = {word: self._waiting_at(word) for word in set(tokens)}
        found: set[Found] = set()
        for sentence in _sentences(tokens):
            words, places = sentence.words, sentence.places
            held = _held(words)
            for position, word in enumerate(words):
                for phrase in waiting[word]:
                    if phrase.needed and any(map(held.isdisjoint, phrase.needed)):
                        continue
                    least, most = phrase.before
                    for start in range(max(position - most, 0), position - least + 1):
                        for end in _ends(phrase.elements, sentence, start):
                            for name in phrase.concepts:
                                found.add(Found(name, places[start], places[end - 1] + 1))
        return sorted(found, key=lambda mention: (mention.end, mention.start, mention.concept))

    def _waiting_at(self, word: str) -> list[Phrase]:
        """The phrases that wait at a word or at a beginning of it."""
        numbers = list(self._by_word.get(word, ()))
        for length in range(SHORTEST_PREFIX, len(word) + 1):
            numbers += self._by_prefix.get(word[:length], ())
        return [self._phrases.get(number) or self._take_apart(number) for number in numbers]

    def _take_apart(self, number: int) -> Phrase:
        phrase = self._phrases[number] = _phrase(*self._lines[number])
        return phrase


def _held(words: list[str]) -> frozenset[str]:
    """The words of a sentence and, with a `*`, all their beginnings."""
    starts = (f"{word[:length]}*" for word in words for length in range(SHORTEST_PREFIX, len(word) + 1))
    return frozenset(chain(words, starts))


class _Sentence(NamedTuple):
    """The words of one sentence without commas, where each stands, and before which of them a clause ends."""

    words: list[str]
    places: list[int]
    breaks: set[int]


def _sentences(tokens: list[str]) -> Iterator[_Sentence]:
    words: list[str] = []
    places: list[int] = []
    breaks: set[int] = set()
    for position, token in enumerate([*tokens, "."]):
        if token not in (".", ","):
            words.append(token)
            places.append(position)
            continue
        breaks.add(len(words))
        if token == "." and words:
            yield _Sentence(words, places, breaks)
            words, places, breaks = [], [], set()


def _ends(elements: tuple[Element, ...], sentence: _Sentence, start: int) -> list[int]:
    """Every word position at which a phrase that begins at `start` can end."""
    words, breaks = sentence.words, sentence.breaks
    count = len(words)
    reached = [start]
    for singles, prefixes, sequences, ends, optional, gap in elements:
        following = reached[:] if optional else []
        for position in reached:
            if gap:
                following += _skips(words, position)
                continue
            if ends and position in breaks:
                following.append(position)
            if position < count:
                word = words[position]
                if word in singles or (prefixes and word.startswith(prefixes)):
                    following.append(position + 1)
                for sequence in sequences:
                    if word == sequence[0] and _continues(sequence, words, position):
                        following.append(position + len(sequence))
        if not following:
            return following
        reached = following if len(following) == 1 else list(dict.fromkeys(following))
    return reached


def _skips(words: list[str], position: int) -> Iterator[int]:
    """Where a gap that begins at `position` may lead."""
    for skipped in range(GAP + 1):
        yield position + skipped
        if position + skipped >= len(words) or words[position + skipped] in NEVER_SKIPPED:
            return


def _continues(sequence: tuple[str, ...], words: list[str], position: int) -> bool:
    """Whether the words at `position` are this sequence; its last may be a beginning."""
    *whole, last = sequence
    end = position + len(whole)
    if end >= len(words) or words[position:end] != whole:
        return False
    return words[end].startswith(last[:-1]) if last.endswith("*") else words[end] == last


def take_apart(phrase: str) -> tuple[Element, ...]:
    """The elements of a phrase (lower case, without apostrophes). Raise ValueError for brackets that do not fit."""
    elements = []
    for match in _ELEMENT.finditer(phrase):
        inner, optional, word = match.groups()
        if word is not None and set(word) & set("()|?"):
            raise ValueError(f"the brackets of the phrase {phrase!r} do not fit; they cannot stand in one another")
        options = [option.split() for option in inner.split("|")] if word is None else [[word]]
        if not all(options):
            raise ValueError(f"the phrase {phrase!r} has an empty choice; take a | out, or write (...)? instead")
        elements.append(Element(gap=True) if word == "_" else _element(options, optional is not None))
    return tuple(elements)


def _element(options: Iterable[list[str]], optional: bool) -> Element:
    words: set[str] = set()
    prefixes: list[str] = []
    sequences: list[tuple[str, ...]] = []
    for option in options:
        numbers = _RANGE.fullmatch(option[0])
        if len(option) > 1:
            sequences.append(tuple(option))
        elif numbers:
            words.update(str(number) for number in range(int(numbers[1]), int(numbers[2]) + 1))
        elif option[0].endswith("*"):
            prefixes.append(option[0][:-1])
        else:
            words.add(option[0])
    return Element(frozenset(words - {"."}), tuple(prefixes), tuple(sequences), "." in words, optional)


def _phrase(text: str, waiting: int, concepts: Iterable[str]) -> Phrase:
    elements = take_apart(text)
    lengths = [element.lengths for element in elements[:waiting]]
    needed = tuple(e.firsts for number, e in enumerate(elements) if number != waiting and _is_needed(e))
    return Phrase(elements, (sum(map(min, lengths)), sum(map(max, lengths))), needed, tuple(concepts))


def _is_needed(element: Element) -> bool:
    return not (element.gap or element.optional or element.ends)


def _waiting_place(elements: tuple[Element, ...], usage: Mapping[str, int]) -> int | None:
    """The number of the element that ordinary text holds least often, among those that cannot be missing."""
    costs = [
        (sum(_cost(first, usage) for first in element.firsts), number)
        for number, element in enumerate(elements)
        if _is_needed(element)
    ]
    return min(costs)[1] if costs else None


def _cost(first: str, usage: Mapping[str, int]) -> int:
    if first.endswith("*"):
        return 1 + sum(count for word, count in usage.items() if word.startswith(first[:-1]))
    return 1 + usage.get(first, 0) + _COMMON * (first in STOP_WORDS)
