"""What a follow-up refers to: which words of earlier turns a later turn takes over.

A conversation has a subject: the words, with their lexicon terms, that the last question was in the end about. A turn
that leans on it ("and how often?", "what about my calf?", "no, the upper back") takes over what it lacks and nothing
else; a turn that stands on its own becomes the new subject.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from chatbot.language.analysis import EMPTY, Analysis, analyse_words, distinct
from chatbot.language.lexicon import Lexicon, Mention, TermKind
from chatbot.language.words import stop_stems, words
from chatbot.retrieval.search import Query, term_weights

CARRIED: Final[tuple[TermKind, ...]] = ("region", "complaint", "situation", "condition", "tool", "technique")
"""Kinds of terms that live on in a conversation, in the order they are named to the user."""

NAMED_WEIGHT: Final = 0.7
"""How much a carried lexicon term and its words count against words of the turn itself."""

FREE_WEIGHT: Final = 0.35
"""The same for carried words that the lexicon does not know."""

LONGEST: Final = 60
"""A turn of more words stands on its own."""

_ALTERNATIVES: Final[dict[TermKind, Collection[TermKind]]] = {
    "tool": ("tool", "technique"),
    "technique": ("tool", "technique"),
}
"""A tool named anew also replaces the technique, and the other way round; every other kind replaces its own."""

_OF_ONE_PERSON: Final[Collection[TermKind]] = ("condition", "situation")
"""What is true of one person, and not carried over to another."""

_FILLERS: Final = "ok(ay)?|oh|ah|right|cool|great|good|nice|yes|yeah|thanks|thx|hm+|lol|well|alright|fine"
_OPENERS: Final = (
    "and|n|or|also|but|so|then|what (about|if|else)|wot about|how (about|often|long|hard|much|many|soon|firm|deep)|why|"
    "when|with|without|same|is (it|that|this)|are they|does (it|that|the same)|do (they|i|you)|should (i|it)|"
    "can (i|you)|could i|may i|would (it|that|you)|which|where|true for|for how|in which|it|that|this|too"
)
_RELATIVES: Final = (
    "husband|wife|partner|boyfriend|girlfriend|mum|mom|mother|dad|father|gran|granny|nan|grandmother|grandad|grandfather|"
    "grandma|grandpa|sister|brother|son|daughter|kid|kids|child|children|baby|toddler|friend|mate|neighbou?r|colleague|"
    "flatmate|roommate|aunt|uncle|cousin|niece|nephew|teen|teenager|client|patient"
)
_OPENS: Final = re.compile(rf"^\W*(({_FILLERS})\W+)*({_OPENERS})\b", re.IGNORECASE)
_CORRECTS: Final = re.compile(
    r"^\W*(no+|nah|nope|not|sor+y|soz|oops|wait|actually|i mea?n?t?|scratch that|correction|typo|make that|rather)\b|"
    r"\bi (mean|mea?nt)\b|\bnot the\b.*\bbut\b|\bwrong way round\b",
    re.IGNORECASE,
)
_POINTS: Final = re.compile(
    r"\b(it|its|that|this|there|them|those|these|same|em|instead|one|ones|too|aswell|as well|also|either|likewise|"
    r"other (side|leg|arm|foot|hand|one))\b",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(r"\bnot (?:an? |the |my |his |her |on )*([a-z'-]+(?: [a-z'-]+)?)(?=\W*$|[,.;:!?]| but\b)")
_SOMEBODY: Final = re.compile(
    rf"\b(my|our|his|her|their|the) ({_RELATIVES})|\b(for|and|about) (me|him|her|myself|them)\b|\bmy (own|old)\b",
    re.IGNORECASE,
)
_ONE_OF_MORE: Final = frozenset("other each per both either every".split())
_ASKS: Final = frozenset(
    "how why when where which what who whether long often hard much many soon after before".split()
)


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A leaning turn made ready: what it means with what it takes over, what of it is its own, and what to tell."""

    query: Query
    own: Query
    about: str | None


def follow_up(text: str, turn: Query, subject: Analysis, lexicon: Lexicon) -> FollowUp:
    """Read a leaning turn together with the subject of the conversation."""
    own, carried = resolve(subject, text, turn.analysis, lexicon)
    weights = term_weights(own.terms)
    free = {carried.stems[position] for position in free_positions(carried)}
    for term, weight in term_weights(carried.terms).items():
        if term not in weights:
            weights[term] = weight * (FREE_WEIGHT if term in free else NAMED_WEIGHT)
    whole = Query(joined(own, carried), weights, turn.corrections)
    return FollowUp(whole, Query(own, term_weights(own.terms), turn.corrections), names(carried))


def leans(text: str, turn: Analysis) -> bool:
    """Whether a turn leans on what came before.

    It does when it corrects, points back or opens like a follow-up, and has little matter of its own; or when it is
    so short that it names nothing to ask about but a place, or nothing at all.
    """
    if len(turn.words) > LONGEST:
        return False
    free = len(free_positions(turn))
    kinds = {mention.kind for mention in turn.mentions}
    if _CORRECTS.search(text) and free <= 4:
        return True
    if free <= 4 and (_POINTS.search(text) or (_OPENS.search(text) and not {"region", "complaint"} <= kinds)):
        return True
    if "region" in kinds:
        return free == 0 and kinds <= {"region", "aspect"} and len(turn.words) <= 6
    return free <= 3 and not kinds & {"condition", "complaint"} and len(turn.words) <= 9


def about_somebody_else(text: str) -> bool:
    """Whether a turn asks for another person ("and my husband?")."""
    return _SOMEBODY.search(text) is not None


def free_positions(analysis: Analysis) -> list[int]:
    """Where the words stand that are neither function words nor part of a lexicon term."""
    stops = stop_stems()
    named = {position for mention in analysis.mentions for position in range(mention.start, mention.end)}
    return [p for p, stem in enumerate(analysis.stems) if stem not in stops and p not in named]


def resolve(subject: Analysis, text: str, turn: Analysis, lexicon: Lexicon) -> tuple[Analysis, Analysis]:
    """A leaning turn without what it denies, and what it takes over from the subject of the conversation."""
    denied = _denied(text)
    own = _without(turn, denied, lexicon)
    if denied:
        subject = _corrected(subject, denied, own, lexicon)
    named = [mention for mention in own.mentions if not _same_place(mention, own)]
    replaced = {kind for mention in named for kind in _ALTERNATIVES.get(mention.kind, (mention.kind,))}
    if about_somebody_else(text):
        replaced |= set(_OF_ONE_PERSON)
    if _asks(own):
        replaced.add("aspect")
    kept = [mention for mention in subject.mentions if mention.kind not in replaced]
    positions = {position for mention in kept for position in range(mention.start, mention.end)}
    positions |= set(free_positions(subject))
    return own, _part(subject, sorted(positions), kept)


def names(carried: Analysis) -> str | None:
    """What was carried over, as words for the user, or None."""
    terms = [mention.term for kind in CARRIED for mention in carried.mentions if mention.kind == kind]
    free = [carried.words[position] for position in free_positions(carried)]
    return ", ".join(distinct(terms or free)) or None


def joined(own: Analysis, carried: Analysis) -> Analysis:
    """Both as one: the subject of the conversation after the turn."""
    shift = len(own.words)
    moved = (Mention(m.term, m.kind, m.start + shift, m.end + shift) for m in carried.mentions)
    return Analysis(own.words + carried.words, own.stems + carried.stems, (*own.mentions, *moved))


def _same_place(mention: Mention, own: Analysis) -> bool:
    """Whether a region is only named as one of two or more ("per leg", "my other foot")."""
    return mention.kind == "region" and mention.start > 0 and own.words[mention.start - 1] in _ONE_OF_MORE


def _asks(own: Analysis) -> bool:
    """Whether a turn has a question of its own, so that the one asked before is not carried over."""
    return (
        bool(free_positions(own))
        or any(mention.kind == "aspect" for mention in own.mentions)
        or any(word in _ASKS for word in own.words)
    )


def _denied(text: str) -> set[str]:
    """The words that a correction takes back ("not a roller, a massage gun")."""
    if not _CORRECTS.search(text):
        return set()
    return {word for match in _DENIED.finditer(text.lower()) for word in words(match[1])}


def _without(turn: Analysis, denied: set[str], lexicon: Lexicon) -> Analysis:
    """A turn without the words it denies."""
    return analyse_words([word for word in turn.words if word not in denied], lexicon) if denied else turn


def _corrected(subject: Analysis, denied: set[str], own: Analysis, lexicon: Lexicon) -> Analysis:
    """The subject with what was denied replaced by what the turn says instead ("not lower, upper")."""
    if not denied & set(subject.words):
        return subject
    stops = stop_stems()
    instead = [word for word, stem in zip(own.words, own.stems, strict=True) if stem not in stops]
    result: list[str] = []
    for word in subject.words:
        if word not in denied:
            result.append(word)
        elif instead:
            result, instead = result + instead, []
    return analyse_words(result, lexicon)


def _part(analysis: Analysis, positions: list[int], mentions: list[Mention]) -> Analysis:
    """The words at these positions, with these mentions."""
    if not positions:
        return EMPTY
    place = {position: new for new, position in enumerate(positions)}
    return Analysis(
        tuple(analysis.words[p] for p in positions),
        tuple(analysis.stems[p] for p in positions),
        tuple(Mention(m.term, m.kind, place[m.start], place[m.end - 1] + 1) for m in mentions),
    )
