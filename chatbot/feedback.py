"""What a user said of answers, kept as JSON Lines if they switched it on, and turned into work for the corpus."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal, get_args

from chatbot.storage import FEEDBACK, append_line, read_lines

Kind = Literal["good", "bad", "not_covered"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
MOST: Final = 10
"""How many rows of each list a summary shows."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One remark: the day, what was asked, the passage that answered (if one did), and why it was bad."""

    kind: Kind
    question: str
    passage: str = ""
    why: str = ""
    day: str = ""


def record(folder: Path, remark: Feedback) -> None:
    """Keep a remark. Once this returns, it is on the disk."""
    entry = asdict(remark) | {"day": remark.day or date.today().isoformat()}
    append_line(folder / FEEDBACK, json.dumps(entry))


def load(folder: Path) -> list[Feedback]:
    """Every remark that was kept, oldest first; lines that are cut short or from elsewhere are passed over."""
    return list(_remarks(read_lines(folder / FEEDBACK)))


def _remarks(lines: Iterable[str]) -> Iterator[Feedback]:
    for line in lines:
        try:
            entry = json.loads(line)
            remark = Feedback(**entry)
        except (ValueError, TypeError, RecursionError):
            continue
        if remark.kind in KINDS and all(isinstance(value, str) for value in entry.values()):
            yield remark


def summary(remarks: list[Feedback]) -> str:
    """Counts, the passages called bad most often with the reasons given, and what was asked and not covered."""
    if not remarks:
        return "No feedback kept yet. With the setting feedback = true, :good and :bad in a chat keep some."
    counts = Counter(remark.kind for remark in remarks)
    lines = [", ".join(f"{counts[kind]} {kind.replace('_', ' ')}" for kind in KINDS) + "."]
    bad = [remark for remark in remarks if remark.kind == "bad"]
    if bad:
        lines += ["", "Called bad:"]
        for passage, count in Counter(remark.passage for remark in bad).most_common(MOST):
            reasons = "; ".join(r.why for r in bad if r.passage == passage and r.why)
            lines.append(f"  {count}  {passage}{f' ({reasons})' if reasons else ''}")
    missing = Counter(remark.question for remark in remarks if remark.kind == "not_covered")
    if missing:
        lines += ["", "Not covered:", *(f"  {count}  {question}" for question, count in missing.most_common(MOST))]
    return "\n".join([*lines, "", "Draft evaluation questions: selfmassage feedback --draft"])


def draft_questions(remarks: Iterable[Feedback]) -> Iterator[dict[str, Any]]:
    """Lines for `eval/questions.jsonl`, one for each different question; a person still judges each.

    What was called bad is drafted as answerable: there was an answer, but not the right one.
    """
    seen = set()
    for remark in remarks:
        key = " ".join(remark.question.casefold().split())
        if key and key not in seen:
            seen.add(key)
            yield {
                "id": f"feedback-{len(seen):03}",
                "text": remark.question,
                "expect": "not_covered" if remark.kind == "not_covered" else "answer",
                "split": "dev",
                "tags": ["feedback", remark.kind, *([f"passage:{remark.passage}"] if remark.passage else [])],
            }
