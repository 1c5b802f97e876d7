"""Why a passage was found: what each word of a question added to its score."""

from __future__ import annotations

from collections.abc import Iterator

from chatbot.language.analysis import distinct
from chatbot.language.words import stop_stems
from chatbot.models import Clue
from chatbot.retrieval.index import Index
from chatbot.retrieval.search import Query, weighted_fields


def explain(query: Query, index: Index, number: int) -> tuple[Clue, ...]:
    """What each term of the query added to the score of passage `number`, most first; the sum is the score.

    Words with matter of their own that added nothing are listed too, last.
    """
    parts: list[dict[str, float]] = []
    for field, factors in weighted_fields(query, index):
        parts.append({term: factor * field.weight(term, number) for term, factor in factors.items()})
    names = (*index.fields, "learnt")
    clues = [
        Clue(
            words=" ".join(distinct(_said(term, query))),
            term=term.lstrip("="),
            **{name: part.get(term, 0.0) for name, part in zip(names, parts, strict=False)},
        )
        for term in query.weights
    ]
    stops = stop_stems()
    wanted = [clue for clue, term in zip(clues, query.weights, strict=True) if clue.score or term not in stops]
    return tuple(sorted(wanted, key=lambda clue: -clue.score))


def _said(term: str, query: Query) -> Iterator[str]:
    """The words of the question that a term stands for."""
    if term.startswith("="):
        for mention in query.analysis.mentions:
            if mention.term == term[1:]:
                yield from query.analysis.words[mention.start : mention.end]
    else:
        yield from (w for w, s in zip(query.analysis.words, query.analysis.stems, strict=True) if s == term)
