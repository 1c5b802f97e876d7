"""Finding passages: BM25 weights, the compiled index, ranking over two fields, and the decision to answer."""
