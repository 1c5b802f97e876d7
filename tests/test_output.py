"""What reaches the outside: styles, widths, safe characters, closed streams, doctor, completions, help."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT, Terminal, chat_with, run

from chatbot import Chatbot
from chatbot.arguments import COMMANDS, SHELLS, build_parser, subcommands
from chatbot.cli import main
from chatbot.completions import completion_script
from chatbot.disclaimer import DISCLAIMER_LINE
from chatbot.exits import MEANINGS, ExitStatus
from chatbot.manual import TOPICS
from chatbot.settings import NAMES, Settings
from chatbot.terminal.chat import respond
from chatbot.terminal.console import Console
from chatbot.terminal.style import Style

SEQUENCES = "\x1b[31mred\x1b]0;title\x07\x9b31m\u202eback\u200bzero\u2066x\U000e0041\ufeff"
UNSAFE = re.compile(r"[^\t\n\x20-\x7e]")
PROGRAM = (sys.executable, "-m", "chatbot")


class Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def console(settings: Settings | None = None, options: tuple[str, ...] = (), **environment: str) -> Console:
    streams = (Screen(), Screen(), io.StringIO())
    return Console(*streams, environment, settings or Settings(), frozenset(options))


@pytest.mark.parametrize(
    ("given", "environment", "styled"),
    [
        (console(), {"TERM": "xterm"}, True),
        (console(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        (console(), {"TERM": "xterm", "NO_COLOR": ""}, True),
        (console(), {"TERM": "dumb"}, False),
        (console(Settings(plain=True)), {"TERM": "xterm"}, False),
        (console(Settings(color="never")), {"TERM": "xterm"}, False),
        (console(Settings(color="always")), {"TERM": "dumb"}, True),
        (console(Settings(color="always")), {"NO_COLOR": "1"}, False),
        (console(Settings(color="always"), ("color",)), {"NO_COLOR": "1"}, True),
    ],
)
def test_styles_follow_option_then_no_color_then_setting_then_terminal(
    given: Console, environment: dict[str, str], styled: bool
) -> None:
    """In this order, and NO_COLOR counts with any value but an empty one."""
    given.environment = environment

    assert given.styled == styled


def test_a_capable_terminal_is_one_that_nobody_calls_plain() -> None:
    """Line editing needs two terminals that are not dumb, and no wish for plain lines."""
    assert console(TERM="xterm").capable
    assert not console(TERM="dumb").capable
    assert console().capable == (os.name == "nt")
    assert console(TERM="dumb").interactive
    assert not console(Settings(plain=True), TERM="xterm").capable
    assert not Console(io.StringIO(), Screen(), io.StringIO(), {}).interactive


def test_width_is_the_terminals_up_to_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Narrow windows count, wide ones do not beyond 88; 0 is no wrapping; a pipe is wrapped only by an option."""
    widths = []
    for columns in ("40", "80", "200", "3"):
        monkeypatch.setenv("COLUMNS", columns)
        widths.append(console().width)
    pipe = Console(io.StringIO(), io.StringIO(), io.StringIO(), {}, Settings(width=60))

    assert widths == [40, 80, 88, 20]
    assert console(Settings(width=0)).width is None
    assert pipe.width is None
    assert Console(pipe.stdin, pipe.stdout, pipe.stderr, {}, Settings(width=60), frozenset({"width"})).width == 60


def test_piped_answers_are_whole_lines_unless_a_width_is_named() -> None:
    """One paragraph, one line; --width wraps it, and --width 0 overrules a setting."""
    narrow = {"SELFMASSAGE_WIDTH": "50"}
    assert "width:            0 (--width)" in " ".join(
        run("doctor", "--width", "0", environment=narrow).out.split("\n")
    )
    assert max(map(len, run("ask", "sore", "feet").out.splitlines())) > 100
    assert max(map(len, run("ask", "sore", "feet", "--width", "50").out.splitlines())) <= 50


def test_color_can_be_forced_into_a_pipe_but_never_into_json() -> None:
    """Only the styles bold and dim, and none in JSON."""
    text = run("ask", "sore", "feet", "--color", "always").out

    assert set(re.findall(r"\x1b\[\d*m", text)) == {"\x1b[0m", "\x1b[1m", "\x1b[2m"}
    assert not UNSAFE.search(re.sub(r"\x1b\[[012]m", "", text))
    assert "\x1b" not in run("ask", "sore", "feet", "--json", "--color", "always").out
    assert "\x1b" not in run("ask", "sore", "feet").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", f"sholder {SEQUENCES} pian"),
        ("ask", "--json", f"sholder {SEQUENCES}"),
        ("topics", SEQUENCES),
        ("guide", SEQUENCES),
        ("help", SEQUENCES),
        (SEQUENCES,),
        ("--corpus", f"/nowhere/{SEQUENCES}", "ask", "x"),
        ("--config", f"/nowhere/{SEQUENCES}", "ask", "x"),
        ("ask", "x", f"--{SEQUENCES}"),
    ],
)
def test_no_sequence_comes_back_raw(arguments: tuple[str, ...]) -> None:
    """Whatever stands in a question, a path or an option, both streams carry printable ASCII only."""
    ran = run(*arguments, "--color", "always") if arguments[0] == "ask" and len(arguments) < 3 else run(*arguments)
    text = re.sub(r"\x1b\[[012]m", "", ran.out + ran.err)

    assert text
    assert not UNSAFE.search(text)


@pytest.mark.parametrize(
    "line", [f"sholder {SEQUENCES}", f":{SEQUENCES}", f":topics {SEQUENCES}", f":help {SEQUENCES}"]
)
def test_no_sequence_comes_back_raw_in_a_chat(bot: Chatbot, tmp_path: Path, line: str) -> None:
    """The same for a chat, through the console that writes it."""
    screen = console(Settings(color="always"), TERM="xterm")
    screen.write(respond(chat_with(bot, tmp_path, Style(80, styled=True)), line))
    assert isinstance(screen.stdout, io.StringIO)

    assert not UNSAFE.search(re.sub(r"\x1b\[[012]m", "", screen.stdout.getvalue()))


def test_a_foreign_corpus_cannot_steer_the_terminal(tmp_path: Path) -> None:
    """Sequences in any field of somebody else's corpus are taken out."""
    file = tmp_path / "faq.jsonl"
    escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 0x10000 else "" for c in SEQUENCES)
    fields = ", ".join(f'"{name}": "{escaped} tyre {name}"' for name in ("question", "answer", "dose"))
    file.write_text(f'{{{fields}, "topics": ["{escaped}"], "stop_if": ["{escaped}"], "steps": ["{escaped}"]}}\n')

    for arguments in (["ask", "tyre question"], ["topics"], ["guide", "tyre question"]):
        ran = run(*arguments, "--corpus", str(file))
        assert "back" in ran.out
        assert not UNSAFE.search(ran.out + ran.err)
    assert not UNSAFE.search(run("--corpus", str(file), stdin="tyre question\n").out)


def test_answers_hold_no_boxes_and_no_emoji(bot: Chatbot) -> None:
    """Everything the built-in corpus says is plain ASCII."""
    assert not [p.id for p in bot.passages() if UNSAFE.search(p.question + p.text)]


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
@pytest.mark.parametrize("arguments", ["", "ask sore feet", "guide desk break"])
def test_closed_streams_are_survived(closed: str, arguments: str) -> None:
    """Without a stream (as some job runners start programs) there is no traceback and a plain exit code."""
    command = f"{sys.executable} -m chatbot {arguments} {closed}"
    done = subprocess.run(
        ["bash", "-c", command], input="", capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("arguments", [("guide", "desk", "break"), ("topics",), ("help",), ("doctor",)])
def test_a_closed_pipe_is_quiet(arguments: tuple[str, ...]) -> None:
    """Whoever reads only the first line gets it, and nothing on standard error."""
    command = " ".join(["set -o pipefail;", *PROGRAM, *arguments, "| head -1"])
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=ROOT, timeout=60, check=False)

    assert done.stderr == ""
    assert done.stdout.count("\n") == 1


def test_a_broken_pipe_ends_with_zero() -> None:
    """A reader that left is no error."""
    command = f"{sys.executable} -m chatbot; echo $? >&2"
    shell = f"yes sore feet | head -3000 | ({command}) | head -1"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, cwd=ROOT, timeout=120, check=False)

    assert done.stderr == "0\n"


def test_chat_without_a_terminal_reads_lines() -> None:
    """`chat` is a chat anywhere (Git Bash hands a pipe to programs): banner, prompts, disclaimer after the answer."""
    ran = run("chat", stdin="my neck is stiff\n:sources\nquit\n")

    assert ran.status == 0
    assert ran.out.count("you> ") == 3
    assert "Sources for" in ran.out
    assert DISCLAIMER_LINE in ran.out


def test_chat_takes_a_first_question() -> None:
    """`chat WORDS` answers them before it asks."""
    out = run("chat", "my", "neck", "is", "stiff", stdin="").out

    assert out.index("Answer: ") < out.index("you> ")


def test_git_bash_is_told_how_to_chat() -> None:
    """Where a pipe may be a person, standard error says what is being read."""
    assert "selfmassage chat" in run(stdin="sore feet\n", environment={"MSYSTEM": "MINGW64"}).err


def test_ctrl_c_in_a_batch_is_130(home: Path) -> None:
    """While questions are read from a terminal, Ctrl-C ends the program with 130 and no traceback."""
    terminal = Terminal(home, "--json")
    terminal.until("Ctrl-D ends.")
    terminal.child.sendintr()
    rest, status = terminal.end()

    assert status == 130
    assert "Traceback" not in rest


def test_doctor_says_everything_and_nothing_private(home: Path) -> None:
    """Versions, corpus, terminal, each setting with its origin, every path; no home folder, no question."""
    folder = home / ".config" / "selfmassage"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text("history = true\nwidht = 3\n")
    run("chat", stdin="my very private question\n")
    ran = run("doctor", "--width", "70", environment={"HOME": str(home), "SELFMASSAGE_VI": "1"})

    assert (ran.status, ran.err) == (0, "")
    for part in ("selfmassage:", "Python:", "digest:", "passages:", "routines:", "TERM:", "no terminal"):
        assert part in ran.out
    assert all(f"  {name}:" in ran.out for name in NAMES)
    assert "70 (--width)" in ran.out
    assert "True (SELFMASSAGE_VI)" in ran.out
    assert "True (~/.config/selfmassage/settings.toml)" in ran.out
    assert "did you mean width?" in ran.out
    assert "history.txt" in ran.out
    assert "private question" not in ran.out


@pytest.mark.parametrize("shell", SHELLS)
def test_completion_scripts_are_static_and_complete(shell: str) -> None:
    """Each names every command and option, runs no program of ours, and is printed by `completions`."""
    script = completion_script(shell)

    assert run("completions", shell).out == script + "\n"
    assert all(command in script for command in COMMANDS)
    for option in subcommands(build_parser())["ask"].known_options():
        assert option.lstrip("-") in script
    assert not re.search(r"\$\(\s*selfmassage|`selfmassage|& *selfmassage", script)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("selfmassage to", "topics"),
        ("selfmassage completions z", "zsh"),
        ("selfmassage --plain ask --to", "--top"),
        ("selfmassage corpus ch", "check"),
        ("selfmassage help exit", "exit-codes"),
    ],
)
def test_bash_completes(tmp_path: Path, typed: str, expected: str) -> None:
    """Bash itself offers the right word."""
    script = tmp_path / "completion"
    script.write_text(completion_script("bash"))
    words = " ".join(f"'{word}'" for word in typed.split())
    line = f"source {script}; COMP_WORDS=({words}); COMP_CWORD={len(typed.split()) - 1}; _selfmassage; "
    done = subprocess.run(
        ["bash", "-c", line + 'echo "${COMPREPLY[*]}"'], capture_output=True, text=True, timeout=30, check=True
    )

    assert done.stdout.split() == [expected]


@pytest.mark.parametrize(("shell", "check"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
def test_shells_accept_their_scripts(tmp_path: Path, shell: str, check: str) -> None:
    """The syntax is right, where the shell is there to say so."""
    if not shutil.which(shell):
        pytest.skip(f"{shell} is not installed")
    script = tmp_path / "completion"
    script.write_text(completion_script(shell))

    assert subprocess.run([shell, check, script], timeout=30).returncode == 0


def test_the_help_page_is_the_reviewed_one(capsys: pytest.CaptureFixture[str]) -> None:
    """A change of --help shows in tests/help.txt, where somebody reads it (`make docs` writes it anew)."""
    main(["--help"])

    assert capsys.readouterr().out == (ROOT / "tests" / "help.txt").read_text()


def test_the_help_page_fits_a_terminal_and_names_all() -> None:
    """At most 80 columns; every command and every option stands in it."""
    text = (ROOT / "tests" / "help.txt").read_text()
    parser = build_parser()

    assert max(map(len, text.splitlines())) <= 80
    assert all(re.search(rf"^  {command} ", text, re.M) for command in COMMANDS)
    own = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    assert all(option in text for option in own)


@pytest.mark.parametrize(
    "example", re.findall(r"^  (selfmassage \S.*?)(?:   |$)", (ROOT / "tests" / "help.txt").read_text(), re.M)
)
def test_the_examples_of_the_help_page_work(example: str) -> None:
    """Each can be typed as it stands."""
    ran = run(*example.split()[1:])

    assert (ran.status, ran.err) == (0, "")


def test_help_lists_every_exit_code() -> None:
    """Number and meaning of each."""
    out = run("help", "exit-codes").out

    assert all(re.search(rf"^ +{int(status)}  {MEANINGS[status]}$", out, re.M) for status in ExitStatus)


def test_json_is_the_same_on_a_terminal(home: Path) -> None:
    """Laid out for reading there, but the same object."""
    shown, status = Terminal(home, "ask", "--json", "sore", "feet").end()

    assert status == 0
    assert json.loads(shown) == json.loads(run("ask", "--json", "sore", "feet").out)


def test_only_the_console_knows_the_process() -> None:
    """No module but the console and the entry point asks for the environment or the standard streams."""
    pattern = re.compile(r"\bos\.environ|\bos\.getenv|\bsys\.(stdin|stdout|stderr)")
    asking = {path.stem for path in (ROOT / "chatbot").rglob("*.py") if pattern.search(path.read_text())}

    assert asking == {"console", "cli"}


def test_help_fits_a_phone(home: Path) -> None:
    """In 40 columns no line of the help is broken by the window, and nothing is lost."""
    for topic in (("--help",), ("help", "settings"), ("help", "ask"), ("help", "privacy")):
        shown, _ = Terminal(home, *topic, COLUMNS="40").end()
        assert max(map(len, shown.splitlines())) <= 40
    words = (ROOT / "tests" / "help.txt").read_text().split()
    assert Terminal(home, "--help", COLUMNS="40").end()[0].split() == words


@pytest.mark.parametrize("topic", [*TOPICS, *COMMANDS])
def test_help_explains_every_topic(topic: str) -> None:
    """`help TOPIC` prints a text that fits 120 columns; a misspelt one is guessed."""
    ran = run("help", topic)
    guessed = run("help", topic[:-1] + "xx")

    assert ran.status == 0
    assert max(map(len, ran.out.splitlines())) <= 120
    assert (guessed.status, guessed.out) == (2, "")


def test_help_works_with_broken_settings(tmp_path: Path) -> None:
    """Who has a settings problem can still read about settings."""
    assert run("--config", str(tmp_path / "missing"), "help", "settings").status == 0
