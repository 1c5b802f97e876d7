"""The decision to answer or to say "not covered".

BM25 scores have no scale, so the decision rests on how much of the question the best passage explains, in units of
idf: the information of the question's content words. Words the corpus has never seen count in full, as if they stood
in a single passage. A logistic model over a handful of such features, learnt on the dev split by
`eval/learn_decision.py`, gives the confidence; its weights stand in `decision.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import exp, log, log1p, sqrt
from pathlib import Path
from typing import Any, Final

from chatbot.language.analysis import distinct
from chatbot.language.words import stop_stems
from chatbot.retrieval.index import Index
from chatbot.retrieval.search import Query, Ranked

ANSWERED: Final = 0.5
"""The least confidence at which a passage is given as an answer."""

ANSWERED_FOLLOW_UP: Final = 0.2
"""The same for a turn that leans on an earlier one: what it carries over is known to be within the subject."""

EXPLAINED: Final = 0.5
"""The least share explained that is answered where there is no lexicon to tell the corpus's subject from others."""

FEATURES: Final = ("explained", "information", "shared_terms", "other_terms", "strength", "length", "rival", "scope")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage as the answer to a question.

    `explained`: the share (0 to 1) of the content words' idf that the passage holds; words found only outside its
    question field count half. `information`: log(1 + the idf it holds in its question field). `shared_terms`: lexicon
    terms of the question that its question field holds; `other_terms`: those it does not. `strength`: its score per
    unit of the question's idf. `length`: log(1 + number of content words). `rival`: the score of the best refusal
    over that of the passage, at most 2. `scope`: see `scope_score`.
    """

    explained: float
    information: float
    shared_terms: float
    other_terms: float
    strength: float
    length: float
    rival: float
    scope: float

    def values(self) -> tuple[float, ...]:
        """The features in the order of `FEATURES`."""
        return tuple(getattr(self, name) for name in FEATURES)


def weigh_evidence(query: Query, index: Index, best: Ranked, refusal: Ranked | None = None) -> Evidence:
    """The evidence for passage `best` as the answer to `query`; `refusal` is the best of the refusals, if any."""
    stops = stop_stems()
    question, answer = index.fields["question"], index.fields["answer"]
    worth = {term: term_worth(term, index) for term in distinct(query.analysis.stems) if term not in stops}
    held = sum(value for term, value in worth.items() if question.holds(term, best.number))
    outside = sum(
        value
        for term, value in worth.items()
        if answer.holds(term, best.number) and not question.holds(term, best.number)
    )
    total = sum(worth.values())
    named = {f"={mention.term}" for mention in query.analysis.mentions}
    shared = sum(question.holds(term, best.number) for term in named)
    return Evidence(
        explained=(held + outside / 2) / total if total else 0.0,
        information=log1p(held),
        shared_terms=float(shared),
        other_terms=float(len(named) - shared),
        strength=best.score / total if total else 0.0,
        length=log1p(len(worth)),
        rival=min(refusal.score / best.score, 2.0) if refusal else 0.0,
        scope=scope_score(query.analysis.terms, index.scope_weight),
    )


def scope_score(terms: Iterable[str], weight: Callable[[str], float]) -> float:
    """How much the words of a question speak for the corpus's subject: the sum of the weights of its distinct terms,
    over the root of their number. A logistic regression over the terms (`eval/learn_decision.py`) without its bias.
    """
    found = set(terms)
    return sum(map(weight, sorted(found))) / sqrt(len(found)) if found else 0.0


def confidence(query: Query, index: Index, best: Ranked, refusal: Ranked | None = None) -> float:
    """How sure it is (0 to 1) that passage `best` answers `query`, when `refusal` is the best of the refusals.

    A corpus without a lexicon has no named subject; there the share explained decides alone, moved so that
    `EXPLAINED` falls on `ANSWERED`.
    """
    evidence = weigh_evidence(query, index, best, refusal)
    if not index.lexicon.phrases:
        return evidence.explained * ANSWERED / EXPLAINED
    model = _model()
    return logistic(evidence.values(), model["weights"], model["bias"])


def in_subject(query: Query, index: Index, number: int) -> float:
    """What share (0 to 1) of a turn's content lies within the subject: lexicon terms, and words of passage `number`.

    1 for a turn without content of its own.
    """
    stops = stop_stems()
    named = {stem for m in query.analysis.mentions for stem in query.analysis.stems[m.start : m.end]}
    worth = {term: term_worth(term, index) for term in distinct(query.analysis.stems) if term not in stops}
    within = sum(
        value
        for term, value in worth.items()
        if term in named or any(field.holds(term, number) for field in index.fields.values())
    )
    return within / sum(worth.values()) if worth else 1.0


def logistic(features: Sequence[float], weights: Mapping[str, float], bias: float) -> float:
    """1 / (1 + exp(-(bias + weights . features)))."""
    total = bias + sum(weights[name] * value for name, value in zip(FEATURES, features, strict=True))
    return 1 / (1 + exp(-max(min(total, 60.0), -60.0)))


def term_worth(term: str, index: Index) -> float:
    """The learnt weight times the idf of a term in the question field, else in the answer field.

    A term of neither counts like one that stands in a single passage.
    """
    for field in index.fields.values():
        idf = field.idf(term)
        if idf is not None:
            return idf * field.learnt(term)
    return log(1 + (len(index) - 0.5) / 1.5)


@cache
def _model() -> dict[str, Any]:
    model: dict[str, Any] = json.loads(Path(__file__).with_name("decision.json").read_bytes())
    return model
