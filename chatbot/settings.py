"""Settings: their defaults, where they may come from, and which source won.

A later source wins: default, settings file, ACCESSIBLE, SELFMASSAGE_* variables, options. A mistake in a file or
variable never stops the program: it becomes a warning and the default holds. pydantic is loaded only when there is
something to validate.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Literal, get_type_hints

from chatbot.errors import UsageError

APPLICATION: Final = "selfmassage"
PREFIX: Final = "SELFMASSAGE_"
FILE_VARIABLE: Final = "SELFMASSAGE_CONFIG"
NARROWEST: Final = 20
LINUX: Final[bool] = sys.platform.startswith("linux")


def _setting(default: Any, about: str) -> Any:
    return field(default=default, metadata={"about": about})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user may set, with its default."""

    color: Literal["auto", "always", "never"] = _setting("auto", '"auto", "always" or "never": bold and dim labels')
    width: int = _setting(88, "widest line in a terminal; 0 does not wrap")
    plain: bool = _setting(False, "ordinary lines: no line editing, no suggestions, no countdown, no styles")
    vi: bool = _setting(False, "Vi keys while typing")
    breathe: bool = _setting(False, "a breathing pace in guided sessions")
    history: bool = _setting(False, "keep what you type in a file only you can read")
    feedback: bool = _setting(False, "keep :good, :bad and questions not covered in such a file")

    def __post_init__(self) -> None:
        if self.width != 0 and self.width < NARROWEST:
            raise ValueError(f"must be 0 or at least {NARROWEST}")


NAMES: Final = tuple(setting.name for setting in fields(Settings))
ABOUT: Final = {setting.name: setting.metadata["about"] for setting in fields(Settings)}


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings that hold, where each came from, what was wrong, and the file that was looked for."""

    settings: Settings
    origins: Mapping[str, str]
    warnings: tuple[str, ...]
    file: Path | None


def choose(environment: Mapping[str, str], options: Mapping[str, object], file: str | None = None) -> Chosen:
    """Put the sources together. `options` holds what the command line named; `file` is its --config, if given."""
    chooser = _Chooser()
    path = _settings_file(environment, file)
    if path and path.is_file():
        chooser.read(path)
    if environment.get("ACCESSIBLE", "") not in ("", "0"):
        chooser.take("plain", True, "ACCESSIBLE")
    for variable in sorted(name for name in environment if name.startswith(PREFIX) and name != FILE_VARIABLE):
        chooser.read_variable(variable, environment[variable])
    for name, value in options.items():
        chooser.take(name, value, f"--{name}")
    return Chosen(chooser.settings, chooser.origins, tuple(chooser.warnings), path)


def leave_no_trace(chosen: Chosen) -> Chosen:
    """The same settings with everything that writes switched off (--private)."""
    settings = replace(chosen.settings, history=False, feedback=False)
    origins = dict(chosen.origins) | dict.fromkeys(("history", "feedback"), "--private")
    return replace(chosen, settings=settings, origins=origins)


def state_folder(environment: Mapping[str, str]) -> Path:
    """Where history and feedback are kept once somebody asks for them."""
    return _folder("state", environment)


def _settings_file(environment: Mapping[str, str], option: str | None) -> Path | None:
    named = environment.get(FILE_VARIABLE) if option is None else option
    if named is None:
        return _folder("config", environment) / "settings.toml"
    if not named:
        return None
    if not Path(named).is_file():
        origin = FILE_VARIABLE if option is None else "--config"
        raise UsageError(f"selfmassage: there is no settings file {named} ({origin}). Check the path.")
    return Path(named)


def _folder(kind: Literal["config", "state"], environment: Mapping[str, str]) -> Path:
    if LINUX:  # what platformdirs says there too (a test compares), without its 15 ms
        variable, usual = {"config": ("XDG_CONFIG_HOME", ".config"), "state": ("XDG_STATE_HOME", ".local/state")}[kind]
        base = environment.get(variable, "").strip()
        return (Path(base) if base else Path("~").expanduser() / usual) / APPLICATION
    import platformdirs

    path = platformdirs.user_config_path if kind == "config" else platformdirs.user_state_path
    return path(APPLICATION, appauthor=False)


class _Chooser:
    """Settings under construction."""

    def __init__(self) -> None:
        self.settings = Settings()
        self.origins = dict.fromkeys(NAMES, "default")
        self.warnings: list[str] = []

    def take(self, name: str, value: object, origin: str) -> None:
        """Set one value; raise ValueError when it does not fit."""
        values: dict[str, Any] = {name: value}
        self.settings = replace(self.settings, **values)
        self.origins[name] = origin

    def read(self, path: Path) -> None:
        import tomllib

        try:
            text = path.read_text(encoding="utf-8-sig")
            content = tomllib.loads(text)
        except (OSError, ValueError) as error:
            self._warn(str(path), f"cannot be used ({_reason(error)})", "mend it; until then the defaults hold")
            return
        for name, value in content.items():
            place = f"{path}:{line}" if (line := _line_of(name, text)) else str(path)
            self._validated(place, name, name, value, str(path))

    def read_variable(self, variable: str, text: str) -> None:
        name = variable.removeprefix(PREFIX).casefold()
        if text or name not in NAMES:
            self._validated(variable, name, variable, text, variable)
        elif isinstance(getattr(self.settings, name), bool):  # an empty variable is a no
            self.take(name, False, variable)

    def _validated(self, place: str, name: str, shown: str, value: object, origin: str) -> None:
        if name not in NAMES:
            prefix = PREFIX if shown.startswith(PREFIX) else ""
            close = get_close_matches(name, NAMES, n=1)
            known = [f"{prefix}{n.upper() if prefix else n}" for n in close or NAMES]
            advice = f"did you mean {known[0]}?" if close else f"known are {', '.join(known)}"
            self._warn(place, f"{shown} is not a setting", advice)
            return
        from pydantic import TypeAdapter, ValidationError

        adapter: TypeAdapter[object] = TypeAdapter(get_type_hints(Settings)[name])
        try:
            from_file = origin != shown  # a file has types of its own, a variable is always text
            checked = adapter.validate_python(value, strict=from_file)
            self.take(name, checked, origin)
        except ValidationError as error:
            what = error.errors(include_url=False)[0]["msg"]
            self._warn(place, f"{name}: {what[:1].lower()}{what[1:]}", "the default holds")
        except ValueError as error:
            self._warn(place, f"{name}: {error}", "the default holds")

    def _warn(self, place: str, what: str, advice: str) -> None:
        self.warnings.append(f"selfmassage: {place}: {what}; {advice}")


def _line_of(name: str, text: str) -> int | None:
    key = re.compile(rf"""\s*\[*["']?{re.escape(name)}["']?\s*[=\].]""")
    return next((number for number, line in enumerate(text.splitlines(), 1) if key.match(line)), None)


def _reason(error: Exception) -> str:
    return (error.strerror or "cannot be read") if isinstance(error, OSError) else str(error)


def settings_table() -> Iterator[tuple[str, str, str]]:
    """Every setting as (name, default as TOML, what it is)."""
    for setting in fields(Settings):
        default = setting.default
        shown = f'"{default}"' if isinstance(default, str) else str(default).casefold()
        yield setting.name, shown, ABOUT[setting.name]
