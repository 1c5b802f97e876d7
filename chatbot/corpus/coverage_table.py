"""Which aspects of which body regions the corpus covers, as a Markdown table of passage counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chatbot.corpus.load import Corpus

COLUMNS: Final[Mapping[str, frozenset[str]]] = {
    "by hand": frozenset({"bare hands"}),
    "ball": frozenset({"ball", "peanut"}),
    "roller": frozenset({"roller"}),
    "gun": frozenset({"massage gun"}),
    "other tool": frozenset(
        {"cane", "massage stick", "electric massager", "massage cushion", "massage chair", "acupressure mat"}
        | {"scraping tool", "cups", "household items"}
    ),
    "desk": frozenset({"desk", "office work", "driving", "travel"}),
    "bed": frozenset({"bed", "sleep"}),
    "sport": frozenset({"before sport", "after sport", "running", "cycling", "climbing", "lifting", "swimming"}),
    "dose": frozenset({"pressure", "duration", "frequency"}),
    "feel": frozenset({"feeling", "after-effects"}),
    "mistakes": frozenset({"mistakes"}),
    "when not": frozenset({"safety"}),
    "get help": frozenset({"getting help"}),
    "stretch": frozenset({"stretching", "exercise"}),
}
"""Column -> the topics that count for it."""


def coverage_table(corpus: Corpus) -> str:
    """Regions (rows) by aspects (columns): how many passages have both among their topics; a dot for none."""
    regions = [term.name for term in corpus.terms if term.kind == "region"]
    lines = [f"| region | {' | '.join(COLUMNS)} |", "|---|" + "--:|" * len(COLUMNS)]
    for region in regions:
        here = [set(passage.topics) for passage in corpus.passages if region in passage.topics]
        if here:
            counts = [sum(bool(topics & wanted) for topics in here) for wanted in COLUMNS.values()]
            lines.append(f"| {region} | {' | '.join(str(count or '.') for count in counts)} |")
    return "\n".join(lines)
