"""Text to words, and words to stems."""

from __future__ import annotations

import re
import threading
import unicodedata
from functools import cache, lru_cache
from typing import Final

from chatbot.language.stopwords import STOP_WORDS

MAX_WORDS: Final = 2_000
"""Words of one text that are analysed; what comes after is left out, so that no input costs more than this."""

_WORD: Final = re.compile(r"[^\W_]+")
_APOSTROPHES: Final = str.maketrans({"\u2019": "'", "\u2018": "'", "\u02bc": "'", "`": "'", "\u00b4": "'"})
_local = threading.local()


def words(text: str) -> list[str]:
    """The words of a text: compatibility forms folded, case folded, accents dropped, apostrophes closed up."""
    if text.isascii():
        folded = text.lower().replace("`", "")
    else:
        folded = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
        folded = "".join(c for c in folded if not unicodedata.combining(c))
    return _WORD.findall(folded.replace("'", ""))[:MAX_WORDS]


@lru_cache(maxsize=2**16)  # a corpus repeats its words; the bound keeps strangers' words from piling up
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
