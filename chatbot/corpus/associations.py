"""Learnt associations of a corpus: which passages a term of a question speaks for (`eval/learn_associations.py`)."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Associations:
    """The weights of term `i` are `weights[starts[i]:starts[i + 1]]`, those of the passages with the ids
    `passages[column]` for the `columns` beside them. `idf` runs beside `terms`; it is what they were learnt with.
    """

    terms: list[str]
    idf: list[float]
    passages: list[str]
    starts: list[int]
    columns: list[int]
    weights: list[float]

    def postings(self, ids: Sequence[str]) -> tuple[list[str], array[float], array[int], array[int], array[float]]:
        """Terms in order, their idf, and starts, documents and weights for a corpus of passages with these ids.

        Passages that the corpus no longer holds are left out.
        """
        number = {id_: position for position, id_ in enumerate(ids)}
        order = sorted(range(len(self.terms)), key=self.terms.__getitem__)
        starts, documents, weights = array("I", [0]), array("I"), array("d")
        for row in order:
            for place in range(self.starts[row], self.starts[row + 1]):
                document = number.get(self.passages[self.columns[place]])
                if document is not None:
                    documents.append(document)
                    weights.append(self.weights[place])
            starts.append(len(documents))
        terms = [self.terms[row] for row in order]
        return terms, array("d", [self.idf[row] for row in order]), starts, documents, weights


def load_associations(file: Path) -> Associations:
    """Read the file. Raise ValueError, KeyError, EOFError, BadZipFile or OSError when it cannot be what it should."""
    import numpy as np

    with np.load(file, allow_pickle=False) as stored:
        content = {name: stored[name] for name in ("terms", "idf", "passages", "starts", "columns", "weights", "scale")}
    starts, columns = content["starts"], content["columns"]
    fits = (
        len(starts) == len(content["terms"]) + 1 == len(content["idf"]) + 1
        and len(columns) == len(content["weights"]) == int(starts[-1])
        and bool((np.diff(starts.astype(np.int64)) >= 0).all())
        and (not len(columns) or int(columns.max()) < len(content["passages"]))
    )
    if not fits:
        raise ValueError("its parts do not fit together")
    return Associations(
        terms=content["terms"].tolist(),
        idf=content["idf"].astype(float).tolist(),
        passages=content["passages"].tolist(),
        starts=starts.tolist(),
        columns=columns.tolist(),
        weights=(content["weights"].astype(float) * float(content["scale"])).tolist(),
    )
