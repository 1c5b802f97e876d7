"""`python -m chatbot` is the `selfmassage` command."""

from chatbot.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
