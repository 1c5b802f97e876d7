# One word per job. PYTHON is the interpreter of a virtual environment made by `make setup`.
PYTHON ?= .venv/bin/python

.PHONY: setup format lint types test corpus index docs eval check
setup:            ## a virtual environment with everything for development
	python3 -m venv .venv
	.venv/bin/pip install -q -e '.[test]'
format:           ## lay out the code
	$(PYTHON) -m ruff format .
	$(PYTHON) -m ruff check --fix .
lint:             ## style and common mistakes
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ruff check .
types:            ## strict type checking
	$(PYTHON) -m mypy
test:             ## all tests
	$(PYTHON) -m pytest
corpus:           ## everything wrong with the built-in corpus
	$(PYTHON) -m chatbot corpus check
index:            ## compile the built-in corpus, so that a checkout answers as fast as an installed package
	$(PYTHON) -c "from chatbot.builtin import *; INDEX_FILE.parent.mkdir(exist_ok=True); INDEX_FILE.write_bytes(compile_builtin())"
docs:             ## what README, its picture and the help page show of the program, taken from the program
	$(PYTHON) docs/make_docs.py
eval:             ## measure retrieval and decisions on eval/
	$(PYTHON) -m chatbot eval
check: lint types corpus test
