"""Questions and judgements as files: `questions.jsonl` and TREC qrels."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot.errors import EvaluationError
from chatbot.models import Level

Split = Literal["dev", "test", "all"]
M = TypeVar("M", bound=BaseModel)


class Question(BaseModel):
    """One line of `questions.jsonl`: what is asked (after what), and what kind of reply is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    history: tuple[str, ...] = ()
    expect: Literal["answer", "not_covered", "escalation", "small_talk"]
    level: Level | None = None
    split: Literal["dev", "test"]
    tags: tuple[str, ...] = ()


class Message(BaseModel):
    """One line of `red_flags.jsonl`: a message to screen, and the level it must escalate to (None: it must not)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    history: tuple[str, ...] = ()
    level: Level | None
    split: Literal["dev", "test"]
    tags: tuple[str, ...] = ()


class Practice(BaseModel):
    """One line of `practice.jsonl`: what the learners learn from, never a measure of quality.

    `passage` is the one it was written for; `standalone` says what the last turn of a dialogue means.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    text: str
    history: tuple[str, ...] = ()
    standalone: str | None = None
    expect: Literal["answer", "not_covered", "small_talk"]
    passage: str | None = None
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions, and for each that expects an answer the grade (0 to 3) of the judged passages."""

    questions: tuple[Question, ...]
    qrels: Mapping[str, Mapping[str, int]]


def load_dataset(questions: Path, qrels: Path, split: Split = "all") -> Dataset:
    """Read both files and check that they fit each other. Raise EvaluationError naming file and line."""
    every = tuple(_rows(questions, Question))
    judged = _qrels(qrels)
    known = {question.id for question in every}
    if len(known) != len(every):
        raise EvaluationError(f"{questions}: an id stands twice; give every question one of its own.")
    if strangers := judged.keys() - known:
        raise EvaluationError(f"{qrels}: judges unknown questions ({', '.join(sorted(strangers)[:5])}); take them out.")
    unjudged = [q.id for q in every if q.expect == "answer" and not any(judged.get(q.id, {}).values())]
    if unjudged:
        raise EvaluationError(f"{qrels}: no passage is relevant to {', '.join(unjudged[:5])}; judge them.")
    chosen = tuple(question for question in every if split in ("all", question.split))
    if not chosen:
        raise EvaluationError(f"{questions}: holds no questions of the split {split!r}; choose another.")
    return Dataset(chosen, {question.id: judged.get(question.id, {}) for question in chosen})


def load_practice(path: Path) -> tuple[Practice, ...]:
    """Read the practice questions. Raise EvaluationError naming file and line."""
    return tuple(_rows(path, Practice))


def load_messages(path: Path, split: Split = "all") -> tuple[Message, ...]:
    """Read messages for the red-flag screen. Raise EvaluationError naming file and line."""
    return tuple(message for message in _rows(path, Message) if split in ("all", message.split))


def _rows(path: Path, model: type[M]) -> Iterator[M]:
    for number, line in _lines(path):
        try:
            yield model.model_validate(json.loads(line))
        except ValidationError as error:
            detail = error.errors(include_url=False)[0]
            field = ".".join(map(str, detail["loc"]))
            raise EvaluationError(f"{path}:{number}: {field}: {detail['msg'].lower()}; mend this line.") from error
        except (ValueError, RecursionError) as error:
            raise EvaluationError(f"{path}:{number}: is not JSON; write one object a line.") from error


def _qrels(path: Path) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        try:
            question, _, passage, grade = line.split()
            judged.setdefault(question, {})[passage] = int(grade)
        except ValueError as error:
            raise EvaluationError(f"{path}:{number}: is not 'question 0 passage grade'; mend this line.") from error
    return judged


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}); name the right file.") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
