"""Questions and judgements as files: `questions.jsonl` and TREC qrels, or a folder laid out as BEIR lays them out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from chatbot.errors import EvaluationError
from chatbot.models import Level, Passage

Split = Literal["dev", "test", "all"]
Id = Annotated[str, StringConstraints(pattern=r"^\S+$")]
"""Without blanks, because TREC files put blanks between fields."""

RELEVANT: Final = 2
"""The lowest grade that counts as an answer: 3 answers exactly this, 2 answers it well, 1 is related, 0 is not."""

M = TypeVar("M", bound=BaseModel)


class Question(BaseModel):
    """One line of `questions.jsonl`: what is asked (after what), and what kind of reply is right."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
    text: str
    history: tuple[str, ...] = ()
    expect: Literal["answer", "not_covered", "escalation", "small_talk"] = "answer"
    level: Level | None = None
    split: Literal["dev", "test"] = "test"
    tags: tuple[str, ...] = ()


class Message(BaseModel):
    """One line of `red_flags.jsonl`: a message to screen, and the level it must escalate to (None: it must not)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Id
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


class BeirDocument(BaseModel):
    """One line of a BEIR `corpus.jsonl`."""

    id: Id = Field(alias="_id")
    title: str = ""
    text: str


class BeirQuery(BaseModel):
    """One line of a BEIR `queries.jsonl`."""

    id: Id = Field(alias="_id")
    text: str


@dataclass(frozen=True, slots=True)
class Dataset:
    """Questions, for each that expects an answer the grades of the judged passages, and what grade is relevant."""

    questions: tuple[Question, ...]
    qrels: Mapping[str, Mapping[str, int]]
    relevant: int = RELEVANT


def load_dataset(questions: Path, qrels: Path, split: Split = "all") -> Dataset:
    """Read both files and check that they fit each other. Raise EvaluationError naming file and line.

    Where no grade reaches `RELEVANT`, the highest one given is what counts as relevant.
    """
    every = _distinct(questions, tuple(_rows(questions, Question)))
    judged = _qrels(qrels)
    if strangers := judged.keys() - {question.id for question in every}:
        raise EvaluationError(f"{qrels}: judges unknown questions ({', '.join(sorted(strangers)[:5])}); take them out.")
    unjudged = [q.id for q in every if q.expect == "answer" and not any(judged.get(q.id, {}).values())]
    if unjudged:
        raise EvaluationError(f"{qrels}: no passage is relevant to {', '.join(unjudged[:5])}; judge them.")
    chosen = tuple(question for question in every if split in ("all", question.split))
    if not chosen:
        raise EvaluationError(f"{questions}: holds no questions of the split {split!r}; choose another.")
    highest = max((grade for grades in judged.values() for grade in grades.values()), default=RELEVANT)
    grades = {question.id: judged.get(question.id, {}) for question in chosen}
    return Dataset(chosen, grades, min(RELEVANT, highest))


def load_beir(folder: Path, split: Split = "all") -> tuple[list[Passage], Dataset]:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/*.tsv` as BEIR lays them out (Thakur and others 2021).

    A document's title is its question; without one its text is. Every grade above 0 is relevant, as in BEIR. Queries
    without a relevant document are left out, as BEIR's judgements cover a split only.
    """
    documents = _distinct(folder / "corpus.jsonl", tuple(_rows(folder / "corpus.jsonl", BeirDocument)))
    queries = _distinct(folder / "queries.jsonl", tuple(_rows(folder / "queries.jsonl", BeirQuery)))
    files = _beir_qrels(folder / "qrels", split)
    if not documents:
        raise EvaluationError(f"{folder / 'corpus.jsonl'}: holds no documents; add one a line.")
    texts = {query.id: query.text for query in queries}
    questions: list[Question] = []
    qrels: dict[str, dict[str, int]] = {}
    for name, file in files.items():
        for id_, grades in _qrels(file, BEIR_ROW).items():
            if id_ not in texts:
                raise EvaluationError(f"{file}: judges the unknown query {id_}; take it out.")
            if id_ not in qrels and any(grade > 0 for grade in grades.values()):
                qrels[id_] = grades
                questions.append(Question(id=id_, text=texts[id_], split="test" if name == "test" else "dev"))
    if not questions:
        raise EvaluationError(
            f"{folder}: no query has a relevant document in {', '.join(files)}; choose another split."
        )
    passages = [Passage(id=row.id, question=row.title or row.text, answer=row.text) for row in documents]
    return passages, Dataset(tuple(questions), qrels, relevant=1)


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


def _distinct(path: Path, rows: tuple[M, ...]) -> tuple[M, ...]:
    seen: set[str] = set()
    for row in rows:
        id_: str = row.id  # type: ignore[attr-defined]  # every model here has one
        if id_ in seen:
            raise EvaluationError(f"{path}: the id {id_} stands twice; give every line one of its own.")
        seen.add(id_)
    return rows


TREC_ROW: Final = ("question", "0", "passage", "grade")
BEIR_ROW: Final = ("query-id", "corpus-id", "score")


def _beir_qrels(folder: Path, split: Split) -> dict[str, Path]:
    files = {name: folder / f"{name}.tsv" for name in (("dev", "test") if split == "all" else (split,))}
    found = {name: file for name, file in files.items() if file.is_file()}
    if not found:
        raise EvaluationError(f"{folder}: holds no {' or '.join(f'{name}.tsv' for name in files)}; add one.")
    return found


def _qrels(path: Path, form: Sequence[str] = TREC_ROW) -> dict[str, dict[str, int]]:
    judged: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        fields = line.split()
        if number == 1 and tuple(fields) == BEIR_ROW == form:
            continue
        try:
            if len(fields) != len(form):
                raise ValueError
            judged.setdefault(fields[0], {})[fields[-2]] = int(fields[-1])
        except ValueError as error:
            raise EvaluationError(f"{path}:{number}: is not '{' '.join(form)}'; mend this line.") from error
    return judged


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}); name the right file.") from error
    except UnicodeDecodeError as error:
        raise EvaluationError(f"{path}: is not UTF-8 text; save it as UTF-8.") from error
    return ((number, line) for number, line in enumerate(text.splitlines(), 1) if line.strip())
