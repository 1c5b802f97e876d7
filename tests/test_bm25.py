"""The BM25 adapter: exact scores, and each trap of rank_bm25 0.2.2 closed."""

from __future__ import annotations

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rank_bm25 import BM25Okapi

from chatbot.retrieval.bm25 import K1, B, LuceneBM25, Postings, weigh

TERMS = st.sampled_from("ache ball calf dose ease foot grip hand".split())
DOCUMENTS = st.lists(st.lists(TERMS, max_size=12), min_size=1, max_size=12)


def plain_bm25(documents: list[list[str]], query: list[str]) -> list[float]:
    """BM25 (Robertson and Zaragoza 2009, equation 3.15, times k1 + 1) with Lucene's idf, written down plainly."""
    average = sum(map(len, documents)) / len(documents)
    scores = []
    for document in documents:
        score = 0.0
        for term in query:
            n = sum(term in other for other in documents)
            frequency = document.count(term)
            if frequency:
                idf = log(1 + (len(documents) - n + 0.5) / (n + 0.5))
                score += idf * frequency * (K1 + 1) / (frequency + K1 * (1 - B + B * len(document) / average))
        scores.append(score)
    return scores


def scores_from(postings: Postings, query: list[str], size: int) -> list[float]:
    scores = [0.0] * size
    for term in query:
        if term in postings.terms:
            row = postings.terms.index(term)
            for place in range(postings.starts[row], postings.starts[row + 1]):
                scores[postings.documents[place]] += postings.weights[place]
    return scores


@given(DOCUMENTS, st.lists(TERMS, max_size=6))
def test_added_contributions_equal_a_plain_bm25(documents: list[list[str]], query: list[str]) -> None:
    """Adding up postings gives the scores of the formula as the literature writes it."""
    expected = plain_bm25(documents, query)

    assert expected == pytest.approx(scores_from(weigh(documents), query, len(documents)), abs=1e-9)


@given(DOCUMENTS.filter(any), st.lists(TERMS, max_size=6))
def test_added_contributions_equal_rank_bm25(documents: list[list[str]], query: list[str]) -> None:
    """Adding up postings gives what rank_bm25's own get_scores gives for the same idf."""
    expected = list(LuceneBM25(documents, k1=K1, b=B).get_scores(query))

    assert expected == pytest.approx(scores_from(weigh(documents), query, len(documents)), abs=1e-9)


def test_no_documents_are_refused_in_words() -> None:
    """An empty collection, where rank_bm25 divides by zero, is a ValueError that says what is missing."""
    with pytest.raises(ZeroDivisionError):
        BM25Okapi([])

    with pytest.raises(ValueError, match="at least one document"):
        weigh([])


def test_documents_without_terms_are_found_by_nothing() -> None:
    """Documents without any term weigh nothing, alone or among others."""
    assert weigh([[], []]).terms == []
    assert list(weigh([[], ["calf"]]).documents) == [1]


def test_a_term_in_every_document_still_counts() -> None:
    """The idf of a common term is positive, where Okapi's would be zero or negative."""
    documents = [["massage", "calf"], ["massage", "neck"], ["massage", "foot"]]

    assert BM25Okapi(documents).idf["massage"] < LuceneBM25(documents).idf["massage"]
    assert all(idf > 0 for idf in weigh(documents).idf)


def test_no_process_pool_is_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tokens are handed over ready, so rank_bm25's pool of processes never starts."""

    def fail(*_: object) -> None:
        raise AssertionError("a pool was started")

    monkeypatch.setattr("rank_bm25.Pool", fail)

    assert weigh([["calf"]]).terms == ["calf"]
