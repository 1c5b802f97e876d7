"""What corpus files may hold, as pydantic models: the border where other people's data come in."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from chatbot.language.lexicon import TermKind
from chatbot.models import Level
from chatbot.safety.context import CUES
from chatbot.safety.phrases import take_apart

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def _one_line(text: str) -> str:
    """White space folded; other control, direction and zero-width characters dropped, so none reaches a terminal."""
    return _CONTROL.sub("", " ".join(text.split()))


Line = Annotated[str, AfterValidator(_one_line), StringConstraints(strip_whitespace=True, min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]


def _as_step(step: Any) -> Any:
    return {"text": step} if isinstance(step, str) else step


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Lines = Annotated[list[Line], BeforeValidator(_as_list)]


class Strict(BaseModel):
    """A table that refuses keys it does not know."""

    model_config = ConfigDict(extra="forbid")


class StepEntry(Strict):
    """A step: a string, or a table with a time."""

    text: Line
    seconds: Annotated[int, Field(gt=0, le=3600)] | None = None
    each_side: bool = False


class PassageEntry(Strict):
    """One `[[passage]]`; only `question` and `answer` are required."""

    id: Slug = ""
    question: Line
    answer: Line
    also_asked: Lines = []
    steps: list[Annotated[StepEntry, BeforeValidator(_as_step)]] = []
    dose: Annotated[str, AfterValidator(_one_line)] = ""
    stop_if: Lines = []
    topics: Lines = []
    cautions: Lines = []
    related: list[Slug] = []
    sources: list[Slug] = []
    checked: date | None = None
    refusal: bool = False


class LoosePassageEntry(PassageEntry):
    """A line of JSON Lines from elsewhere: keys that mean nothing here are passed over."""

    model_config = ConfigDict(extra="ignore")


class SourceEntry(Strict):
    """One `[[source]]` of `sources.toml`."""

    id: Slug
    publisher: Line
    title: Line
    year: Annotated[int, Field(ge=1800, le=2100)] | None = None
    url: Annotated[str, StringConstraints(pattern=r"^(https?://\S+)?$")] = ""
    accessed: Annotated[str, BeforeValidator(str), StringConstraints(pattern=r"^(\d{4}-\d{2}(-\d{2})?)?$")] = ""
    note: Annotated[str, AfterValidator(_one_line)] = ""


class TermEntry(Strict):
    """One `[[term]]` of `lexicon.toml`."""

    name: Line
    kind: TermKind
    words: Lines = []


class SmallTalkEntry(Strict):
    """One `[[small_talk]]` of `small_talk.toml`: phrases, the reply, and the room for other words beside them."""

    id: Slug
    phrases: Lines
    message: Line
    room: Annotated[int, Field(ge=0, le=100)] = 0


def _fit_to_find(phrase: str) -> str:
    take_apart(phrase.casefold().replace("'", ""))
    return phrase


Phrases = list[Annotated[Line, AfterValidator(_fit_to_find)]]
"""Phrases in the notation of `chatbot.safety.phrases`."""


class RoutineEntry(Strict):
    """One `[[routine]]` of `guides.toml`: passages with steps, in the order they are done."""

    id: Slug
    name: Line
    words: Lines = []
    passages: Annotated[list[Slug], Field(min_length=1)]


class ConceptEntry(Strict):
    """A concept of `red_flags.toml`: phrases, or a union (`any`) of concepts, or concepts `near` each other."""

    phrases: Phrases = []
    any: list[str] = []
    near: list[str] = []
    within: Annotated[int, Field(ge=0, le=100)] = 5
    history: bool = False

    @model_validator(mode="after")
    def _made_of_one_thing(self) -> Self:
        if sum(map(bool, (self.phrases, self.any, self.near))) != 1:
            raise ValueError("give exactly one of phrases, any, near")
        return self


class RuleEntry(Strict):
    """One `[[rule]]` of `red_flags.toml`."""

    id: Slug
    row: str
    level: Level
    tell: Line
    when: Annotated[list[Annotated[list[str], Field(min_length=1)]], Field(min_length=1)]
    unless: list[str] = []
    within: Annotated[int, Field(ge=0, le=1000)] = 0
    sources: Annotated[list[Slug], Field(min_length=1)]
    checked: date


class CautionEntry(Strict):
    """One `[[caution]]` of `cautions.toml`; `topic` is the topic of the passages written for it.

    With `history` it also holds when it lies in the past ("breast cancer in 2015").
    """

    id: Slug
    topic: Line
    said: Annotated[Phrases, Field(min_length=1)]
    text: Line
    history: bool = False
    unsafe: list[Annotated[list[Line], Field(min_length=1)]] = []
    instead: Slug | Literal[""] = ""
    sources: Annotated[list[Slug], Field(min_length=1)]
    checked: date

    @model_validator(mode="after")
    def _has_a_replacement(self) -> Self:
        if self.unsafe and not self.instead:
            raise ValueError("names unsafe answers but no passage to give instead")
        return self


class RedFlagsFile(Strict):
    """The whole of `red_flags.toml`; every name used must be defined, and no concept may be made of itself."""

    lead: dict[Level, Line]
    cue: dict[str, Phrases]
    concept: dict[str, ConceptEntry]
    rule: list[RuleEntry]

    @model_validator(mode="after")
    def _names_hold(self) -> Self:
        if missing := CUES - self.cue.keys():
            raise ValueError(f"cue families missing: {', '.join(sorted(missing))}")
        used = {name for entry in self.concept.values() for name in (*entry.any, *entry.near)}
        used |= {name for rule in self.rule for names in (*rule.when, rule.unless) for name in names}
        if unknown := used - self.concept.keys():
            raise ValueError(f"concepts used but not defined: {', '.join(sorted(unknown))}")
        for name in self.concept:
            self._refuse_circle(name, ())
        return self

    def _refuse_circle(self, name: str, above: tuple[str, ...]) -> None:
        if name in above:
            raise ValueError(f"concept {name} is made of itself")
        for part in (*self.concept[name].any, *self.concept[name].near):
            self._refuse_circle(part, (*above, name))


class TermWeights(Strict):
    """Two learnt tables. `[term_weight]`: how much a term of a question counts against its idf alone (1: as much).
    `[scope_weight]`: how much a term speaks for (above 0) or against a question being one for this corpus.
    """

    term_weight: dict[Line, Annotated[float, Field(gt=0, le=100)]] = {}
    scope_weight: dict[Line, Annotated[float, Field(ge=-100, le=100)]] = {}


class CorpusFile(TermWeights):
    """A TOML file of passages; a single-file corpus may hold its sources and lexicon as well."""

    passage: list[PassageEntry] = []
    source: list[SourceEntry] = []
    term: list[TermEntry] = []
    small_talk: list[SmallTalkEntry] = []
    caution: list[CautionEntry] = []
    routine: list[RoutineEntry] = []
