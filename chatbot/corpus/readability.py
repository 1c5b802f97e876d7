"""How hard a text is to read."""

from __future__ import annotations

import re
from typing import Final

_WORD: Final = re.compile(r"[A-Za-z0-9']+")
_SENTENCE_END: Final = re.compile(r"[.!?:;]+(?:\s|$)")
_SILENT: Final = re.compile(r"(?:[^laeiouy]es|[^aeiouytd]ed|[^laeiouy]e)$")
_VOWELS: Final = re.compile(r"[aeiouy]+")


def grade(text: str) -> float:
    """The US school grade of a text, by the Flesch-Kincaid formula.

    0.39 words per sentence + 11.8 syllables per word - 15.59 (Kincaid et al., "Derivation of new readability
    formulas", US Navy Research Branch Report 8-75, 1975). Syllables are counted as groups of vowels, without a silent
    ending. Returns 0 for a text without words.
    """
    found = _WORD.findall(text)
    if not found:
        return 0.0
    sentences = max(1, len(_SENTENCE_END.findall(text)))
    return 0.39 * len(found) / sentences + 11.8 * sum(map(syllables, found)) / len(found) - 15.59


def syllables(word: str) -> int:
    """About how many syllables an English word has; at least one."""
    lowered = word.lower()
    short = _SILENT.sub("", lowered) if len(lowered) > 3 else lowered
    return max(1, len(_VOWELS.findall(short)))
