"""Every error this package raises on purpose.

    ChatbotError
    |-- CorpusError      a corpus (or a compiled index of one) is missing, broken or inconsistent
    |-- EvaluationError  questions or judgements cannot be used
    `-- UsageError       the command line was given something it cannot use

`str()` of each is one sentence for a person: what is wrong, where, and what to do about it.
"""

from __future__ import annotations

from dataclasses import dataclass


class ChatbotError(Exception):
    """Anything this package reports to its user in a sentence."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a corpus: the file, the entry and field in it, what is wrong, how to mend it."""

    file: str
    what: str
    fix: str
    entry: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line is not None else self.file
        entry = f" [{self.entry}]" if self.entry else ""
        return f"{place}{entry}: {self.what}; {self.fix}"


class CorpusError(ChatbotError):
    """A corpus cannot be used; `problems` lists every reason found, the sentence names the first."""

    def __init__(self, *problems: Problem) -> None:
        more = len(problems) - 1
        rest = f" (and {more} more problem{'s' if more > 1 else ''})" if more else ""
        super().__init__(f"{problems[0]}{rest}")
        self.problems = problems


class EvaluationError(ChatbotError):
    """A file of questions, judgements or results cannot be used for an evaluation."""


class UsageError(ChatbotError):
    """The command was given words or options it cannot use."""
