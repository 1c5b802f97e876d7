"""Results as text, as JSON and as a TREC run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from chatbot.evaluation.baseline import Baseline, Change, changed_questions
from chatbot.evaluation.dataset import Message
from chatbot.evaluation.measures import KINDS, MEASURES, Results, falling
from chatbot.evaluation.screening import (
    ROW,
    Recall,
    Screened,
    blind,
    false_alarms,
    recall_by_level,
    recall_by_row,
    screen_values,
)
from chatbot.evaluation.significance import LEVEL, Share, bootstrap_interval, paired_p

OURS: Final = "ours"
JSON_SCHEMA: Final = 1
SHOWN: Final = 80
"""Characters of a question that a list shows."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of a ranker: the mean, its interval, and the p of a paired test against ours (None for ours)."""

    value: float
    interval: tuple[float, float]
    p: float | None


@dataclass(frozen=True)
class Report:
    """All that one evaluation found. With `verbose`, lists also quote questions of the test split."""

    ranker: str
    results: Results
    screened: Sequence[Screened] = ()
    rivals: Mapping[str, Results] = field(default_factory=dict)
    baseline: Baseline | None = None
    changes: Sequence[Change] = ()
    digest: str = ""
    notes: Sequence[str] = ()
    verbose: bool = False

    @cached_property
    def intervals(self) -> dict[str, tuple[float, float]]:
        """The 95 % interval of each retrieval measure."""
        return {name: bootstrap_interval(list(self.results.retrieval[name].values())) for name in self.results.means}

    @cached_property
    def side_by_side(self) -> dict[str, dict[str, Compared]]:
        """Ranker -> measure -> figures, on the questions without history; empty without rivals."""
        if not self.rivals:
            return {}
        ours = self.results.single().retrieval
        table = {OURS: {name: _compared(ours[name], None) for name in MEASURES}}
        for ranker, results in self.rivals.items():
            table[ranker] = {name: _compared(results.retrieval[name], ours[name]) for name in MEASURES}
        return table

    @property
    def values(self) -> dict[str, Mapping[str, float]]:
        """Measure -> question id -> value: what a baseline stores."""
        return {**self.results.by_question, **(screen_values(self.screened) if self.screened else {})}

    @property
    def worse(self) -> bool:
        """Whether any measure fell significantly below the baseline."""
        return any(change.worse for change in self.changes)


def _compared(values: Mapping[str, float], ours: Mapping[str, float] | None) -> Compared:
    listed = list(values.values())
    p = None if ours is None else paired_p([value - ours[id_] for id_, value in values.items()])
    return Compared(sum(listed) / len(listed), bootstrap_interval(listed), p)


def as_text(report: Report) -> str:
    """What went wrong, question by question; then the figures; at the end the comparison with the baseline."""
    sections = [
        *mistakes(report),
        list(_retrieval_lines(report)),
        list(_side_by_side_lines(report)),
        list(_kind_lines(report.results)),
        list(_share_lines(report.results)),
        list(_screen_lines(report.screened)),
        list(_baseline_lines(report)),
        list(report.notes),
    ]
    return "\n\n".join("\n".join(lines) for lines in sections if lines)


Row = tuple[str, str]
"""The split of a question and a line about it."""


def mistakes(report: Report) -> list[list[str]]:
    """Lists of what went wrong, each with its heading first."""
    lists = {**_reply_mistakes(report.results), **_screen_mistakes(report.screened), **_changes(report)}
    return [_listed(title, rows, report.verbose) for title, rows in lists.items() if rows]


def _reply_mistakes(results: Results) -> dict[str, list[Row]]:
    wrong = [(o.question, f"{o.question.expect} -> {o.kind}  {o.question.text[:SHOWN]}") for o in results.wrong_kind()]
    misses = [
        (o.question, f"{o.question.text[:SHOWN]}  -> {', '.join(list(o.ranking)[:3]) or 'nothing'}")
        for o in results.misses()
    ]
    dialogues = [
        (o.question, " / ".join([*o.question.history, o.question.text])[: 2 * SHOWN])
        for o in results.outcomes
        if o.question.history and o.kind and not results.right(o)
    ]
    lists = {
        "Wrong kind of reply": wrong,
        "No answer in the first three": misses,
        "Dialogues whose last turn is wrong": dialogues,
    }
    return {title: [(q.split, f"{q.id}  {line}") for q, line in rows] for title, rows in lists.items()}


def _screen_mistakes(screened: Sequence[Screened]) -> dict[str, list[Row]]:
    def lines(wrong: Iterable[Screened]) -> list[Row]:
        return [
            (
                s.message.split,
                f"{s.message.id}  {_level(s.message)} -> {s.level or 'no alarm'}  {s.message.text[:SHOWN]}",
            )
            for s in wrong
        ]

    wrong_level = (s for s in screened if not (s.missed or s.false_alarm or s.level_fits))
    return {
        "Dangers missed": lines(s for s in screened if s.missed),
        "Dangers at a wrong level": lines(wrong_level),
        "False alarms": lines(s for s in screened if s.false_alarm),
    }


def _level(message: Message) -> str:
    rows = [tag for tag in message.tags if ROW.fullmatch(tag)]
    return " ".join([message.level or "harmless", *rows])


def _changes(report: Report) -> dict[str, list[Row]]:
    """Wins and losses by question: by id alone, so that they quote nothing of the test split."""
    found = {}
    for title, better in (("Better than the baseline", True), ("Worse than the baseline", False)):
        rows = changed_questions(report.changes, better)
        found[title] = [("", f"{id_}  {', '.join(measures)}") for id_, measures in rows]
    return found


def _listed(title: str, rows: Sequence[Row], verbose: bool) -> list[str]:
    """A list under its title. Questions of the test split are only counted, so that nobody tunes on them by reading."""
    shown = [line for split, line in rows if verbose or split != "test"]
    hidden = len(rows) - len(shown)
    lines = [f"{title}: {len(rows)}", *(f"  {line}" for line in shown)]
    return [*lines, f"  {hidden} in the test split (--verbose lists them)"] if hidden else lines


def _retrieval_lines(report: Report) -> Iterator[str]:
    results = report.results
    asked = len(results.retrieval["Success@1"])
    if not asked:
        return
    yield f"Retrieval ({report.ranker}), {asked} questions with an answer (relevant: grade {results.relevant} or more)"
    for name, value in results.means.items():
        low, high = report.intervals[name]
        yield f"  {name:<12}{value:.3f}   {low:.3f} to {high:.3f}"
    yield "  (95 % percentile bootstrap intervals)"


def _side_by_side_lines(report: Report) -> Iterator[str]:
    if not report.side_by_side:
        return
    asked = len(report.results.single().retrieval["Success@1"])
    yield f"Side by side, {asked} questions without history (p: paired randomisation test against {OURS})"
    yield f"  {'':<12}" + "".join(f"{name:>12}" for name in MEASURES)
    for ranker, measures in report.side_by_side.items():
        yield f"  {ranker:<12}" + "".join(f"{compared.value:>12.3f}" for compared in measures.values())
        if ranker != OURS:
            yield f"  {'  p':<12}" + "".join(f"{p_text(compared.p):>12}" for compared in measures.values())


def _kind_lines(results: Results) -> Iterator[str]:
    if not results.kinds:
        return
    yield "Kinds of replies (rows: expected, columns: came)"
    yield f"  {'':<14}" + "".join(f"{kind:>13}" for kind in KINDS)
    for expected in KINDS:
        counts = [results.kinds[expected, came] for came in KINDS]
        if any(counts):
            yield f"  {expected:<14}" + "".join(f"{count:>13}" for count in counts)


def _share_lines(results: Results) -> Iterator[str]:
    if results.shares:
        yield "Decisions and dialogues (95 % Wilson intervals)"
        yield from (f"  {name:<28}{share_text(share)}" for name, share in results.shares.items())


def _screen_lines(screened: Sequence[Screened]) -> Iterator[str]:
    if not screened:
        return
    yield f"Red-flag screen, {len(screened)} messages (95 % Wilson intervals; level: right or the next higher)"
    yield from _recall_lines(recall_by_level(screened))
    yield from _false_alarm_lines(screened)
    unseen = blind(screened)
    if 0 < len(unseen) < len(screened):
        yield f"The same, {len(unseen)} messages by writers who had not seen the rules"
        yield from _recall_lines(recall_by_level(unseen))
        yield from _false_alarm_lines(unseen)
    rows = recall_by_row(screened)
    if rows:
        yield "By row of the rules"
        yield from _recall_lines(rows)


def _recall_lines(groups: Mapping[str, Recall]) -> Iterator[str]:
    for name, recall in groups.items():
        yield f"  {name:<12}caught {share_text(recall.caught):<44}level {recall.fits.count}/{recall.fits.of}"


def _false_alarm_lines(screened: Sequence[Screened]) -> Iterator[str]:
    false = false_alarms(screened)
    if false.of:
        low, high = false.interval
        per_100 = f"{100 * false.value:.1f} per 100 ({100 * low:.1f} to {100 * high:.1f})"
        yield f"  {'harmless':<12}false alarms {false.count}/{false.of} = {per_100}"


def _baseline_lines(report: Report) -> Iterator[str]:
    if not report.baseline:
        return
    same = "the same passages" if report.baseline.corpus == report.digest else "other passages"
    yield f"Against the baseline of {report.baseline.date} ({same}; p: paired randomisation test)"
    yield f"  {'':<16}{'both':>6}{'before':>8}{'now':>8}{'change':>8}{'better':>8}{'worse':>7}{'p':>9}"
    for c in report.changes:
        now = sum(c.now.values()) / len(c.now)
        yield (
            f"  {c.measure:<16}{len(c.now):>6}{now - c.difference:>8.3f}{now:>8.3f}{c.difference:>+8.3f}"
            f"{len(c.wins):>8}{len(c.losses):>7}{p_text(c.p):>9}"
        )
    fallen = [change.measure for change in report.changes if change.worse]
    yield f"Significantly worse (p < {LEVEL}): {', '.join(fallen)}" if fallen else "Nothing is significantly worse."


def share_text(share: Share) -> str:
    """A share with its interval, such as "119/201 = 59.2 % (52.3 to 65.8)"."""
    low, high = share.interval
    return f"{share.count}/{share.of} = {share.value:.1%} ({100 * low:.1f} to {100 * high:.1f})".replace("%", " %")


def p_text(p: float | None) -> str:
    """A p, such as "0.042"."""
    return "" if p is None else "< 0.001" if p < 0.001 else f"{p:.3f}"


def as_json(report: Report) -> str:
    """The figures as one JSON object: the same as the text, and the values by question."""
    results = report.results
    content: dict[str, Any] = {
        "schema": JSON_SCHEMA,
        "ranker": report.ranker,
        "corpus": report.digest,
        "measures": results.means,
        "intervals": {name: list(interval) for name, interval in report.intervals.items()},
        "by_question": results.retrieval,
        "kinds": {expected: {came: results.kinds[expected, came] for came in KINDS} for expected in KINDS},
        "shares": {name: _share_json(share) for name, share in results.shares.items()},
        "side_by_side": {
            ranker: {name: {"value": c.value, "interval": list(c.interval), "p": c.p} for name, c in measures.items()}
            for ranker, measures in report.side_by_side.items()
        },
        "screen": {s.message.id: {"expected": s.message.level, "came": s.level} for s in report.screened},
        "screen_recall": {
            "levels": _recall_json(recall_by_level(report.screened)),
            "rows": _recall_json(recall_by_row(report.screened)),
            "false_alarms": _share_json(false_alarms(report.screened)),
        },
        "baseline": _baseline_json(report),
        "notes": list(report.notes),
    }
    return json.dumps(content, indent=2)


def _share_json(share: Share) -> dict[str, Any]:
    return {"count": share.count, "of": share.of, "value": share.value, "interval": list(share.interval)}


def _recall_json(groups: Mapping[str, Recall]) -> dict[str, Any]:
    return {name: {"caught": _share_json(r.caught), "level_fits": _share_json(r.fits)} for name, r in groups.items()}


def _baseline_json(report: Report) -> dict[str, Any] | None:
    if not report.baseline:
        return None
    changes = {
        c.measure: {"questions": len(c.now), "difference": c.difference, "p": c.p, "worse": c.worse}
        | {"wins": c.wins, "losses": c.losses}
        for c in report.changes
    }
    return {"date": report.baseline.date.isoformat(), "corpus": report.baseline.corpus, "changes": changes}


def as_trec_run(results: Results, name: str = "selfmassage") -> str:
    """The rankings in TREC form: question Q0 passage rank score name."""
    lines = [
        f"{outcome.question.id} Q0 {passage} {rank} {score:.9g} {name}\n"
        for outcome in results.outcomes
        for rank, (passage, score) in enumerate(falling(outcome.ranking).items(), 1)
    ]
    return "".join(lines)
