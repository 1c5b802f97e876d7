"""Where the built-in corpus and its compiled index lie, in an installed package and in a checkout."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from chatbot.language.words import words
from chatbot.retrieval.index import Index
from chatbot.retrieval.store import Store

if TYPE_CHECKING:
    from chatbot.corpus.load import Corpus

_PACKAGE: Final = Path(__file__).parent
_SHIPPED: Final = _PACKAGE / "data" / "corpus"
INDEX_FILE: Final = _PACKAGE / "data" / "corpus.index"
"""The compiled index: part of every wheel; in a checkout only after `make index`, and used only while it is fresh."""


def corpus_folder() -> Path:
    """The built-in corpus: beside this package in a checkout, inside it when installed."""
    return _SHIPPED if _SHIPPED.is_dir() else _PACKAGE.parent / "corpus"


def open_builtin() -> Index:
    """The compiled built-in index: the ready-made file if it fits the sources, else compiled now, in memory."""
    if INDEX_FILE.is_file():
        store = Store.open(INDEX_FILE)
        if _SHIPPED.is_dir() or json.loads(store.text("meta"))["digest"] == sources_digest():
            return Index(store)
    return Index(Store(compile_builtin()))


def compile_builtin() -> bytes:
    """Compile the built-in corpus."""
    from chatbot.corpus.load import Corpus

    return compile_corpus(Corpus.load(corpus_folder()), sources_digest())


def compile_corpus(corpus: Corpus, digest: str = "") -> bytes:
    """Compile any corpus. One without red-flag rules of its own is guarded by the built-in rules and cautions."""
    from chatbot.corpus.load import load_safety
    from chatbot.retrieval.index import build_index
    from chatbot.safety.red_flags import compile_rules

    rules, cautions = corpus.red_flags, corpus.cautions
    if rules is None:
        rules, cautions = load_safety(corpus_folder())
    usage = Counter(word for passage in corpus.passages for line in passage.also_asked for word in words(line))
    return build_index(corpus, compile_rules(rules, cautions, usage), digest)


def sources_digest() -> str:
    """A digest of all that the compiled index is made from: the corpus and this package's code."""
    digest = sha256()
    for folder, pattern in ((corpus_folder(), "*.toml"), (corpus_folder(), "*.npz"), (_PACKAGE, "**/*.py")):
        for file in sorted(folder.glob(pattern)):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


def evaluation_folder() -> Path:
    """The built-in questions and judgements."""
    shipped = _PACKAGE / "data" / "eval"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "eval"
