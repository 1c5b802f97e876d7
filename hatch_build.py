"""Compiles the built-in corpus while the package is built, and puts it and its sources into the wheel."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCorpus(BuildHookInterface):  # type: ignore[type-arg]
    """For a wheel: the compiled index and the TOML files. For an editable install: the index, in its place here."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile before files are collected."""
        root = Path(self.root)
        sys.path.insert(0, self.root)
        from chatbot.builtin import INDEX_FILE, compile_builtin

        INDEX_FILE.parent.mkdir(exist_ok=True)
        INDEX_FILE.write_bytes(compile_builtin())
        if version == "editable":
            return
        shipped = [
            *root.glob("corpus/*.toml"),
            *root.glob("eval/*.jsonl"),
            root / "eval" / "qrels.txt",
            root / "eval" / "baseline.json",
        ]
        include = {str(file): f"chatbot/data/{file.relative_to(root).as_posix()}" for file in shipped}
        build_data["force_include"] |= include | {str(INDEX_FILE): "chatbot/data/corpus.index"}
