"""Reading a corpus: a folder of TOML, one TOML file, or JSON Lines with `question` and `answer`.

Everything that is wrong is collected and raised at once as a CorpusError whose problems name file, line and entry.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Final, TypeVar
from zipfile import BadZipFile

from pydantic import BaseModel, ValidationError

from chatbot.corpus.associations import Associations, load_associations
from chatbot.corpus.schema import (
    CautionEntry,
    CorpusFile,
    LoosePassageEntry,
    PassageEntry,
    RedFlagsFile,
    RoutineEntry,
    SmallTalkEntry,
    SourceEntry,
    TermEntry,
    TermWeights,
)
from chatbot.errors import CorpusError, Problem
from chatbot.language.lexicon import Term
from chatbot.language.small_talk import SmallTalkClass
from chatbot.language.words import words
from chatbot.models import Passage, Routine, Source, Step

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""A larger corpus file is refused: it is almost certainly not one."""

RED_FLAGS: Final = "red_flags.toml"
CAUTIONS: Final = "cautions.toml"
ASSOCIATIONS: Final = "associations.npz"

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Corpus:
    """Passages and what belongs to them. `passages` are in order of id; `files` says where each one stands."""

    name: str
    passages: tuple[Passage, ...]
    terms: tuple[Term, ...] = ()
    small_talk: tuple[SmallTalkClass, ...] = ()
    term_weights: Mapping[str, float] = field(default_factory=dict)
    scope_weights: Mapping[str, float] = field(default_factory=dict)
    associations: Associations | None = None
    routines: tuple[Routine, ...] = ()
    red_flags: Mapping[str, Any] | None = None
    cautions: tuple[Mapping[str, Any], ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | PathLike[str]) -> Corpus:
        """Read a folder of TOML files, one TOML file, or a JSON Lines file with `question` and `answer`.

        Raise CorpusError with every problem found.
        """
        reader = _Reader(Path(path))
        reader.read()
        return reader.result()


def load_safety(folder: Path) -> tuple[Mapping[str, Any], tuple[Mapping[str, Any], ...]]:
    """Read the red-flag rules and the cautions of a corpus folder alone."""
    reader = _Reader(folder)
    for file in filter(Path.exists, (folder / RED_FLAGS, folder / CAUTIONS)):
        text = reader.text(file)
        if text is not None:
            reader.read_toml(file, text)
    if reader.problems:
        raise CorpusError(*reader.problems)
    if reader.red_flags is None:
        raise CorpusError(Problem(str(folder), "holds no red-flag rules", f"restore {RED_FLAGS}"))
    return reader.red_flags, reader.safety()


class _Reader:
    """Collects entries and problems file by file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Problem] = []
        self.passages: list[tuple[str, int | None, PassageEntry]] = []
        self.sources: dict[str, SourceEntry] = {}
        self.terms: list[TermEntry] = []
        self.small_talk: list[SmallTalkClass] = []
        self.term_weights: dict[str, float] = {}
        self.scope_weights: dict[str, float] = {}
        self.associations: Associations | None = None
        self.routines: list[tuple[str, int | None, RoutineEntry]] = []
        self.red_flags: dict[str, Any] | None = None
        self.cautions: list[tuple[str, int | None, CautionEntry]] = []

    def read(self) -> None:
        for file in self._files():
            text = self.text(file)
            if text is None:
                continue
            if file.suffix == ".toml":
                self.read_toml(file, text)
            else:
                self._read_json_lines(file, text)
        associations = self.path / ASSOCIATIONS
        if self.path.is_dir() and associations.exists():
            self.read_associations(associations)

    def read_associations(self, file: Path) -> None:
        """Read learnt associations; numbers of a form that does not fit are a problem like any other."""
        try:
            self.associations = load_associations(file)
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            self._problem(file, f"holds no associations ({error})", "make it again with eval/learn_associations.py")

    def result(self) -> Corpus:
        if not self.passages and not self.problems:
            self._problem(self.path, "holds no passages", "add [[passage]] tables, or lines with question and answer")
        seen: dict[str, str] = {}
        built: dict[str, Passage] = {}
        sources = {id_: Source(**entry.model_dump()) for id_, entry in self.sources.items()}
        for file, line, entry in self.passages:
            if entry.id in seen:
                self._problem(file, f"id {entry.id!r} is taken by {seen[entry.id]}", "give one another id", line=line)
            seen.setdefault(entry.id, f"{file}:{line}")
            for source in entry.sources:
                if source not in sources:
                    advice = "add it to sources.toml or take it out"
                    self._problem(
                        file, f"source {source!r} is unknown", _did_you_mean(source, sources, advice), entry.id, line
                    )
            built[entry.id] = _passage(entry, sources)
        for file, line, routine in self.routines:
            self._check_routine(file, line, routine, built)
        if self.problems:
            raise CorpusError(*self.problems)
        return Corpus(
            name=self.path.stem,
            passages=tuple(built[id_] for id_ in sorted(built)),
            terms=tuple(Term(entry.name, entry.kind, tuple(entry.words)) for entry in self.terms),
            small_talk=tuple(self.small_talk),
            term_weights=self.term_weights,
            scope_weights=self.scope_weights,
            associations=self.associations,
            routines=tuple(_routine(routine) for _, _, routine in self.routines),
            red_flags=self.red_flags,
            cautions=self.safety(),
            sources=sources,
            files={entry.id: file for file, _, entry in self.passages},
        )

    def _check_routine(
        self, file: str, line: int | None, routine: RoutineEntry, passages: Mapping[str, Passage]
    ) -> None:
        for id_ in routine.passages:
            if id_ not in passages:
                fix = _did_you_mean(id_, passages, "name a passage of this corpus")
                self._problem(file, f"passage {id_!r} is unknown", fix, routine.id, line)
            elif not passages[id_].steps:
                fix = "name a passage with steps"
                self._problem(file, f"passage {id_!r} has no steps", fix, routine.id, line)

    def safety(self) -> tuple[Mapping[str, Any], ...]:
        """The cautions as plain data."""
        return tuple(caution.model_dump(mode="json") for _, _, caution in self.cautions)

    def _files(self) -> list[Path]:
        if self.path.is_dir():
            found = sorted(
                file for file in self.path.rglob("*") if file.suffix in (".toml", ".jsonl") and file.is_file()
            )
            if not found:
                self._problem(self.path, "this folder holds no .toml or .jsonl file", "name a folder with passages")
            return found
        if not self.path.exists():
            self._problem(self.path, "there is no such file or folder", "check the spelling of the path")
            return []
        return [self.path]

    def text(self, file: Path) -> str | None:
        try:
            if file.stat().st_size > MAX_FILE_BYTES:
                self._problem(file, "is larger than 64 MiB", "split it, or name the right file")
                return None
            text = file.read_bytes().decode("utf-8-sig")
        except OSError as error:
            self._problem(file, f"cannot be read ({error.strerror})", "check that it is a file you may read")
            return None
        except UnicodeDecodeError as error:
            self._problem(file, f"is not UTF-8 text (byte {error.start})", "save it as UTF-8")
            return None
        if not text.strip():
            self._problem(file, "is empty", "add passages, or name another file")
            return None
        return text

    def read_toml(self, file: Path, text: str) -> None:
        try:
            content = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            place = re.search(r"line (\d+)", str(error))
            what = f"is not valid TOML: {re.sub(r' [(]at .*[)]$', '', str(error)).lower()}"
            self._problem(file, what, "mend the syntax there", line=int(place[1]) if place else None)
            return
        if file.name == RED_FLAGS:
            rules = self._validated(file, RedFlagsFile, content)
            self.red_flags = rules.model_dump(mode="json") if rules else None
            return
        headers = _table_lines(text)
        self._unknown_tables(file, content)
        for entry, line in self._entries(file, content, "passage", PassageEntry, headers):
            entry.id = entry.id or _slug(entry.question)
            self.passages.append((self._short(file), line, entry))
        for source, line in self._entries(file, content, "source", SourceEntry, headers):
            if source.id in self.sources:
                self._problem(file, f"source {source.id!r} is defined twice", "take one out", line=line)
            self.sources[source.id] = source
        self.terms += [term for term, _ in self._entries(file, content, "term", TermEntry, headers)]
        for talk, _ in self._entries(file, content, "small_talk", SmallTalkEntry, headers):
            self.small_talk.append(SmallTalkClass(talk.id, tuple(talk.phrases), talk.message, talk.room))
        for caution, line in self._entries(file, content, "caution", CautionEntry, headers):
            self.cautions.append((self._short(file), line, caution))
        tables = {key: content[key] for key in TermWeights.model_fields if key in content}
        weights = self._validated(file, TermWeights, tables)
        if weights:
            self.term_weights |= weights.term_weight
            self.scope_weights |= weights.scope_weight
        for routine, line in self._entries(file, content, "routine", RoutineEntry, headers):
            self.routines.append((self._short(file), line, routine))

    def _unknown_tables(self, file: Path, content: Mapping[str, Any]) -> None:
        for key in content.keys() - CorpusFile.model_fields.keys():
            self._problem(
                file, f"{key!r} is unknown here", _did_you_mean(key, CorpusFile.model_fields, "use [[passage]] tables")
            )

    def _entries(
        self, file: Path, content: Mapping[str, Any], key: str, model: type[M], headers: Mapping[str, list[int]]
    ) -> Iterator[tuple[M, int | None]]:
        tables = content.get(key, [])
        if not isinstance(tables, list):
            self._problem(file, f"{key} is not a list of tables", f"write [[{key}]] with two brackets")
            return
        lines = headers.get(key, [])
        for number, table in enumerate(tables):
            line = lines[number] if number < len(lines) else None
            entry = self._validated(file, model, table, line)
            if entry:
                yield entry, line

    def _read_json_lines(self, file: Path, text: str) -> None:
        for number, line in enumerate(text.splitlines(), 1):
            if not line.strip():
                continue
            try:
                content = json.loads(line)
            except (ValueError, RecursionError) as error:
                what = f"is not JSON: {getattr(error, 'msg', 'nested too deeply').lower()}"
                self._problem(file, what, "write one JSON object a line", line=number)
                continue
            entry = self._validated(file, LoosePassageEntry, content, number)
            if entry:
                entry.id = entry.id or f"line-{number}"
                self.passages.append((self._short(file), number, entry))

    def _validated(self, file: Path, model: type[M], content: Any, line: int | None = None) -> M | None:
        try:
            return model.model_validate(content)
        except ValidationError as error:
            name = content.get("id", "") if isinstance(content, dict) else ""
            # A misspelt field name first: it is usually why another one is missing.
            for detail in sorted(error.errors(include_url=False), key=lambda d: d["type"] != "extra_forbidden"):
                what, fix = _explain(detail, model)
                self._problem(file, what, fix, str(name), line)
            return None

    def _problem(self, file: Path | str, what: str, fix: str, entry: str = "", line: int | None = None) -> None:
        self.problems.append(Problem(self._short(file), what, fix, entry, line))

    def _short(self, file: Path | str) -> str:
        if isinstance(file, Path) and self.path.is_dir() and file != self.path:
            return str(Path(self.path.name) / file.relative_to(self.path))
        return str(file)


def _passage(entry: PassageEntry, sources: Mapping[str, Source]) -> Passage:
    return Passage(
        id=entry.id,
        question=entry.question,
        answer=entry.answer,
        also_asked=tuple(entry.also_asked),
        steps=tuple(Step(step.text, step.seconds, step.each_side) for step in entry.steps),
        dose=entry.dose,
        stop_if=tuple(entry.stop_if),
        topics=tuple(entry.topics),
        cautions=tuple(entry.cautions),
        related=tuple(entry.related),
        sources=tuple(sources[id_] for id_ in entry.sources if id_ in sources),
        checked=entry.checked,
        refusal=entry.refusal,
    )


def _routine(entry: RoutineEntry) -> Routine:
    return Routine(entry.id, entry.name, tuple(entry.passages), tuple(entry.words))


def _explain(detail: Any, model: type[BaseModel]) -> tuple[str, str]:
    """A pydantic error as (what is wrong, how to mend it)."""
    place = ".".join(str(part) for part in detail["loc"])
    if detail["type"] == "missing":
        return f"the field {place!r} is missing", "add it"
    if detail["type"] == "extra_forbidden":
        return f"the field {place!r} is unknown", _did_you_mean(place, model.model_fields, "take it out")
    if detail["type"] in ("model_type", "model_attributes_type", "dict_type"):
        return "is not a table of fields", "write fields such as question and answer"
    what = detail["msg"].removeprefix("Value error, ")
    return f"{place}: {what[:1].lower()}{what[1:]}" if place else what, "mend it there"


def _did_you_mean(word: str, known: Any, otherwise: str) -> str:
    close = get_close_matches(word, list(known), n=1)
    return f"did you mean {close[0]!r}?" if close else otherwise


def _slug(question: str) -> str:
    return "-".join(words(question))[:100] or "passage"


def _table_lines(text: str) -> dict[str, list[int]]:
    """The line number of every `[[name]]` header, by name, in order."""
    lines: dict[str, list[int]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[\[\s*(\w+)\s*\]\]", line)
        if header:
            lines.setdefault(header[1], []).append(number)
    return lines
