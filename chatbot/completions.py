"""Completion scripts for shells: plain text made from the grammar of the command line; they never run the program."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from chatbot.arguments import HELP_TOPICS, build_parser, subcommands


@dataclass(frozen=True, slots=True)
class Words:
    """What may follow a command: one line about it, options, fixed words."""

    about: str
    options: tuple[str, ...]
    words: tuple[str, ...] = ()

    @property
    def all(self) -> str:
        """Everything that may follow, for a shell."""
        return " ".join((*self.words, *self.options))


def completion_script(shell: str) -> str:
    """The script for bash, zsh, fish or powershell."""
    parser = build_parser()
    commands = {name: _words(command) for name, command in subcommands(parser).items()}
    commands["help"] = Words(commands["help"].about, commands["help"].options, (*commands, *HELP_TOPICS))
    return SHELLS[shell](_words(parser), commands)


def _words(parser: argparse.ArgumentParser) -> Words:
    options = tuple(o for action in parser._actions for o in action.option_strings if o.startswith("--"))
    chosen = [action.choices for action in parser._actions if action.choices and not action.option_strings]
    return Words((parser.description or "").rstrip("."), options, tuple(word for choices in chosen for word in choices))


def _bash(top: Words, commands: Mapping[str, Words]) -> str:
    cases = "\n".join(f'        {name}) words="{words.all}" ;;' for name, words in commands.items())
    return f"""\
# bash completion for selfmassage. Save as ~/.local/share/bash-completion/completions/selfmassage
_selfmassage() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} command= word words
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case " {" ".join(commands)} " in *" $word "*) command=$word; break ;; esac
    done
    case $command in
{cases}
        *) words="{top.all}" ;;
    esac
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -o default -F _selfmassage selfmassage"""


def _zsh(top: Words, commands: Mapping[str, Words]) -> str:
    cases = "\n".join(f"    {name}) compadd -- {words.all} ;;" for name, words in commands.items())
    return f"""\
#compdef selfmassage
# zsh completion for selfmassage. Save as _selfmassage in a folder of your fpath.
_selfmassage() {{
  local command= word
  for word in ${{words[2,CURRENT-1]}}; do
    case " {" ".join(commands)} " in *" $word "*) command=$word; break ;; esac
  done
  case $command in
{cases}
    *) compadd -- {top.all} ;;
  esac
  _files
}}
compdef _selfmassage selfmassage"""


def _fish(top: Words, commands: Mapping[str, Words]) -> str:
    lines = ["# fish completion for selfmassage. Save as ~/.config/fish/completions/selfmassage.fish"]
    lines += [f"complete -c selfmassage -l {option.lstrip('-')}" for option in top.options]
    for name, words in commands.items():
        lines.append(f"complete -c selfmassage -n __fish_use_subcommand -f -a {name} -d '{_quoted(words.about)}'")
        seen = f"-n '__fish_seen_subcommand_from {name}'"
        own = [option for option in words.options if option not in top.options]
        lines += [f"complete -c selfmassage {seen} -l {option.lstrip('-')}" for option in own]
        if words.words:
            lines.append(f"complete -c selfmassage {seen} -f -a '{' '.join(words.words)}'")
    return "\n".join(lines)


def _powershell(top: Words, commands: Mapping[str, Words]) -> str:
    cases = "\n".join(f"        '{name}' {{ '{words.all}' }}" for name, words in commands.items())
    return f"""\
# PowerShell completion for selfmassage. Add to the file that $PROFILE names.
Register-ArgumentCompleter -Native -CommandName selfmassage -ScriptBlock {{
    param($word, $line, $cursor)
    $known = '{" ".join(commands)}' -split ' '
    $command = $line.CommandElements | Select-Object -Skip 1 | ForEach-Object {{ "$_" }} |
        Where-Object {{ $_ -ne $word -and $known -contains $_ }} | Select-Object -First 1
    $words = switch ($command) {{
{cases}
        default {{ '{top.all}' }}
    }}
    $words -split ' ' | Where-Object {{ $_ -like "$word*" }} | ForEach-Object {{
        [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
    }}
}}"""


def _quoted(text: str) -> str:
    return text.replace("'", "\\'")


SHELLS: Final[Mapping[str, Callable[[Words, Mapping[str, Words]], str]]] = {
    "bash": _bash,
    "zsh": _zsh,
    "fish": _fish,
    "powershell": _powershell,
}
