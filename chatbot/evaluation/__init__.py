"""Measuring answers on a set of questions with graded judgements."""
