"""Ranking: a question's terms against two weighted fields. Returns passage numbers and scores, decides nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from math import sqrt
from typing import Final

from chatbot.language.analysis import Analysis, analyse_words
from chatbot.language.spelling import correct
from chatbot.language.words import stop_stems, words
from chatbot.retrieval.index import Field, FieldName, Index

FIELD_WEIGHTS: Final[Mapping[FieldName, float]] = {"question": 2.0, "answer": 0.5}
"""How much each field's BM25 score counts."""

STOP_WORD_WEIGHT: Final = 0.4
"""Question words ("how often", "can i") tell passages apart, but little; the answer field holds none."""

LEXICON_TERM_WEIGHT: Final = 0.7
"""A lexicon term stands beside the words it was found in, so it counts less than a word of its own."""


ASSOCIATION_WEIGHT: Final = 12.0
"""How much the learnt associations count: their score lies between about -1 and 3, that of BM25 may reach 100."""


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready: its analysis after spelling correction, and the weight of each term."""

    analysis: Analysis
    weights: Mapping[str, float]
    corrections: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by number, and its score."""

    number: int
    score: float


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a query finds: answers, best first, and the best of the passages that decline a matter on purpose."""

    answers: list[Ranked]
    refusal: Ranked | None

    @property
    def declined(self) -> bool:
        """Whether a refusal beats every answer."""
        return self.refusal is not None and (not self.answers or self.refusal.score > self.answers[0].score)


def make_query(question: str, index: Index) -> Query:
    """Correct words the corpus does not know, analyse, and weigh."""
    typed = words(question)
    corrections: dict[str, str] = {}
    for word in dict.fromkeys(typed):
        if not index.knows(word):
            meant = correct(word, index.words)
            if meant:
                corrections[word] = meant
    analysis = analyse_words([corrections.get(word, word) for word in typed], index.lexicon)
    return Query(analysis, term_weights(analysis.terms), tuple(corrections.items()))


def term_weights(terms: Iterable[str]) -> dict[str, float]:
    """How much each term of a question counts: its number of occurrences, less for stop words and lexicon terms."""
    stops = stop_stems()
    return {
        term: count * (STOP_WORD_WEIGHT if term in stops else LEXICON_TERM_WEIGHT if term.startswith("=") else 1.0)
        for term, count in Counter(terms).items()
    }


def weighted_fields(query: Query, index: Index) -> Iterator[tuple[Field, dict[str, float]]]:
    """The fields a query is looked up in, each with the factor by which each term's contributions count."""
    for name, field in index.fields.items():
        yield field, {term: FIELD_WEIGHTS[name] * weight * field.learnt(term) for term, weight in query.weights.items()}
    if index.associations:
        yield index.associations, association_factors(query, index.associations)


def association_factors(query: Query, field: Field) -> dict[str, float]:
    """The query as a vector of idf-weighted terms of length `ASSOCIATION_WEIGHT`."""
    parts = {term: weight * (field.idf(term) or 0.0) for term, weight in query.weights.items()}
    length = sqrt(sum(part * part for part in parts.values()))
    return {term: ASSOCIATION_WEIGHT * part / length for term, part in parts.items() if part} if length else {}


def rank(query: Query, index: Index, k: int) -> Ranking:
    """The `k` best answers and the best refusal; equal scores in order of id, passages with no term left out."""
    scores = [0.0] * len(index)
    for field, factors in weighted_fields(query, index):
        for term, factor in factors.items():
            for document, contribution in zip(*field.postings(term), strict=True):
                scores[document] += factor * contribution
    refused = _best(((number, scores[number]) for number in index.refusals), 1)
    answers = ((number, score) for number, score in enumerate(scores) if number not in index.refusals)
    return Ranking(_best(answers, k), refused[0] if refused else None)


def _best(scores: Iterable[tuple[int, float]], k: int) -> list[Ranked]:
    """The `k` best of those that something speaks for."""
    best = nsmallest(k, (found for found in scores if found[1] > 0), key=lambda found: (-found[1], found[0]))
    return [Ranked(number, score) for number, score in best]
