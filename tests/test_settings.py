"""Settings: where they come from, which one wins, and what is said of mistakes."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import platformdirs
import pytest
from conftest import run

from chatbot.errors import UsageError
from chatbot.manual import TOPICS
from chatbot.settings import NAMES, Settings, choose, leave_no_trace, state_folder


def write(home: Path, text: str) -> Path:
    file = home / ".config" / "selfmassage" / "settings.toml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_later_sources_win(home: Path) -> None:
    """Default, file, variable, option; each setting remembers where it came from."""
    file = write(home, "width = 60\nvi = true\nbreathe = true\n")
    chosen = choose({"SELFMASSAGE_WIDTH": "70", "SELFMASSAGE_VI": ""}, {"color": "never"})

    assert chosen.settings == Settings(color="never", width=70, vi=False, breathe=True)
    assert chosen.warnings == ()
    assert chosen.origins == dict.fromkeys(NAMES, "default") | {
        "color": "--color",
        "width": "SELFMASSAGE_WIDTH",
        "vi": "SELFMASSAGE_VI",
        "breathe": str(file),
    }


def test_accessible_means_plain() -> None:
    """ACCESSIBLE=1 asks for plain lines; 0 and an own variable do not."""
    assert choose({"ACCESSIBLE": "1"}, {}).settings.plain
    assert not choose({"ACCESSIBLE": "0"}, {}).settings.plain
    assert not choose({"ACCESSIBLE": "1", "SELFMASSAGE_PLAIN": "0"}, {}).settings.plain


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("widht = 3\n", [":1: widht is not a setting", "did you mean width?"]),
        ("vi = true\n\nxyzzy = 3\n", [":3: xyzzy is not a setting", "known are color, width"]),
        ("width = 3\n", [":1: width: must be 0 or at least 20", "default holds"]),
        ('width = "wide"\n', [":1: width: input should be a valid integer"]),
        ("history = 1\n", [":1: history: input should be a valid boolean"]),
        ('color = "pink"\n', [":1: color: input should be 'auto', 'always' or 'never'"]),
        ("[width]\nx = 1\n", [":1: width: input should be a valid integer"]),
        ("vi true\n", ["cannot be used", "line 1", "mend it"]),
    ],
)
def test_mistakes_in_a_file_are_warnings(home: Path, text: str, parts: list[str]) -> None:
    """Each names file, line and key and what to do; the defaults hold and the program goes on."""
    write(home, text)
    ran = run("disclaimer")

    assert ran.status == 0
    assert ran.err.count("\n") == 1
    for part in parts:
        assert part in ran.err
    assert choose({}, {}).settings in (Settings(), Settings(vi=True))


@pytest.mark.parametrize(
    ("variable", "value", "part"),
    [
        ("SELFMASSAGE_WIDHT", "60", "did you mean SELFMASSAGE_WIDTH?"),
        ("SELFMASSAGE_WIDTH", "wide", "SELFMASSAGE_WIDTH: width: input should be a valid integer"),
        ("SELFMASSAGE_COLOR", "\x1b[31mpink", "color: input should be"),
    ],
)
def test_mistakes_in_variables_are_warnings(variable: str, value: str, part: str) -> None:
    """The variable is named; nothing raw reaches the terminal."""
    ran = run("disclaimer", environment={variable: value})

    assert ran.status == 0
    assert part in ran.err
    assert "\x1b" not in ran.err


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    """A file named by --config or SELFMASSAGE_CONFIG that is missing is a usage error; an empty name means none."""
    missing = str(tmp_path / "missing.toml")

    assert run("--config", missing, "disclaimer").status == 2
    with pytest.raises(UsageError, match="SELFMASSAGE_CONFIG"):
        choose({"SELFMASSAGE_CONFIG": missing}, {})
    assert choose({"SELFMASSAGE_CONFIG": ""}, {}).file is None


def test_a_named_file_is_used(home: Path, tmp_path: Path) -> None:
    """--config replaces the file in the settings folder."""
    write(home, "width = 60\n")
    other = tmp_path / "other.toml"
    other.write_text("vi = true\n")

    assert choose({}, {}, str(other)).settings == Settings(vi=True)


def test_an_unreadable_file_is_a_warning(home: Path) -> None:
    """Bytes that are no text stop nothing."""
    write(home, "").write_bytes(b"\xff\xfe\x00")

    assert "cannot be used" in choose({}, {}).warnings[0]


def test_private_switches_off_what_writes(home: Path) -> None:
    """Origins say why."""
    chosen = leave_no_trace(choose({"SELFMASSAGE_HISTORY": "1", "SELFMASSAGE_FEEDBACK": "1"}, {}))

    assert (chosen.settings.history, chosen.settings.feedback) == (False, False)
    assert chosen.origins["history"] == chosen.origins["feedback"] == "--private"


@pytest.mark.skipif(platform.system() != "Linux", reason="elsewhere platformdirs is asked in the first place")
@pytest.mark.parametrize("named", [False, True])
def test_folders_are_those_of_platformdirs(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: bool
) -> None:
    """The short way on Linux leads where the library leads, with and without XDG variables."""
    if named:
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "c"))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "s"))

    assert choose(os.environ, {}).file == platformdirs.user_config_path("selfmassage") / "settings.toml"
    assert state_folder(os.environ) == platformdirs.user_state_path("selfmassage")


def test_every_setting_is_explained() -> None:
    """`help settings` names each with its default."""
    text = TOPICS["settings"]()

    assert all(f"  {name} = " in text for name in NAMES)
