"""How text is laid out: wrapping, the two styles (label and aside), and which characters a terminal may get."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass
from typing import Final

_CONTROL: Final = (
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\U000e0000-\U000e007f]"
)
_CONTROL_BUT_STYLES: Final = rf"(?!\x1b\[[012]m){_CONTROL}"
_LABEL: Final = "\x1b[1m{}\x1b[0m"
_ASIDE: Final = "\x1b[2m{}\x1b[0m"


def printable(text: str) -> str:
    """Text without control, escape, direction and zero-width characters: safe to show in any terminal."""
    return re.sub(_CONTROL, "", text)


def printable_or_styled(text: str) -> str:
    """The same, but this program's own styles stay."""
    return re.sub(_CONTROL_BUT_STYLES, "", text)


@dataclass(frozen=True, slots=True)
class Style:
    """How text is laid out: the width to wrap at (None: not at all), and whether labels are bold and asides dim."""

    width: int | None = None
    styled: bool = False

    def labelled(self, label: str, text: str) -> str:
        """Wrapped text behind a word that names it; the word is made bold after wrapping, so it costs no width."""
        label = printable(label)
        lines = self.wrap(f"{label} {printable(text)}")
        return _LABEL.format(label) + lines.removeprefix(label) if self.styled and lines.startswith(label) else lines

    def aside(self, text: str) -> str:
        """Wrapped text of lesser weight."""
        return "\n".join(_ASIDE.format(line) if self.styled else line for line in self.wrap(text).split("\n"))

    def wrap(self, text: str, indent: str = "", first: str | None = None) -> str:
        """Printable text as lines of at most `width`; `first` begins the first line, `indent` the others."""
        first = indent if first is None else first
        text = printable(text)
        if self.width is None:
            return first + text
        lines = textwrap.wrap(text, self.width, initial_indent=first, subsequent_indent=indent, break_on_hyphens=False)
        return "\n".join(lines)

    def numbered(self, number: int, text: str) -> str:
        """Wrapped text behind a number."""
        return self.wrap(text, indent="     ", first=f"{number:>3}. ")

    def paragraphs(self, text: str) -> str:
        """Text of several paragraphs, each wrapped."""
        return "\n\n".join(self.wrap(paragraph) for paragraph in text.split("\n\n"))
