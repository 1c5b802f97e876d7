"""What `selfmassage help TOPIC` prints beyond the commands' own help: exit codes, settings, privacy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from chatbot.exits import MEANINGS
from chatbot.settings import FILE_VARIABLE, PREFIX, settings_table


def exit_codes() -> str:
    """The table of exit codes."""
    rows = [f"{int(status):>5}  {meaning}" for status, meaning in MEANINGS.items()]
    return "\n".join(
        [
            "Exit codes",
            *rows,
            "",
            "A batch ends with 0 when every line was read; with --strict, with the highest code of its lines.",
        ]
    )


def settings() -> str:
    """Every setting, and how to give it."""
    rows = [f"  {f'{name} = {default}':<18}{about}" for name, default, about in settings_table()]
    return f"""\
Settings, with their defaults
{chr(10).join(rows)}

They are read from settings.toml in the folder that `selfmassage doctor` names. The file is never made for you:

  history = true
  width = 72

A later place wins: the file, ACCESSIBLE=1 (means plain), variables such as {PREFIX}WIDTH=72, options such
as --width 72. An empty variable switches a setting off. {FILE_VARIABLE} or --config names another file.
NO_COLOR overrules the setting color, and --color overrules NO_COLOR."""


PRIVACY: Final = """\
What is kept
  Nothing, unless you ask. There is no network code, no telemetry, no log file.

  :history on, or history = true    what you type in chats, one line each
  feedback = true                   :good, :bad and questions that were not covered

  Both are files in the folder that `selfmassage doctor` names; only your account can read them. A message that
  sets off the red-flag screen is never kept, and the few lines before it are taken out again.

  --private                         keeps nothing, whatever the settings say
  selfmassage forget, or :forget    deletes all of it

  While Ctrl-X Ctrl-E edits a question in your editor, the text is in a temporary file only you can read."""

TOPICS: Final[Mapping[str, Callable[[], str]]] = {
    "exit-codes": exit_codes,
    "settings": settings,
    "privacy": lambda: PRIVACY,
}
