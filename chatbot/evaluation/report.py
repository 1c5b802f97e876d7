"""Results as text, as JSON and as a TREC run."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from chatbot.evaluation.measures import RELEVANT, Results
from chatbot.evaluation.screening import Screened, screening_lines

KINDS = ("answer", "not_covered", "escalation", "small_talk")
LISTED = 20
"""How many questions a list of mistakes names."""


def as_text(results: Results, screened: Sequence[Screened] = ()) -> str:
    """The figures as a table, and the questions that went wrong."""
    lines = [*_retrieval_lines(results), "", *_kind_lines(results), *_mistake_lines(results)]
    if screened:
        lines += ["", *screening_lines(screened, LISTED)]
    return "\n".join(lines)


def as_json(results: Results, screened: Sequence[Screened] = ()) -> str:
    """The figures as one JSON object: means, values by question, the confusion of kinds, what the screen did."""
    kinds = {expected: {came: results.kinds[expected, came] for came in KINDS} for expected in KINDS}
    screen = {s.message.id: {"expected": s.message.level, "came": s.level} for s in screened}
    return json.dumps(
        {"schema": 1, "measures": results.means, "by_question": results.retrieval, "kinds": kinds, "screen": screen},
        indent=2,
    )


def as_trec_run(results: Results, name: str = "selfmassage") -> str:
    """The rankings in TREC form: question Q0 passage rank score name."""
    lines = [
        f"{outcome.question.id} Q0 {passage} {rank} {score:.6f} {name}"
        for outcome in results.outcomes
        for rank, (passage, score) in enumerate(outcome.ranking.items(), 1)
    ]
    return "\n".join(lines) + "\n"


def _retrieval_lines(results: Results) -> Iterator[str]:
    asked = len(results.retrieval["Success@1"])
    yield f"Retrieval, {asked} questions with an answer (relevant: grade {RELEVANT} or more)"
    yield from (f"  {name:<12}{value:.3f}" for name, value in results.means.items())


def _kind_lines(results: Results) -> Iterator[str]:
    yield "Kinds of replies (rows: expected, columns: came)"
    yield f"  {'':<14}" + "".join(f"{kind:>13}" for kind in KINDS)
    for expected in KINDS:
        counts = [results.kinds[expected, came] for came in KINDS]
        if any(counts):
            yield f"  {expected:<14}" + "".join(f"{count:>13}" for count in counts)


def _mistake_lines(results: Results) -> Iterator[str]:
    wrong = results.wrong_kind()
    if wrong:
        yield ""
        yield "Wrong kind of reply"
        yield from (
            f"  {o.question.id}  {o.question.expect} -> {o.reply.kind}  {o.question.text[:80]}" for o in wrong[:LISTED]
        )
    misses = [o for o in results.outcomes if results.retrieval["Success@3"].get(o.question.id) == 0.0]
    if misses:
        yield ""
        yield "No answer in the first three"
        for outcome in misses[:LISTED]:
            found = ", ".join(list(outcome.ranking)[:3]) or "nothing"
            yield f"  {outcome.question.id}  {outcome.question.text[:80]}  -> {found}"
