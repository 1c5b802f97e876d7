"""Spelling correction of words the corpus has never seen. A known word is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SHORTEST: Final = 4
"""Words shorter than this are left alone: too many real words lie one edit away."""


def correct(word: str, vocabulary: Sequence[str]) -> str | None:
    """The word of `vocabulary` that `word` most likely stands for, or None.

    At most one edit (insertion, deletion, substitution, swap of neighbours) for words of up to seven letters, two for
    longer ones, and the first letter must agree: people rarely miss it, and other real words often differ there. Ties
    go to the earlier word, so `vocabulary` should list common words first.
    """
    if len(word) < SHORTEST or not word.isalpha() or word in vocabulary:
        return None
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extractOne

    candidates = [known for known in vocabulary if known[0] == word[0] and abs(len(known) - len(word)) <= 2]
    edits = 1 if len(word) < 8 else 2
    best = extractOne(word, candidates, scorer=OSA.distance, score_cutoff=edits)
    return best[0] if best else None
