"""Prints how the engine bears misspelt questions, how fast a search is and how much memory a loaded assistant takes.

    python eval/robustness.py [dev|test]        from the repository, with the test extra installed

Misspelt copies: one random edit (a letter left out, doubled, replaced by a neighbour on the keyboard or swapped with
the next) in every third word of four letters or more; fixed seed. Times are medians on this machine and this run.
"""

from __future__ import annotations

import random
import resource
import sys
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Final

from chatbot import Chatbot
from chatbot.builtin import evaluation_folder
from chatbot.evaluation.dataset import Question, Split, load_dataset
from chatbot.retrieval.search import make_query, rank

NEIGHBOURS: Final = dict(
    zip("qwertyuiopasdfghjklzxcvbnm", "wqerttyuiosasdfghjkxzxcvbn", strict=True)  # the key beside each key
)


@dataclass(frozen=True, slots=True)
class Found:
    """The shares of questions with a good answer in first place and among the first three."""

    first: float
    three: float


def misspelt(text: str, chance: random.Random) -> str:
    """The text with one edit in every third word."""
    words = text.split(" ")
    for place in range(2, len(words), 3):
        if len(words[place]) >= 4:
            words[place] = _edited(words[place], chance)
    return " ".join(words)


def _edited(word: str, chance: random.Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    letter = word[place]
    edits = (
        "",
        letter * 2,
        NEIGHBOURS.get(letter.lower(), letter),
        word[place + 1] + letter,
    )
    number = chance.randrange(4)
    return word[:place] + edits[number] + word[place + (2 if number == 3 else 1) :]


def found(questions: list[Question], texts: list[str], bot: Chatbot, qrels: dict[str, dict[str, int]]) -> Found:
    """How often a passage of grade 2 or more comes up."""
    ids = [passage.id for passage in bot.passages()]
    places = []
    for question, text in zip(questions, texts, strict=True):
        best = [ids[answer.number] for answer in rank(make_query(text, bot.index), bot.index, 3).answers]
        good = [place for place, id_ in enumerate(best) if qrels[question.id].get(id_, 0) >= 2]
        places.append(good[0] if good else 3)
    return Found(sum(p == 0 for p in places) / len(places), sum(p < 3 for p in places) / len(places))


def timed(texts: list[str], bot: Chatbot) -> float:
    """The median time of a search, in milliseconds."""
    times = []
    for text in texts:
        start = perf_counter()
        rank(make_query(text, bot.index), bot.index, 3)
        times.append(1000 * (perf_counter() - start))
    return median(times)


def main(split: Split) -> None:
    """Measure and print."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bot = Chatbot()
    bot.ask("my neck is stiff")
    folder = evaluation_folder()
    dataset = load_dataset(folder / "questions.jsonl", folder / "qrels.txt", split)
    questions = [q for q in dataset.questions if q.expect == "answer" and not q.history]
    qrels = {id_: dict(grades) for id_, grades in dataset.qrels.items()}
    chance = random.Random(0)  # noqa: S311  (repeatable, not secret)
    plain = [question.text for question in questions]
    for name, texts in (("as asked", plain), ("misspelt", [misspelt(text, chance) for text in plain])):
        result = found(questions, texts, bot, qrels)
        print(f"{name:<10} {len(texts)} questions: Success@1 {result.first:.3f}, Success@3 {result.three:.3f}")
    story = max(plain, key=len)
    long = [(f"{story} " * 10)[:2000]] * 20
    print(f"search: median {timed(plain, bot):.2f} ms; 2,000 characters {timed(long, bot):.2f} ms")
    print(
        f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB (at start {before / 1024:.0f})"
    )


if __name__ == "__main__":
    main("test" if sys.argv[1:] == ["test"] else "dev")
