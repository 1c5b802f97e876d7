"""Spelling correction of words the corpus has never seen. A known word is never changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

SHORTEST: Final = 3
"""Words shorter than this are left alone: too many real words lie one edit away."""

SHORT: Final = 3
"""Words up to this length are only taken for words that have one letter more."""


def correct(word: str, vocabulary: Sequence[str]) -> str | None:
    """The word of `vocabulary` that `word` most likely stands for, or None.

    At most one edit (insertion, deletion, substitution, swap of neighbours) for words of up to seven letters, two for
    longer ones, and the first letter must agree: people rarely miss it, and other real words often differ there. Of
    several as near, the likelier slip wins: the same letters in another order or number, then a letter missing, then
    another letter, then one too many. Ties go to the earlier word, so `vocabulary` should list common words first.
    """
    if len(word) < SHORTEST or not word.isalpha() or word in vocabulary:
        return None
    from rapidfuzz.distance import OSA
    from rapidfuzz.process import extract

    lengths = (len(word) + 1,) if len(word) <= SHORT else range(len(word) - 2, len(word) + 3)
    candidates = [known for known in vocabulary if known[0] == word[0] and len(known) in lengths]
    edits = 1 if len(word) < 8 else 2
    near = extract(word, candidates, scorer=OSA.distance, score_cutoff=edits, limit=None)
    best = min(near, key=lambda found: (found[1], _slip(word, found[0]), found[2]), default=None)
    return best[0] if best else None


def _slip(word: str, meant: str) -> int:
    """How unlikely a slip is that turns `meant` into `word`, from 0."""
    if set(word) == set(meant):
        return 0
    return 1 if len(word) < len(meant) else 2 if len(word) == len(meant) else 3
