"""Text to terms: normalise, split into words, stem, and add the lexicon's terms. Knows nothing of ranking.

One function serves passages and questions, so the two can never drift apart.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from chatbot.language.lexicon import Lexicon, Mention
from chatbot.language.stopwords import STOP_WORDS

MAX_WORDS: Final = 2_000
"""Words of one text that are analysed; what comes after is left out, so that no input costs more than this."""

_WORD: Final = re.compile(r"[^\W_]+")
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_local = threading.local()


def words(text: str) -> list[str]:
    """The words of a text: compatibility forms folded, case folded, accents dropped, apostrophes closed up."""
    folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    if not folded.isascii():
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return _WORD.findall(folded.replace("'", ""))[:MAX_WORDS]


def stem(word: str) -> str:
    """The Porter2 stem of a word (Snowball's English algorithm, M. F. Porter 2001)."""
    try:
        stemmer = _local.stemmer
    except AttributeError:
        import Stemmer  # one per thread: a Snowball stemmer must not be entered twice at once

        stemmer = _local.stemmer = Stemmer.Stemmer("english")
    result: str = stemmer.stemWord(word)
    return result


@cache
def stop_stems() -> frozenset[str]:
    """The stems of the stop words."""
    return frozenset(stem(word) for word in STOP_WORDS)


@dataclass(frozen=True, slots=True)
class Analysis:
    """A text taken apart. `stems` runs beside `words`; `mentions` are the lexicon's terms found in it, in order."""

    words: tuple[str, ...]
    stems: tuple[str, ...]
    mentions: tuple[Mention, ...]

    @property
    def terms(self) -> list[str]:
        """What is indexed and looked up: every stem, then every lexicon term with a leading `=`."""
        return [*self.stems, *(f"={mention.term}" for mention in self.mentions)]

    @property
    def content_terms(self) -> list[str]:
        """The terms without stop words."""
        stops = stop_stems()
        return [term for term in self.terms if term not in stops]


def analyse(text: str, lexicon: Lexicon) -> Analysis:
    """Take a text apart; `lexicon` may be empty."""
    return analyse_words(words(text), lexicon)


def analyse_words(found: Sequence[str], lexicon: Lexicon) -> Analysis:
    """The same, for a text that is already split into words (after spelling correction, for example)."""
    stems = tuple(stem(word) for word in found)
    return Analysis(tuple(found), stems, tuple(lexicon.find(stems)))


def stem_phrase(phrase: str) -> tuple[str, ...]:
    """The stems of a lexicon phrase."""
    return tuple(stem(word) for word in words(phrase))


def distinct(items: Iterable[str]) -> list[str]:
    """The items without repeats, in order of first appearance."""
    return list(dict.fromkeys(items))
