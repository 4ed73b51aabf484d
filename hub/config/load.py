"""Find and read hub.toml and .env. `${NAME}` in a value is replaced from the environment, then from .env."""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs
from dotenv import dotenv_values
from pydantic import BaseModel, ValidationError

from hub.config.account import unreadable
from hub.config.file_names import told_apart
from hub.config.schema import Config
from hub.errors import SettingsError

_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def find_config(given: Path | None = None) -> Path:
    """`--config`, then HUB_CONFIG, then ./hub.toml, then the platform's config folder. Raises SettingsError."""
    named = given or (Path(os.environ["HUB_CONFIG"]) if os.environ.get("HUB_CONFIG") else None)
    places = [named] if named else [Path("hub.toml"), Path(platformdirs.user_config_dir("practice-hub")) / "hub.toml"]
    for place in places:
        if os.path.isfile(place):  # Path.is_file raises where this account may not look
            return place.resolve()
    if named:
        where = "--config" if given else "HUB_CONFIG"
        raise SettingsError("HUB-S01", f'no configuration found at {named}; correct {where}, or run "hub init" in its folder')
    looked = ", ".join(str(place) for place in places)
    raise SettingsError("HUB-S01", f'no configuration found (looked for: {looked}); run "hub init" or "hub demo" first')


def load_config(path: Path) -> Config:
    """The checked configuration. Raises SettingsError naming file, key and remedy; never a value."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError("HUB-S02", f"{path.name} is not valid TOML: {error}; correct that line") from None
    except OSError as error:
        raise SettingsError("HUB-S02", unreadable(path, error)) from None
    except UnicodeDecodeError:
        raise SettingsError("HUB-S02", f"{path} is not UTF-8 text; save it as UTF-8") from None
    filled = _fill(document, _environment(path.parent / ".env"), path.name)
    assert isinstance(filled, dict)
    try:
        return told_apart(Config.model_validate({**filled, "path": path}))
    except ValidationError as error:
        raise SettingsError("HUB-S02", f"{path.name}: {explain(error, Config)}") from None


def _environment(file: Path) -> Mapping[str, str]:
    """What `.env` and the environment set; the environment wins. Raises SettingsError when the file cannot be read."""
    # interpolate=False: single quotes do not stop ${VAR} in python-dotenv, a password with a dollar sign would change.
    try:
        from_file = dotenv_values(file, interpolate=False) if file.is_file() else {}
    except OSError as error:
        raise SettingsError("HUB-S02", unreadable(file, error)) from None
    except UnicodeDecodeError:
        raise SettingsError("HUB-S02", f"{file} is not UTF-8 text; save it as UTF-8") from None
    return {**{key: value for key, value in from_file.items() if value is not None}, **os.environ}


def _fill(value: object, names: Mapping[str, str], file: str) -> object:
    """Replace every `${NAME}` below `value`."""
    if isinstance(value, dict):
        return {key: _fill(part, names, file) for key, part in value.items()}
    if isinstance(value, list):
        return [_fill(part, names, file) for part in value]
    if isinstance(value, str):
        return _REFERENCE.sub(lambda found: _lookup(found[1], names, file), value)
    return value


def _lookup(name: str, names: Mapping[str, str], file: str) -> str:
    if name not in names:
        raise SettingsError(
            "HUB-S03", f"{file} uses ${{{name}}}, which is set nowhere (looked in: environment, .env); add it to .env"
        )
    return names[name]


def explain(error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem of a pydantic error in one line, with a "did you mean" for unknown keys; values stay out."""
    first = error.errors(include_input=False, include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "settings"
    if first["type"] == "extra_forbidden":
        close = difflib.get_close_matches(str(first["loc"][-1]), _keys(model), n=1)
        return f'unknown key "{where}"' + (f'; did you mean "{close[0]}"?' if close else "; remove it")
    if first["type"] == "missing":
        return f'"{where}" is missing; add it'
    return f'"{where}": {first["msg"].removeprefix("Value error, ")}'


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key that may appear in the model or in models below it."""
    names: set[str] = set()
    for key, field in model.model_fields.items():
        names.add(key)
        for part in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(part, type) and issubclass(part, BaseModel):
                names |= _keys(part)
    return names
