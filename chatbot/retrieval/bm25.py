"""BM25 weights from rank_bm25: the only module that imports it, and the one place that knows its traps.

rank_bm25 0.2.2 computes lengths, the average length and term frequencies; this adapter keeps them, replaces the idf,
and turns the result into postings that hold each term's finished contribution to each document's score. Adding
contributions gives exactly the sums of `BM25Okapi.get_scores`, without visiting documents that lack the term.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import log
from typing import Final

from rank_bm25 import BM25Okapi

K1: Final = 2.0
B: Final = 0.75


class LuceneBM25(BM25Okapi):  # type: ignore[misc]  # rank_bm25 ships no types
    """BM25Okapi with Lucene's idf, log(1 + (N - n + 0.5) / (n + 0.5)).

    The original idf (Robertson and Sparck Jones) is zero for a term in half of the documents and negative beyond, and
    rank_bm25's floor for it may itself be negative in small collections. In a corpus about massage the word "massage"
    is such a term. Lucene's form (see Kamphuis et al., "Which BM25 Do You Mean?", ECIR 2020, section 2) is positive
    for every term.
    """

    def _calc_idf(self, nd: dict[str, int]) -> None:
        self.idf = {term: log(1 + (self.corpus_size - n + 0.5) / (n + 0.5)) for term, n in nd.items()}


@dataclass(frozen=True, slots=True)
class Postings:
    """An inverted field. The documents of term `i` are `documents[starts[i]:starts[i + 1]]`, ascending; `weights`
    runs beside them and holds the term's BM25 contribution to each; `idf` runs beside `terms` (sorted).
    """

    terms: list[str]
    idf: array[float]
    starts: array[int]
    documents: array[int]
    weights: array[float]


def weigh(documents: Sequence[Iterable[str]], k1: float = K1, b: float = B) -> Postings:
    """Weigh the terms of each document (its terms in order, repeats kept).

    Raises ValueError for no documents at all, where rank_bm25 would divide by zero. Documents without terms, and a
    field in which no document has any, are fine: they are found by nothing.
    """
    if not documents:
        raise ValueError("BM25 needs at least one document")
    # Tokens are handed over ready: rank_bm25's own `tokenizer=` would start a pool of processes.
    model = LuceneBM25([list(terms) for terms in documents], k1=k1, b=b)
    found: dict[str, list[tuple[int, float]]] = {}
    for number, (frequencies, length) in enumerate(zip(model.doc_freqs, model.doc_len, strict=True)):
        for term, frequency in frequencies.items():
            norm = k1 * (1 - b + b * length / model.avgdl)
            weight = model.idf[term] * (frequency * (k1 + 1) / (frequency + norm))
            found.setdefault(term, []).append((number, weight))
    terms = sorted(found)
    starts = array("I", [0])
    numbers, weights = array("I"), array("d")
    for term in terms:
        numbers.extend(number for number, _ in found[term])
        weights.extend(weight for _, weight in found[term])
        starts.append(len(numbers))
    return Postings(terms, array("d", [model.idf[term] for term in terms]), starts, numbers, weights)
