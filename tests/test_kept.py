"""What is kept on disk: nothing by default; on request, privately, durably, and never a red-flag message."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BIKES, ROOT, Terminal, chat_with, run

from chatbot import Chatbot
from chatbot.evaluation.dataset import Question
from chatbot.feedback import Feedback, draft_questions, load, record, summary
from chatbot.storage import FEEDBACK, HISTORY, append_line, forget, read_lines, stored_files
from chatbot.terminal.chat import respond

DANGER = "crushing chest pain and my left arm aches"
CRISIS = "i want to kill myself"


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_chat_keeps_nothing_by_default(bot: Chatbot, state: Path) -> None:
    """No file and no folder appears, whatever is typed."""
    chat = chat_with(bot, state)
    for line in ("sore feet", "best pizza in town", ":good", ":bad no", ":history"):
        respond(chat, line)

    assert not state.exists()


def test_history_is_kept_on_request(bot: Chatbot, state: Path) -> None:
    """`:history on` keeps questions and commands from then on, `:history off` stops."""
    chat = chat_with(bot, state)
    for line in ("before", ":history on", "sore feet", ":sources", ":history off", "after"):
        respond(chat, line)

    assert read_lines(state / HISTORY) == [":history on", "sore feet", ":sources"]


@pytest.mark.skipif(os.name == "nt", reason="modes are a POSIX matter")
def test_kept_files_are_private_from_the_start(bot: Chatbot, state: Path) -> None:
    """File 0600 in a folder 0700 even under the loosest umask; a looser file from elsewhere is tightened."""
    before = os.umask(0)
    try:
        chat = chat_with(bot, state, history=True, feedback=True)
        respond(chat, "sore feet")
        respond(chat, ":good")
    finally:
        os.umask(before)
    assert {mode(state / HISTORY), mode(state / FEEDBACK)} == {0o600}
    assert mode(state) == 0o700
    (state / HISTORY).chmod(0o644)
    respond(chat, "stiff neck")
    assert mode(state / HISTORY) == 0o600


def test_history_lives_in_the_state_folder(home: Path) -> None:
    """In a real terminal `:history on` names the file; it is 0600 and comes back in the next chat."""
    terminal = Terminal(home)
    terminal.until("you>")
    file = home / ".local" / "state" / "selfmassage" / HISTORY
    assert HISTORY in terminal.say(":history on").replace("\n", "")
    terminal.say("sore feet")
    terminal.press("\x04")
    terminal.end()

    assert mode(file) == 0o600
    assert file.read_text() == ":history on\nsore feet\n"


@pytest.mark.parametrize("message", [DANGER, CRISIS, f":bad {CRISIS}", f"/{DANGER}"])
def test_red_flag_messages_are_never_kept(bot: Chatbot, state: Path, message: str) -> None:
    """Neither the message nor what was said just before it stays in any file."""
    chat = chat_with(bot, state, history=True, feedback=True)
    respond(chat, "an older question")
    for line in ("sore feet", "i feel so odd today", "what now"):
        respond(chat, line)
    assert "STOP" in (text := respond(chat, message)) or "GET HELP" in text
    respond(chat, "ok but how hard should i press")

    kept = "".join(file.read_text() for file in stored_files(state))
    assert "an older question" in kept
    for said in (message, "i feel so odd today", "what now", "how hard"):
        assert said not in kept


def test_private_overrules_every_wish(bot: Chatbot, state: Path) -> None:
    """With --private neither settings nor `:history on` keep anything, and the user is told."""
    chat = chat_with(bot, state, private=True, history=True, feedback=True)

    assert "private" in respond(chat, ":history on")
    respond(chat, "best pizza in town")
    assert not state.exists()


@pytest.mark.parametrize("settings", [{}, {"SELFMASSAGE_HISTORY": "1"}])
def test_forget_removes_everything(home: Path, bot: Chatbot, settings: dict[str, str]) -> None:
    """`selfmassage forget` and `:forget` delete every kept file and the folder, and nothing is kept after."""
    folder = home / ".local" / "state" / "selfmassage"
    append_line(folder / HISTORY, "sore feet")
    record(folder, Feedback("good", "sore feet", "foot-ball"))
    assert "Deleted 2 files" in run("forget", environment=settings).out
    assert not folder.exists()

    chat = chat_with(bot, folder, history=True, feedback=True)
    respond(chat, "sore feet")
    assert "Deleted 1 file." in respond(chat, ":forget")
    respond(chat, "stiff neck")
    assert not folder.exists()


def test_forget_leaves_other_files_alone(state: Path) -> None:
    """Only what this program keeps is deleted."""
    append_line(state / HISTORY, "sore feet")
    (state / "mine.txt").write_text("mine")
    forget(state)

    assert [file.name for file in state.iterdir()] == ["mine.txt"]


def test_a_folder_that_cannot_be_written_spoils_no_answer(bot: Chatbot, state: Path) -> None:
    """The answer comes, with one sentence on what failed; from then on nothing is tried."""
    state.parent.mkdir(parents=True)
    state.write_text("a file where the folder should be")
    chat = chat_with(bot, state, history=True)
    first, second = respond(chat, "sore feet"), respond(chat, "stiff neck")

    assert "Answer: " in first
    assert "Nothing is kept from now on" in first
    assert "Nothing is kept" not in second


def test_control_characters_are_not_kept_raw(bot: Chatbot, state: Path) -> None:
    """Reading the file in a terminal does no harm."""
    respond(chat_with(bot, state, history=True), "sore \x1b[31mfeet\x07 \u202efoo")

    assert read_lines(state / HISTORY) == ["sore [31mfeet foo"]


def test_feedback_is_kept_with_what_it_is_about(bot: Chatbot, state: Path) -> None:
    """`:good`, `:bad why` and a question not covered, one JSON line each."""
    chat = chat_with(bot, state, feedback=True)
    for line in ("stiff neck at my desk", ":good", ":bad too long", "best pizza in town"):
        respond(chat, line)
    good, bad, missing = load(state)

    assert (good.kind, good.question, bool(good.passage)) == ("good", "stiff neck at my desk", True)
    assert (bad.kind, bad.why) == ("bad", "too long")
    assert (missing.kind, missing.question) == ("not_covered", "best pizza in town")


def test_feedback_says_when_it_is_off(bot: Chatbot, state: Path) -> None:
    """Without the setting, `:good` keeps nothing and says how to change that."""
    chat = chat_with(bot, state)
    respond(chat, "sore feet")

    assert "feedback = true" in respond(chat, ":good")


def test_one_shot_questions_count_when_switched_on(home: Path) -> None:
    """`ask` keeps a question that is not covered, and never a red flag."""
    on = {"SELFMASSAGE_FEEDBACK": "1"}
    for question in ("best pizza in town", DANGER, "sore feet"):
        run("ask", question, environment=on)
    run("ask", "best pizza in rome", "--private", environment=on)

    assert [r.question for r in load(home / ".local" / "state" / "selfmassage")] == ["best pizza in town"]


def test_feedback_becomes_draft_questions(home: Path) -> None:
    """The summary counts; every drafted line is a valid line of an evaluation set, each question once."""
    folder = home / ".local" / "state" / "selfmassage"
    assert "No feedback kept yet" in run("feedback").out
    record(folder, Feedback("good", "sore feet", "foot-ball"))
    record(folder, Feedback("bad", "Sore  feet", "foot-ball", "wrong foot"))
    record(folder, Feedback("not_covered", "best pizza"))

    out = run("feedback").out
    assert "1 good, 1 bad, 1 not covered." in out
    assert "foot-ball (wrong foot)" in out
    drafts = [Question(**json.loads(line)) for line in run("feedback", "--draft").out.splitlines()]
    assert [(draft.text, draft.expect) for draft in drafts] == [("sore feet", "answer"), ("best pizza", "not_covered")]


def test_a_line_cut_short_is_passed_over(state: Path) -> None:
    """After a torn write, what was kept before and what comes after are both whole."""
    record(state, Feedback("good", "one"))
    with (state / FEEDBACK).open("a") as file:
        file.write('{"kind": "good", "quest')
    record(state, Feedback("good", "two"))
    with (state / FEEDBACK).open("a") as file:
        file.write('{"kind": "bad"')

    assert [remark.question for remark in load(state)] == ["one", "two"]
    assert "2 good" in summary(load(state))
    assert len(list(draft_questions(load(state)))) == 2


def test_a_killed_process_loses_nothing_acknowledged(state: Path) -> None:
    """Every remark that was acknowledged before SIGKILL is in the file."""
    code = (
        "from pathlib import Path; from chatbot.feedback import *\n"
        f"for n in range(10**6): record(Path({str(state)!r}), Feedback('good', str(n))); print(n, flush=True)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=ROOT) as child:
        assert child.stdout
        acknowledged = [child.stdout.readline().strip() for _ in range(50)]
        child.send_signal(signal.SIGKILL)
        acknowledged += child.stdout.read().split()

    kept = [remark.question for remark in load(state)]
    assert kept[: len(acknowledged)] == acknowledged


def test_several_chats_may_write_at_once(state: Path) -> None:
    """Lines of parallel processes are never mixed or lost."""
    code = (
        "import sys; from pathlib import Path; from chatbot.feedback import *\n"
        f"for n in range(40): record(Path({str(state)!r}), Feedback('good', sys.argv[1] * 300))"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, letter], cwd=ROOT) for letter in "abcd"]

    assert [child.wait() for child in children] == [0, 0, 0, 0]
    assert sorted(remark.question[0] for remark in load(state)) == sorted("abcd" * 40)


WATCH = """
import sys
def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        import os
        written = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if written and not str(path).startswith("/dev/"):
            raise PermissionError(f"wrote {path}")
    if event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.symlink", "os.link"):
        raise PermissionError(f"{event} {arguments}")
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        raise PermissionError(f"{event} {arguments}")
sys.addaudithook(watch)
from chatbot.cli import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    ("arguments", "typed", "status"),
    [
        (("ask", "best", "pizza"), "", 3),
        (("ask", DANGER), "", 4),
        ((), "sore feet\nbest pizza\n", 0),
        (("chat",), "sore feet\n:good\n:bad x\n:history\nquit\n", 0),
        (("guide", "desk", "break"), "", 0),
        (("doctor",), "", 0),
        (("feedback",), "", 0),
        (("eval", "--questions", "questions.jsonl", "--corpus", "bikes.toml"), "", 0),
    ],
)
def test_nothing_is_written_and_nothing_is_sent(
    home: Path, arguments: tuple[str, ...], typed: str, status: int
) -> None:
    """In an empty read-only home folder everything works, no file is opened for writing, no socket is used."""
    (home / "bikes.toml").write_text(BIKES)
    question = {"id": "q1", "text": "flat tyre what now", "expect": "answer", "split": "dev"}
    (home / "questions.jsonl").write_text(json.dumps(question))
    (home / "qrels.txt").write_text("q1 0 puncture 3\n")
    before = sorted(home.rglob("*"))
    home.chmod(0o555)
    environment = {"HOME": str(home), "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-B", "-c", WATCH, *arguments]
    done = subprocess.run(command, input=typed, capture_output=True, text=True, cwd=home, env=environment, timeout=120)
    home.chmod(0o755)

    assert (done.returncode, done.stderr) == (status, "")
    assert sorted(home.rglob("*")) == before


def test_a_typed_chat_writes_and_sends_nothing(home: Path) -> None:
    """The same holds for a chat with line editing."""
    terminal = Terminal(home, program=("-c", WATCH))
    terminal.until("you>")
    assert "Answer: " in terminal.say("sore feet")
    terminal.press("\x04")
    rest, status = terminal.end()

    assert status == 0
    assert "PermissionError" not in rest
    assert list(home.rglob("*")) == []
