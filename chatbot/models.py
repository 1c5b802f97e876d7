"""The values that cross every border of this package: passages, hits and the four kinds of reply.

Plain frozen dataclasses, so that answering never waits for a validation library to load; pydantic checks what comes
in from files (see `chatbot.corpus.schema`) and accepts these types as they are in models and web frameworks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any, Final, Literal

from chatbot.disclaimer import DISCLAIMER

JSON_SCHEMA: Final = 1
"""Version of the JSON form of a reply. Keys are only ever added under one number."""

NOT_COVERED: Final = "Not covered: no passage here answers that. This tool knows self-massage only."
"""What is said when nothing answers and nothing better is known."""

Level = Literal["emergency", "crisis", "urgent", "see_doctor"]
"""How soon someone must be seen: at once, at once (for thoughts of self-harm), today, before any massage."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact comes from. `accessed` is the day (or month) somebody last read it; `url` may be empty."""

    id: str
    publisher: str
    title: str
    year: int | None = None
    url: str = ""
    accessed: str = ""
    note: str = ""

    def __str__(self) -> str:
        year = f", {self.year}" if self.year else ""
        address = f". {self.url}" if self.url else ""
        return f"{self.title}, {self.publisher}{year}{address}"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do. `seconds` counts for one side, repeats included; None where the step is not timed."""

    text: str
    seconds: int | None = None
    each_side: bool = False

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Passage:
    """One question that the corpus answers, with its answer."""

    id: str
    question: str
    answer: str
    also_asked: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    dose: str = ""
    stop_if: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    checked: date | None = None
    refusal: bool = False
    """A matter this corpus declines on purpose ("book me a massage"): found like any passage, never an answer."""

    @property
    def text(self) -> str:
        """The whole answer as plain text: the direct answer, numbered steps, the dose, when to stop."""
        lines = [self.answer]
        lines += [f"{number}. {step.text}" for number, step in enumerate(self.steps, 1)]
        if self.dose:
            lines.append(f"How much: {self.dose}")
        if self.stop_if:
            lines.append(f"Stop if: {'; '.join(self.stop_if)}.")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Routine:
    """Several passages whose steps are done one after the other; `words` are other words that ask for it."""

    id: str
    name: str
    passages: tuple[str, ...]
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. `score` only orders the hits of one query; it has no scale."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Clue:
    """What one term of a question added to a passage's score.

    `words` are what was typed, `term` is what it was read as (a stem, or a term of the lexicon); `question` and
    `answer` are the parts that came from the passage's question and paraphrases, and from its answer; `learnt` is what
    practice questions taught of it, which may also speak against the passage (below 0).
    """

    words: str
    term: str
    question: float
    answer: float
    learnt: float = 0.0

    @property
    def score(self) -> float:
        """All parts together."""
        return self.question + self.answer + self.learnt


@dataclass(frozen=True, slots=True)
class Why:
    """Why a question was answered with a passage, or not answered.

    The scores of the `clues` add up to the passage's score. `confidence` (0 to 1) is how sure it is that the passage
    answers the question, and `needed` the least at which it is given as an answer.
    """

    question: str
    passage: Passage
    clues: tuple[Clue, ...]
    confidence: float
    needed: float
    about: str | None = None
    corrections: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reply:
    question: str
    cautions: tuple[str, ...] = ()
    disclaimer: str = DISCLAIMER


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(_Reply):
    """Passages that answer the question, best first.

    `about` says what was carried over from earlier turns of a conversation, `corrections` which spellings were read
    as which words (typed, read as).
    """

    hits: tuple[Hit, ...]
    about: str | None = None
    corrections: tuple[tuple[str, str], ...] = ()
    kind: Literal["answer"] = field(default="answer", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCovered(_Reply):
    """The corpus does not answer this.

    `message` says so, and why where the corpus declines the matter on purpose. `nearest` holds up to three passages'
    questions: an offer, not an answer.
    """

    message: str = NOT_COVERED
    nearest: tuple[str, ...] = ()
    kind: Literal["not_covered"] = field(default="not_covered", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation(_Reply):
    """The message sounds dangerous. There is no field that could hold massage advice."""

    level: Level
    rule: str
    message: str
    kind: Literal["escalation"] = field(default="escalation", init=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallTalk(_Reply):
    """A greeting, a thank-you or a question about the assistant itself."""

    message: str
    kind: Literal["small_talk"] = field(default="small_talk", init=False)


Reply = Answer | NotCovered | Escalation | SmallTalk
"""What `Chatbot.ask` returns; told apart by `kind` or by type."""


def reply_to_dict(reply: Reply) -> dict[str, Any]:
    """The JSON form of a reply: plain lists, dictionaries, strings and numbers, with `schema` first."""
    known = {f.name: getattr(reply, f.name) for f in fields(reply)}
    hits: tuple[Hit, ...] = known.pop("hits", ())
    corrections: tuple[tuple[str, str], ...] = known.pop("corrections", ())
    result: dict[str, Any] = {"schema": JSON_SCHEMA, "kind": known.pop("kind")}
    result |= {key: list(value) if isinstance(value, tuple) else value for key, value in known.items()}
    if isinstance(reply, Answer):
        result["hits"] = [_hit_to_dict(hit) for hit in hits]
        result["corrections"] = dict(corrections)
    return result


def why_to_dict(why: Why) -> dict[str, Any]:
    """The JSON form of an explanation."""
    return {
        "id": why.passage.id,
        "confidence": why.confidence,
        "needed": why.needed,
        "about": why.about,
        "corrections": dict(why.corrections),
        "clues": [asdict(clue) for clue in why.clues],
    }


def _hit_to_dict(hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "id": passage.id,
        "question": passage.question,
        "answer": passage.answer,
        "steps": [asdict(step) for step in passage.steps],
        "dose": passage.dose,
        "stop_if": list(passage.stop_if),
        "score": hit.score,
        "sources": [asdict(source) for source in passage.sources],
        "topics": list(passage.topics),
        "checked": passage.checked.isoformat() if passage.checked else None,
    }


def passage_to_dict(passage: Passage) -> dict[str, Any]:
    """The stored form of a passage: sources by id, the date in ISO form; `passage_from_dict` reads it back."""
    return {field.name: getattr(passage, field.name) for field in fields(passage)} | {
        "steps": [asdict(step) for step in passage.steps],
        "sources": [source.id for source in passage.sources],
        "checked": passage.checked.isoformat() if passage.checked else None,
    }


def passage_from_dict(stored: Mapping[str, Any], sources: Mapping[str, Source]) -> Passage:
    """Build a passage from its stored form, with its sources looked up in `sources`."""
    tuples = {key: tuple(stored[key]) for key in ("also_asked", "stop_if", "topics", "cautions", "related")}
    return Passage(
        id=stored["id"],
        question=stored["question"],
        answer=stored["answer"],
        dose=stored["dose"],
        steps=tuple(Step(**step) for step in stored["steps"]),
        sources=tuple(sources[id_] for id_ in stored["sources"]),
        checked=date.fromisoformat(stored["checked"]) if stored["checked"] else None,
        refusal=stored["refusal"],
        **tuples,
    )
