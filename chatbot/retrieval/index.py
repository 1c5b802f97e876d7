"""The compiled index: everything answering needs, in one packed file, and the reader of it.

Two fields are weighed: `question` holds a passage's question with its paraphrases, stop words included; `answer` holds
answer, steps, dose, stop-if and topics without stop words. Reading needs neither numpy nor pydantic.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, Literal

from chatbot.language.analysis import Analysis, analyse
from chatbot.language.lexicon import Lexicon
from chatbot.language.small_talk import SmallTalk, compile_small_talk
from chatbot.language.words import stem
from chatbot.models import Passage, Routine, Source, passage_from_dict, passage_to_dict
from chatbot.retrieval.store import Store, number_bytes, pack

if TYPE_CHECKING:
    from chatbot.corpus.load import Corpus
    from chatbot.retrieval.bm25 import Postings

FieldName = Literal["question", "answer"]
FIELDS: Final[tuple[FieldName, ...]] = ("question", "answer")


def build_index(corpus: Corpus, screen: Mapping[str, Any], digest: str = "") -> bytes:
    """Compile a corpus. `screen` holds the compiled red-flag rules, `digest` names the sources it was made from."""
    from dataclasses import asdict

    from chatbot.retrieval.bm25 import Postings, weigh

    lexicon = Lexicon.from_terms(corpus.terms)
    analyses = {
        name: [[analyse(line, lexicon) for line in field_lines(passage, name)] for passage in corpus.passages]
        for name in FIELDS
    }
    sections = {
        "meta": _json({"name": corpus.name, "digest": digest, "answers": sum(not p.refusal for p in corpus.passages)}),
        "lexicon": _json(lexicon.phrases),
        "screen": _json(screen),
        "small_talk": _json(compile_small_talk(corpus.small_talk)),
        "routines": _json([asdict(routine) for routine in corpus.routines]),
        "sources": _json({id_: asdict(source) for id_, source in corpus.sources.items()}),
        "words": "\n".join(_surface_words(chain.from_iterable(chain(*analyses.values())))).encode(),
    }
    scope = sorted(corpus.scope_weights)
    sections["scope.terms"] = "\n".join(scope).encode()
    sections["scope.weights"] = number_bytes(array("d", [corpus.scope_weights[term] for term in scope]))
    sections["ids"] = "\n".join(passage.id for passage in corpus.passages).encode()
    stored = [_json(passage_to_dict(passage)) for passage in corpus.passages]
    sections["passages"] = b"".join(stored)
    sections["refusals"] = _json([number for number, passage in enumerate(corpus.passages) if passage.refusal])
    sections["passages.starts"] = _starts(stored)
    for name in FIELDS:
        postings = weigh([field_terms(lines, name) for lines in analyses[name]])
        sections |= _field_sections(name, postings, corpus.term_weights)
    if corpus.associations:
        ids = [passage.id for passage in corpus.passages]
        terms, idf, starts, documents, weights = corpus.associations.postings(ids)
        sections |= _field_sections("associations", Postings(terms, idf, starts, documents, weights), {})
    return pack(sections)


def _field_sections(name: str, postings: Postings, learnt: Mapping[str, float]) -> dict[str, bytes]:
    return {
        f"{name}.terms": "\n".join(postings.terms).encode(),
        f"{name}.idf": number_bytes(postings.idf),
        f"{name}.learnt": number_bytes(array("d", [learnt.get(term, 1.0) for term in postings.terms])),
        f"{name}.starts": number_bytes(postings.starts),
        f"{name}.documents": number_bytes(postings.documents),
        f"{name}.weights": number_bytes(postings.weights),
    }


def field_lines(passage: Passage, field: FieldName) -> tuple[str, ...]:
    """The lines of one field of a passage; no phrase is found across two of them."""
    if field == "question":
        return (passage.question, *passage.also_asked)
    steps = (step.text for step in passage.steps)
    return (passage.answer, *steps, passage.dose, *passage.stop_if, *passage.topics)


def field_terms(analyses: Iterable[Analysis], field: FieldName) -> list[str]:
    """The terms of the analysed lines of a field, in order."""
    return [term for line in analyses for term in (line.terms if field == "question" else line.content_terms)]


def _surface_words(analyses: Iterable[Analysis]) -> list[str]:
    """Every word people use in the corpus, commonest first (then by spelling): what spelling correction may offer."""
    counts = Counter(word for line in analyses for word in line.words if word.isalpha())
    return sorted(counts, key=lambda word: (-counts[word], word))


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _starts(parts: Sequence[bytes]) -> bytes:
    starts = array("I", [0])
    for part in parts:
        starts.append(starts[-1] + len(part))
    return number_bytes(starts)


class Field:
    """One inverted field: which passages hold a term, and what the term adds to each one's score."""

    def __init__(self, store: Store, name: str) -> None:
        terms = store.text(f"{name}.terms")
        self._rows = {term: row for row, term in enumerate(terms.split("\n"))} if terms else {}
        self._idf = store.floats(f"{name}.idf")
        self._learnt = store.floats(f"{name}.learnt")
        self._starts = store.counts(f"{name}.starts")
        self._documents = store.counts(f"{name}.documents")
        self._weights = store.floats(f"{name}.weights")

    def terms(self) -> Iterable[str]:
        """Every term of the field."""
        return self._rows

    def __contains__(self, term: str) -> bool:
        return term in self._rows

    def idf(self, term: str) -> float | None:
        """The term's inverse document frequency, or None when no passage has it."""
        row = self._rows.get(term)
        return None if row is None else self._idf[row]

    def learnt(self, term: str) -> float:
        """How much the term counts in a question against its idf alone: the corpus's learnt term weight, else 1."""
        row = self._rows.get(term)
        return 1.0 if row is None else self._learnt[row]

    def postings(self, term: str) -> tuple[memoryview[int], memoryview[float]]:
        """The passages with the term (ascending numbers) and its weight in each; both empty when there is none."""
        row = self._rows.get(term)
        start, end = (0, 0) if row is None else (self._starts[row], self._starts[row + 1])
        return self._documents[start:end], self._weights[start:end]

    def holds(self, term: str, document: int) -> bool:
        """Whether this passage has the term."""
        return self.weight(term, document) != 0.0

    def weight(self, term: str, document: int) -> float:
        """The BM25 contribution of the term to this passage; 0 when the passage lacks it."""
        documents, weights = self.postings(term)
        place = bisect_left(documents, document)
        return weights[place] if place < len(documents) and documents[place] == document else 0.0


class Index:
    """Reads a compiled index; immutable, so one may serve many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.meta: dict[str, Any] = json.loads(store.text("meta"))
        self.fields = {name: Field(store, name) for name in FIELDS}
        self.associations = Field(store, "associations") if "associations.terms" in store else None
        """Which passages a term speaks for, as learnt; None in a corpus that brings none."""
        self.lexicon = Lexicon(json.loads(store.text("lexicon")))
        self.small_talk = SmallTalk(json.loads(store.text("small_talk")))
        self.refusals: frozenset[int] = frozenset(json.loads(store.text("refusals")))
        self._passages = store["passages"]
        self._starts = store.counts("passages.starts")

    def __len__(self) -> int:
        return len(self._starts) - 1

    def passage(self, number: int) -> Passage:
        """Passage `number` (0 to len - 1, in order of id)."""
        stored = json.loads(bytes(self._passages[self._starts[number] : self._starts[number + 1]]))
        return passage_from_dict(stored, self.sources)

    def scope_weight(self, term: str) -> float:
        """How much a term speaks for (above 0) or against a question being one for this corpus, as learnt; else 0."""
        place = bisect_left(self._scope_terms, term)
        known = place < len(self._scope_terms) and self._scope_terms[place] == term
        return self._scope_weights[place] if known else 0.0

    @cached_property
    def _scope_terms(self) -> list[str]:
        return self._store.text("scope.terms").split("\n")

    @cached_property
    def _scope_weights(self) -> memoryview[float]:
        return self._store.floats("scope.weights")

    def number(self, id_: str) -> int | None:
        """The number of the passage with this id, or None."""
        place = bisect_left(self._ids, id_)
        return place if place < len(self._ids) and self._ids[place] == id_ else None

    @cached_property
    def _ids(self) -> list[str]:
        return self._store.text("ids").split("\n")

    def passages(self) -> Iterator[Passage]:
        """Every passage, in order of id."""
        return (self.passage(number) for number in range(len(self)))

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Every source, by id."""
        return {id_: Source(**entry) for id_, entry in json.loads(self._store.text("sources")).items()}

    @cached_property
    def routines(self) -> tuple[Routine, ...]:
        """The guided routines, in the corpus's order."""
        stored = json.loads(self._store.text("routines"))
        return tuple(Routine(r["id"], r["name"], tuple(r["passages"]), tuple(r["words"])) for r in stored)

    @cached_property
    def screen(self) -> dict[str, Any]:
        """The compiled red-flag rules."""
        rules: dict[str, Any] = json.loads(self._store.text("screen"))
        return rules

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Every word of the corpus, commonest first."""
        return tuple(self._store.text("words").split("\n"))

    def knows(self, word: str) -> bool:
        """Whether any passage has this word, in any form."""
        stemmed = stem(word)
        return any(stemmed in field for field in self.fields.values())
