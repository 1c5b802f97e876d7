"""Results as one HTML page that needs nothing else: no script, no font, no network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Final

from chatbot.evaluation.measures import KINDS, MEASURES, Outcome, Results
from chatbot.evaluation.plots import Bar, Point, confusion, histograms, reliability, rows
from chatbot.evaluation.report import OURS, Report, mistakes, p_text, share_text
from chatbot.evaluation.screening import Recall, blind, false_alarms, recall_by_level, recall_by_row
from chatbot.evaluation.significance import Share, mean
from chatbot.retrieval.coverage import ANSWERED

LEAST: Final = 5
"""A topic with fewer questions is left out: its share would say little."""

BINS: Final = 10

STYLE: Final = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2328; --quiet: #5b666e; --rule: #d9dee2; --one: #1f6fa8;
  --two: #b4560d; }
@media (prefers-color-scheme: dark) { :root { --ground: #14181b; --ink: #e4e8eb; --quiet: #9aa5ad; --rule: #363e44;
  --one: #6db3e8; --two: #e9a15b; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0.5rem 0; }
h2 { font-size: 1.15rem; margin: 2.2rem 0 0.3rem; }
h3 { font-size: 1rem; margin: 0 0 0.2rem; }
p { margin: 0.3rem 0 0.6rem; max-width: 42rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22.5rem), 1fr)); gap: 1.5rem; }
figure { margin: 0; min-width: 0; }
figcaption, .quiet { color: var(--quiet); font-size: 0.875rem; }
h3 { margin-top: 1.2rem; }
figure h3 { margin-top: 0; }
.scroll { margin-bottom: 1rem; }
svg { display: block; max-width: 100%; height: auto; }
svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg text.small { font-size: 11px; }
svg text.quiet { fill: var(--quiet); font-size: 11px; }
.one { fill: var(--one); } .two { fill: var(--two); }
.grid line, svg .grid { stroke: var(--rule); }
svg .axis { stroke: var(--quiet); }
svg .interval { stroke: var(--one); stroke-width: 2; opacity: 0.6; }
svg .mark { stroke: var(--quiet); stroke-dasharray: 4 3; }
svg .curve { fill: none; stroke: var(--one); stroke-width: 1.5; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.2rem 0.9rem 0.2rem 0; text-align: left; white-space: nowrap;
  border-bottom: 1px solid var(--rule); }
th { font-weight: 600; }
@media (max-width: 30rem) { th, td { white-space: normal; padding-right: 0.6rem; } }
details { margin: 0.4rem 0; }
summary { cursor: pointer; }
li { overflow-wrap: anywhere; }
"""


def as_html(report: Report) -> str:
    """The whole page."""
    title = f"Evaluation of {'the assistant' if report.ranker == OURS else report.ranker}"
    body = "\n".join(_sections(report))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<h1>{escape(title)}</h1>\n"
        f"{body}\n</body>\n</html>\n"
    )


def _sections(report: Report) -> Iterator[str]:
    results = report.results
    yield (
        f'<p class="quiet">{len(results.outcomes)} questions and {len(report.screened)} messages for the red-flag '
        f"screen. Passages {report.digest}. Lines beside dots are 95 % intervals.</p>"
    )
    yield from (f'<p class="quiet">{escape(note)}</p>' for note in report.notes)
    if results.means:
        yield from _retrieval(report)
    if report.side_by_side:
        yield from _side_by_side(report)
    if results.kinds:
        yield from _decision(results)
    if report.screened:
        yield from _screen(report)
    if report.baseline:
        yield from _baseline(report)
    yield from _mistakes(report)


def _retrieval(report: Report) -> Iterator[str]:
    results = report.results
    asked = len(results.retrieval["Success@1"])
    yield "<h2>Retrieval</h2>"
    yield f"<p>{asked} questions have an answer. A passage counts from grade {results.relevant} on.</p>"
    bars = [Bar(name, value, *report.intervals[name], f"{value:.3f}") for name, value in results.means.items()]
    right = [o for o in results.outcomes if o.question.expect == "answer"]
    by_style = _by_tag(results, [(o, o.question.tags[:1]) for o in right])
    by_topic = _by_tag(results, [(o, o.question.tags[1:]) for o in right])
    yield '<div class="grid">'
    yield _figure("Measures", rows("Retrieval measures", bars), "Means with bootstrap intervals.")
    if by_style:
        yield _figure("By style", rows("Success@1 by style", by_style), "Success@1, and of how many questions.")
    yield "</div>"
    if by_topic:
        yield f"<h3>By topic</h3><p>Success@1 of each tag with {LEAST} or more questions, weakest first.</p>"
        yield _halves("Success@1 by topic", by_topic)


def _by_tag(results: Results, tagged: Sequence[tuple[Outcome, Sequence[str]]]) -> list[Bar]:
    groups: dict[str, list[float]] = {}
    for outcome, tags in tagged:
        for tag in tags:
            groups.setdefault(tag, []).append(results.retrieval["Success@1"][outcome.question.id])
    large = {tag: Share(int(sum(values)), len(values)) for tag, values in groups.items() if len(values) >= LEAST}
    ordered = sorted(large.items(), key=lambda item: (item[1].value, item[0]))
    return [Bar(tag, share.value, *share.interval, f"{share.count}/{share.of}") for tag, share in ordered]


def _side_by_side(report: Report) -> Iterator[str]:
    asked = len(report.results.single().retrieval["Success@1"])
    yield "<h2>Side by side</h2>"
    yield f"<p>{asked} questions without history, the same passages. p: paired randomisation test against {OURS}.</p>"
    bars = [
        Bar(ranker, measures["Success@1"].value, *measures["Success@1"].interval, f"{measures['Success@1'].value:.3f}")
        for ranker, measures in report.side_by_side.items()
    ]
    yield _figure("Success@1", rows("Success@1 by ranker", bars), "")
    cells = [
        [ranker, *(f"{c.value:.3f}" + ("" if c.p is None else f" (p {p_text(c.p)})") for c in measures.values())]
        for ranker, measures in report.side_by_side.items()
    ]
    yield _table(["", *MEASURES], cells)


def _decision(results: Results) -> Iterator[str]:
    yield "<h2>Answer or not</h2>"
    yield _table(["", "95 % Wilson interval"], [[name, share_text(share)] for name, share in results.shares.items()])
    counts = {expected: [results.kinds[expected, came] for came in KINDS] for expected in KINDS}
    lines = [(kind.replace("_", " "), row) for kind, row in counts.items() if any(row)]
    names = [kind.replace("_", " ") for kind in KINDS]
    yield '<div class="grid">'
    yield _figure("Kinds of replies", confusion("Kinds of replies", names, lines), "Rows: expected. Columns: came.")
    judged = [
        o for o in results.outcomes if o.confidence is not None and o.question.expect in ("answer", "not_covered")
    ]
    if judged:
        points = reliability_points(judged)
        caption = (
            f"On the dashed line a confidence of 0.8 is right 8 times in 10. Expected calibration error "
            f"{calibration_error(points):.3f}, Brier score {brier_score(judged):.3f}."
        )
        yield _figure("Is the confidence right?", reliability("Reliability curve", points), caption)
        groups = [("should be answered", "answer"), ("should not", "not_covered")]
        sure = [(name, [o.confidence or 0.0 for o in judged if o.question.expect == kind]) for name, kind in groups]
        scores = [(name, [_best_score(o) for o in judged if o.question.expect == kind]) for name, kind in groups]
        caption = f"Questions on the right of the line ({ANSWERED:g}) are answered."
        yield _figure("Confidence", histograms("Confidence", sure, ANSWERED), caption)
        yield _figure("Best score", histograms("Score of the best passage", scores), "BM25 scores have no fixed scale.")
    yield "</div>"


def _best_score(outcome: Outcome) -> float:
    return next(iter(outcome.ranking.values()), 0.0)


def reliability_points(outcomes: Sequence[Outcome]) -> list[Point]:
    """Confidence in ten equal bins against the share that should have been answered; empty bins are left out."""
    bins: list[list[Outcome]] = [[] for _ in range(BINS)]
    for outcome in outcomes:
        bins[min(int((outcome.confidence or 0.0) * BINS), BINS - 1)].append(outcome)
    points = []
    for group in filter(None, bins):
        share = Share(sum(o.question.expect == "answer" for o in group), len(group))
        points.append(Point(mean([o.confidence or 0.0 for o in group]), share.value, *share.interval, share.of))
    return points


def calibration_error(points: Sequence[Point]) -> float:
    """Expected calibration error (Naeini, Cooper and Hauskrecht 2015): the mean gap, weighted by the bins' sizes."""
    return sum(p.count * abs(p.forecast - p.came_true) for p in points) / sum(p.count for p in points)


def brier_score(outcomes: Sequence[Outcome]) -> float:
    """Brier score (1950): the mean squared distance of the confidence from what was right, 0 or 1."""
    return mean([((o.confidence or 0.0) - (o.question.expect == "answer")) ** 2 for o in outcomes])


def _screen(report: Report) -> Iterator[str]:
    yield "<h2>Red-flag screen</h2>"
    for title, screened in (
        ("All messages", report.screened),
        ("By writers who had not seen the rules", blind(report.screened)),
    ):
        if screened:
            false = false_alarms(screened)
            yield f"<h3>{title} ({len(screened)})</h3>"
            yield _recall_table(recall_by_level(screened))
            yield f"<p>False alarms: {share_text(false)} of the harmless messages.</p>"
    by_row = recall_by_row(report.screened)
    if by_row:
        bars = [
            Bar(name, r.caught.value, *r.caught.interval, f"{r.caught.count}/{r.caught.of}")
            for name, r in sorted(by_row.items(), key=lambda item: (item[1].caught.value, item[0]))
        ]
        yield "<h3>By row of the rules</h3><p>Share caught, weakest first.</p>"
        yield _halves("Recall by row", bars)


def _recall_table(groups: Mapping[str, Recall]) -> str:
    body = [[name, share_text(r.caught), f"{r.fits.count}/{r.fits.of}"] for name, r in groups.items()]
    return _table(["level", "caught", "right level or the next higher"], body)


def _baseline(report: Report) -> Iterator[str]:
    assert report.baseline
    same = "the same passages" if report.baseline.corpus == report.digest else "other passages"
    yield f"<h2>Against the baseline</h2><p>Stored on {report.baseline.date}, {same}.</p>"
    body = [
        [c.measure, f"{len(c.now)}", f"{c.difference:+.3f}", f"{len(c.wins)}", f"{len(c.losses)}", p_text(c.p)]
        for c in report.changes
    ]
    fallen = [change.measure for change in report.changes if change.worse]
    yield f"<p>{'Significantly worse: ' + ', '.join(fallen) if fallen else 'Nothing is significantly worse.'}</p>"
    yield _table(["measure", "questions", "change", "better", "worse", "p"], body)


def _mistakes(report: Report) -> Iterator[str]:
    lists = mistakes(report)
    if lists:
        yield "<h2>Question by question</h2>"
    for heading, *lines in lists:
        items = "".join(f"<li>{escape(line.strip())}</li>" for line in lines)
        yield f"<details><summary>{escape(heading)}</summary><ul>{items}</ul></details>"


def _halves(title: str, bars: Sequence[Bar]) -> str:
    """A long chart of rows as two, beside each other where there is room."""
    half = -(-len(bars) // 2)
    parts = [f"<figure>{rows(title, part)}</figure>" for part in (bars[:half], bars[half:]) if part]
    return f'<div class="grid">{"".join(parts)}</div>'


def _figure(title: str, svg: str, caption: str) -> str:
    return f"<figure><h3>{escape(title)}</h3>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    names = "".join(f"<th>{escape(name)}</th>" for name in head)
    lines = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in line) + "</tr>" for line in body)
    return f'<div class="scroll"><table><tr>{names}</tr>{lines}</table></div>'
