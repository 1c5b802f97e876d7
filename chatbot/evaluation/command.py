"""`selfmassage eval`: from options to a report."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

from chatbot.assistant import Chatbot
from chatbot.builtin import evaluation_folder
from chatbot.evaluation.dataset import load_dataset, load_messages
from chatbot.evaluation.measures import run
from chatbot.evaluation.report import as_json, as_text, as_trec_run
from chatbot.evaluation.screening import screen


def run_evaluation(options: Namespace, chatbot: Chatbot) -> str:
    """Evaluate as the options say, write the run file if one is named, and return the report."""
    questions = Path(options.questions) if options.questions else evaluation_folder() / "questions.jsonl"
    qrels = Path(options.qrels) if options.qrels else questions.with_name("qrels.txt")
    results = run(load_dataset(questions, qrels, options.split), chatbot)
    messages = questions.with_name("red_flags.jsonl")
    screened = screen(load_messages(messages, options.split), chatbot) if messages.exists() else []
    if options.run_file:
        Path(options.run_file).write_text(as_trec_run(results), encoding="utf-8")
    return as_json(results, screened) if options.json else as_text(results, screened)
