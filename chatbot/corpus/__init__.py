"""Passages as people write them: reading, validating and linting a corpus."""
