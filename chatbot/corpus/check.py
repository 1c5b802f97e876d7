"""Linting a corpus beyond its schema: the house style, safety of wording, clashes between passages, retrievability.

Every rule is a small generator of problems over the loaded corpus; `check` runs them all. A corpus of somebody else is
held only to what makes it work (`house_style=False`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from itertools import combinations
from os import PathLike
from statistics import median
from typing import Final

from rapidfuzz.fuzz import ratio

from chatbot.corpus.load import Corpus
from chatbot.corpus.readability import grade
from chatbot.errors import CorpusError, Problem
from chatbot.language.words import stem, stop_stems, words
from chatbot.models import Passage

PARAPHRASES: Final = 10
WORDS: Final = range(50, 201)
REFUSAL_WORDS: Final = range(5, 81)
HARDEST_GRADE: Final = 11.0
SAME_WORDING: Final = 92.0
"""Two paraphrases of the same content words are one and the same from this similarity (0 to 100) on."""
TIME_TOLERANCE: Final = 0.2
"""How far the timed steps may lie from the dose's "about N minutes in all"."""

_FORBIDDEN: Final = re.compile(
    r"\b(detox\w*|cures?|heals|guarantee\w*|safe for everyone|always safe|toxins?|miracle)\b", re.I
)
_TOTAL: Final = re.compile(r"about (\d+) minutes? in all")

Rule = Callable[[Corpus], Iterator[Problem]]


def check(path: str | PathLike[str], house_style: bool) -> list[Problem]:
    """Everything wrong with the corpus at `path`, in order of file; an empty list when nothing is."""
    try:
        corpus = Corpus.load(path)
    except CorpusError as error:
        return list(error.problems)
    rules = (*COMMON_RULES, *HOUSE_RULES) if house_style else COMMON_RULES
    found = [problem for rule in rules for problem in rule(corpus)]
    return sorted(found, key=lambda problem: (problem.file, problem.entry))


def stats(corpus: Corpus) -> dict[str, object]:
    """Counts of what a corpus holds."""
    passages = [passage for passage in corpus.passages if not passage.refusal]
    refusals = [passage for passage in corpus.passages if passage.refusal]
    lengths = [len(words(passage.text)) for passage in passages] or [0]
    topics = Counter(topic for passage in passages for topic in passage.topics)
    return {
        "passages": len(passages),
        "paraphrases": sum(len(passage.also_asked) for passage in passages),
        "refusals": len(refusals),
        "wordings of refusals": sum(1 + len(refusal.also_asked) for refusal in refusals),
        "topics": len(topics),
        "sources": len(corpus.sources),
        "lexicon terms": len(corpus.terms),
        "lexicon words": sum(1 + len(term.words) for term in corpus.terms),
        "words a passage (median)": round(median(lengths)),
        "reading grade (median)": f"{median([_grade(passage) for passage in passages] or [0]):.1f}",
    }


def _problem(corpus: Corpus, passage: Passage, what: str, fix: str) -> Problem:
    return Problem(corpus.files[passage.id], what, fix, passage.id)


def duplicate_wording(corpus: Corpus) -> Iterator[Problem]:
    """No two passages may claim the same question: not the same words in any order, nor nearly the same wording."""
    claims: dict[tuple[str, ...], list[tuple[str, Passage]]] = {}
    stops = stop_stems()
    for passage in corpus.passages:
        for line in (passage.question, *passage.also_asked):
            stems = sorted({stem(word) for word in words(line)} - stops) or sorted(words(line))
            claims.setdefault(tuple(stems), []).append((line, passage))
    for lines in claims.values():
        for (one, first), (other, second) in combinations(lines, 2):
            same = sorted(words(one)) == sorted(words(other))
            if first is not second and (same or ratio(one.casefold(), other.casefold()) >= SAME_WORDING):
                yield _problem(corpus, second, f"{other!r} is claimed by {first.id} too", "keep it in one of them")


def unknown_related(corpus: Corpus) -> Iterator[Problem]:
    """Related passages exist."""
    ids = {passage.id for passage in corpus.passages}
    for passage in corpus.passages:
        for other in passage.related:
            if other not in ids or other == passage.id:
                yield _problem(corpus, passage, f"related passage {other!r} does not exist", "name another or none")


def complete(corpus: Corpus) -> Iterator[Problem]:
    """Every passage carries what the house style asks for; a refusal needs paraphrases and a short answer only."""
    for passage in corpus.passages:
        if len(passage.also_asked) < PARAPHRASES:
            count = len(passage.also_asked)
            yield _problem(corpus, passage, f"has {count} paraphrases of {PARAPHRASES}", "add really different ones")
        if not passage.question.endswith("?"):
            yield _problem(corpus, passage, "the question does not end with '?'", "make it a question")
        if passage.steps and not (passage.stop_if and passage.dose):
            yield _problem(corpus, passage, "has steps but no dose or stop_if", "say how much, and when to stop")
        if not passage.refusal and not (passage.sources and passage.topics):
            yield _problem(corpus, passage, "has no sources or no topics", "add them")
        if passage.checked is None or passage.checked > date.today():
            yield _problem(corpus, passage, "checked is missing or in the future", "give the day it was checked")


def readable(corpus: Corpus) -> Iterator[Problem]:
    """Length, reading grade and characters."""
    for passage in corpus.passages:
        count = len(words(passage.text))
        allowed = REFUSAL_WORDS if passage.refusal else WORDS
        if count not in allowed:
            limits = f"{allowed.start} to {allowed.stop - 1}"
            yield _problem(corpus, passage, f"has {count} words", f"keep it within {limits}")
        if _grade(passage) > HARDEST_GRADE:
            yield _problem(corpus, passage, f"reads at grade {_grade(passage):.1f}", "use shorter sentences and words")
        odd = {c for text in (passage.question, *passage.also_asked, passage.text) for c in text if ord(c) > 126}
        if odd:
            yield _problem(
                corpus, passage, f"holds characters beyond ASCII: {sorted(odd)}", "write them in plain ASCII"
            )


def careful_words(corpus: Corpus) -> Iterator[Problem]:
    """No promises and no detox, except where a passage corrects the claim."""
    for passage in corpus.passages:
        match = _FORBIDDEN.search(passage.text)
        if match and "myth" not in passage.topics:
            yield _problem(corpus, passage, f"says {match[0]!r}", "reword it, or mark the passage with the topic myth")


def times_add_up(corpus: Corpus) -> Iterator[Problem]:
    """Timed steps add up to the dose."""
    for passage in corpus.passages:
        seconds = sum((step.seconds or 0) * (2 if step.each_side else 1) for step in passage.steps)
        said = _TOTAL.search(passage.dose)
        if seconds and not said:
            yield _problem(corpus, passage, "timed steps, but no total", "say 'about N minutes in all' in the dose")
        elif said and seconds and abs(int(said[1]) * 60 - seconds) > max(30, TIME_TOLERANCE * seconds):
            yield _problem(corpus, passage, f"steps take {seconds} s, the dose says {said[0]!r}", "make them agree")


def known_terms(corpus: Corpus) -> Iterator[Problem]:
    """Topics and cautions are terms of the lexicon; cautions are conditions or situations, written with hyphens."""
    names = {term.name for term in corpus.terms}
    conditions = {t.name.replace(" ", "-") for t in corpus.terms if t.kind in ("condition", "situation")}
    for passage in corpus.passages:
        for topic in passage.topics:
            if topic not in names:
                yield _problem(corpus, passage, f"topic {topic!r} is not in the lexicon", "use a canonical term")
        for caution in passage.cautions:
            if caution not in conditions:
                yield _problem(corpus, passage, f"caution {caution!r} is no condition of the lexicon", "use one")


def lexicon_is_clear(corpus: Corpus) -> Iterator[Problem]:
    """No phrase of the lexicon stands for two terms."""
    claimed: dict[str, str] = {}
    for term in corpus.terms:
        for phrase in (term.name, *term.words):
            key = " ".join(stem(word) for word in words(phrase))
            if claimed.setdefault(key, term.name) != term.name:
                what = f"{phrase!r} stands for both {claimed[key]!r} and {term.name!r}"
                yield Problem("lexicon.toml", what, "keep it in one of them", term.name)


def sources_are_used(corpus: Corpus) -> Iterator[Problem]:
    """Every source is named by a passage or a red-flag rule."""
    rules = corpus.red_flags["rule"] if corpus.red_flags else []
    used = {source.id for passage in corpus.passages for source in passage.sources}
    named = {id_ for rule in rules for id_ in rule["sources"]}
    for id_ in sorted(corpus.sources.keys() - used - named):
        yield Problem("sources.toml", "no passage and no rule names this source", "use it or take it out", id_)
    for id_ in sorted(named - corpus.sources.keys()):
        yield Problem("red_flags.toml", f"source {id_!r} is unknown", "add it to sources.toml")


def _grade(passage: Passage) -> float:
    return grade(". ".join([passage.answer, *(step.text for step in passage.steps), passage.dose]))


COMMON_RULES: Final[tuple[Rule, ...]] = (duplicate_wording, unknown_related)
HOUSE_RULES: Final[tuple[Rule, ...]] = (
    complete,
    readable,
    careful_words,
    times_add_up,
    known_terms,
    lexicon_is_clear,
    sources_are_used,
)
