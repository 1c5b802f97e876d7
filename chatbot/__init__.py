"""Answers questions about self-massage from checked passages, offline. See README.md for a tour.

    from chatbot import Chatbot
    print(Chatbot().ask("how do I get a knot out from between my shoulder blades"))

Importing this package costs next to nothing; what a name needs is loaded when the name is first used (PEP 562).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatbot.assistant import Chatbot, Conversation
    from chatbot.corpus.load import Corpus
    from chatbot.disclaimer import DISCLAIMER
    from chatbot.errors import ChatbotError, CorpusError
    from chatbot.models import Answer, Escalation, Hit, NotCovered, Passage, Reply, SmallTalk, Source, Step

__version__ = "0.1.0"

__all__ = [
    "DISCLAIMER",
    "Answer",
    "Chatbot",
    "ChatbotError",
    "Conversation",
    "Corpus",
    "CorpusError",
    "Escalation",
    "Hit",
    "NotCovered",
    "Passage",
    "Reply",
    "SmallTalk",
    "Source",
    "Step",
    "__version__",
]

_HOMES = {
    "Chatbot": "assistant",
    "Conversation": "assistant",
    "Corpus": "corpus.load",
    "DISCLAIMER": "disclaimer",
    "ChatbotError": "errors",
    "CorpusError": "errors",
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'models')}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
