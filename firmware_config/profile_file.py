"""Is this profile file valid? The profile, or everything that is wrong with it at once."""

import re
from pathlib import Path
from typing import Any

import msgspec
import yaml

from firmware_config.profile import EXPECTED, Problem, Profile, problems_of

SHIPPED = Path(__file__).parent / "profiles"
FILE_BYTES_MAX = 16 * 1024
PROBLEMS_MAX = 20

_AT = re.compile(r" - at `\$\.(?P<key>[a-z_.]+)[^`]*`$")
_UNKNOWN = re.compile(
    r"Object contains unknown field `(?P<field>.*?)`(?: - at `\$\.(?P<parent>[a-z_.]+)`)?$", re.DOTALL
)
_MISSING = re.compile(r"Object missing required field `(?P<field>.*?)`(?: - at `\$\.(?P<parent>[a-z_.]+)`)?$")


def shipped_profiles() -> tuple[str, ...]:
    """The names of the profiles that come with Porchlight, such as "us-longfast"."""
    return tuple(sorted(file.stem for file in SHIPPED.glob("*.yaml")))


def read_profile(name_or_path: str) -> Profile | tuple[Problem, ...]:
    """The profile of that name among the shipped ones, or in that file. Never raises for what a file holds."""
    if name_or_path in shipped_profiles():
        file = SHIPPED / f"{name_or_path}.yaml"
        return profile_from(file.read_bytes(), file.name)
    try:
        with Path(name_or_path).open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as problem:
        words = problem.strerror if isinstance(problem, OSError) and problem.strerror else "no such file"
        known = ", ".join(shipped_profiles())
        return (Problem(name_or_path, "", f"it cannot be read ({words})", f"a file, or one of {known}"),)
    return profile_from(raw, name_or_path)


def profile_from(raw: bytes, file: str) -> Profile | tuple[Problem, ...]:
    """The profile that `raw` holds; `file` is where it stands."""
    if len(raw) > FILE_BYTES_MAX:
        return (Problem(file, "", "it is too large", f"at most {FILE_BYTES_MAX} bytes"),)
    try:
        found = yaml.safe_load(raw)
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        return (Problem(file, "", _yaml_words(problem), "lines such as: region: US"),)
    if not isinstance(found, dict) or not all(isinstance(key, str) for key in found):
        return (Problem(file, "", "it is no table of names and values", "lines such as: region: US"),)
    return _convert(found, file)


def _convert(found: dict[str, Any], file: str) -> Profile | tuple[Problem, ...]:
    """msgspec tells the first problem only: note it, take that key away, convert again."""
    problems: list[Problem] = []
    while len(problems) < PROBLEMS_MAX:
        try:
            profile = msgspec.convert(found, Profile)
        except msgspec.ValidationError as problem:
            key, wrong, expected = _read_problem(str(problem))
            problems.append(Problem(file, key, wrong, expected))
            if not _mend(found, key, wrong):
                break
            continue
        missing = {problem.key for problem in problems}
        problems += [problem for problem in problems_of(profile, file) if problem.key not in missing]
        return tuple(problems) if problems else profile
    return tuple(problems)


def _read_problem(message: str) -> tuple[str, str, str]:
    """msgspec's sentence as (key, what is wrong, what is expected)."""
    unknown = _UNKNOWN.match(message)
    if unknown:
        parent = unknown["parent"]
        key = f"{parent}.{unknown['field'][:60]}" if parent else unknown["field"][:60]
        return key, "there is no such key", f"one of {', '.join(EXPECTED)}"
    missing = _MISSING.match(message)
    if missing:
        key = f"{missing['parent']}.{missing['field']}" if missing["parent"] else missing["field"]
        return key, "it is missing", EXPECTED.get(key, "a value")
    at = _AT.search(message)
    key = at["key"] if at else ""
    return key, "it is not valid", EXPECTED.get(key, "a value of another kind")


def _mend(found: dict[str, Any], key: str, wrong: str) -> bool:
    """Take the faulty key away, so that the next fault can be told. False: there is no going on."""
    if key == "region":
        found["region"] = "US"  # the one key that must be there
        return True
    name, _, field = key.partition(".")
    if field and isinstance(found.get(name), dict):
        if wrong == "there is no such key":
            found[name].pop(field, None)
        else:
            found[name][field] = {"name": "x", "psk": bytes(32)}.get(field)
        return True
    return found.pop(name, None) is not None


def _yaml_words(problem: Exception) -> str:
    mark = getattr(problem, "problem_mark", None)
    return f"line {mark.line + 1} is no YAML" if mark is not None else "it is no YAML"
