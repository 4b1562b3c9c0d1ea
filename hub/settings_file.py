"""Is this hub.toml valid? Its settings, or everything that is wrong with it at once, each with its line."""

import re
import tomllib
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

from hub.settings import EXPECTED, Parts, Problem, Problems, Settings, cross_check
from hub.settings_mqtt import MqttPart, OneBroker, broker_table_problem, check_mqtt

FILE_BYTES_MAX = 16 * 1024
LINES_MAX = 600  # finding a line parses each prefix of the file
PROBLEMS_MAX = 30
# What is never shown on a screen, and what is said of it.
SECRET = {("wifi", "password"): "not one that phones take", ("mqtt", "password"): "not one that can be used"}

_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_UNKNOWN_IN = re.compile(r"Object contains unknown field `(.*)` - at `\$\.([a-z_.]+)`", re.DOTALL)
_AT = re.compile(r" - at `\$\.(?P<key>[a-z_.]+)(?:\[(?P<index>\d+|\.\.\.)\])?[^`]*`$")
_SYNTAX_LINE = re.compile(r" \(at line (?P<line>\d+), column \d+\)$")

Key = tuple[str, ...]
Converted = TypeVar("Converted", Parts, OneBroker)


def read_settings(file: Path) -> Settings | Problems:
    """The settings in `file`. Never raises for what the file holds, or for its absence."""
    text = read_text(file)
    return text if isinstance(text, Problems) else settings_from(text, file)


def read_text(file: Path) -> str | Problems:
    """What stands in `file`, or why it is no text that could be read further."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX + 1)
    except (OSError, ValueError) as problem:
        words = problem.strerror if isinstance(problem, OSError) and problem.strerror else "no such file"
        return _only(file, 0, f"it cannot be read ({words})", "a file that `porchlight init` wrote")
    if len(raw) > FILE_BYTES_MAX:
        return _only(file, 0, "it is too large", f"at most {FILE_BYTES_MAX} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw.count(b"\n", 0, problem.start) + 1
        return _only(file, line, "this is not UTF-8 text", "text in UTF-8")


def settings_from(text: str, file: Path) -> Settings | Problems:
    """The settings that `text` holds; `file` is where it stands (for the problems, and for relative folders)."""
    if len(text) > FILE_BYTES_MAX or text.count("\n") > LINES_MAX:
        return _only(file, 0, "it is too large", f"at most {LINES_MAX} lines and {FILE_BYTES_MAX} characters")
    try:
        found = tomllib.loads(text)
    except RecursionError:
        return _only(file, 0, "it is nested too deeply", "tables of plain values")
    except ValueError as problem:  # tomllib's own error is one; a number of 5,000 digits is another
        syntax = _SYNTAX_LINE.search(str(problem))
        line = int(syntax["line"]) if syntax else text.count("\n") + 1 if "end of document" in str(problem) else 0
        return _only(file, line, _plain(_SYNTAX_LINE.sub("", str(problem))), 'lines such as: name = "Alder"')

    brokers, faults = _convert_brokers(found)
    parts, more = _convert(found, Parts)
    faults += more
    wrong_keys = {key for key, _, _ in faults}
    wifi_address = parts.wifi.address if parts.wifi.is_ours else ""
    for dotted, wrong, expected in (*cross_check(parts), *check_mqtt(brokers, parts.broker, wifi_address)):
        key = tuple(dotted.split("."))
        if key not in wrong_keys and key[:1] not in wrong_keys:
            faults.append((key, wrong, expected))
    if not parts.hub.name and not wrong_keys & {("hub",), ("hub", "name")}:
        faults.append((("hub", "name"), "it is missing", EXPECTED["hub.name"]))
    if faults:
        return _located(faults, text, file)
    folder = file.parent / parts.hub.data
    return Settings(
        file=file,
        data_folder=folder if folder.is_absolute() else Path.cwd() / folder,
        hub=parts.hub,
        portal=parts.portal,
        radio=parts.radio,
        clock=parts.clock,
        airtime=parts.airtime,
        wifi=parts.wifi,
        uplink=parts.uplink,
        broker=parts.broker,
        mqtt=MappingProxyType(brokers),
    )


Fault = tuple[Key, str, str]


def right_parts(text: str) -> Parts:
    """What of a hub.toml with problems can be used: lines that are no TOML, and values that are wrong, are left out."""
    lines = text.split("\n")
    for _ in lines[:LINES_MAX]:
        try:
            found = tomllib.loads("\n".join(lines))
        except RecursionError:
            return Parts()
        except ValueError as problem:
            syntax = _SYNTAX_LINE.search(str(problem))
            if syntax is None or not lines[int(syntax["line"]) - 1]:
                return Parts()
            lines[int(syntax["line"]) - 1] = ""
            continue
        _convert_brokers(found)
        return _convert(found, Parts)[0]
    return Parts()


def _convert_brokers(found: dict[str, Any]) -> tuple[dict[str, MqttPart], list[Fault]]:
    """The tables [mqtt.NAME], taken out of `found`: each is converted alone, so that its faults bear its name."""
    tables = found.pop("mqtt", {})
    if not isinstance(tables, dict):
        return {}, [(("mqtt",), f"it is {_shown(tables)}", EXPECTED["mqtt"])]
    brokers: dict[str, MqttPart] = {}
    faults: list[Fault] = []
    for name, table in tables.items():
        wrong = broker_table_problem(name, table)
        if wrong is not None:
            faults.append((("mqtt", name), wrong, EXPECTED["mqtt"]))
            continue
        one, inside = _convert({"mqtt": table}, OneBroker)
        brokers[name] = one.mqtt
        faults += [(("mqtt", name, *key[1:]), fault, expected) for key, fault, expected in inside]
    return brokers, faults


def _convert(found: dict[str, Any], kind: type[Converted]) -> tuple[Converted, list[Fault]]:
    """msgspec stops at the first error: note it, take the key out, convert again."""
    faults: list[Fault] = []
    while True:
        try:
            return msgspec.convert(found, kind), faults
        except msgspec.ValidationError as error:
            fault = _fault(str(error), found)
            faults.append(fault)
            _take_out(found, fault[0])


def _fault(message: str, found: dict[str, Any]) -> Fault:
    inside = _UNKNOWN_IN.fullmatch(message)
    if inside and inside[1] in found.get(inside[2], ()):
        return (inside[2], inside[1]), "there is no such setting", _settings_of(inside[2])
    unknown = _UNKNOWN.fullmatch(message)
    if unknown:
        return (unknown[1],), "there is no such setting", _settings_of("")
    at = _AT.search(message)
    assert at is not None, message  # every other complaint is about a known field
    key = tuple(at["key"].split("."))
    value: Any = found
    for part in key:
        value = value[part]
    if at["index"] and at["index"].isdigit() and isinstance(value, list):
        value = value[int(at["index"])]
    shown = SECRET[key] if key in SECRET else _shown(value)
    return key, f"it is {shown}", EXPECTED[at["key"]]


def _settings_of(table: str) -> str:
    names = [key.rpartition(".")[2] for key in EXPECTED if key.rpartition(".")[0] == table]
    return f"one of {', '.join(names)}"


def _take_out(found: dict[str, Any], key: Key) -> None:
    for part in key[:-1]:
        found = found[part]
    del found[key[-1]]


def _located(faults: list[Fault], text: str, file: Path) -> Problems:
    starts = _statements(text)
    problems = [
        Problem(file.name, _line_of(key, starts), _plain(".".join(key)), wrong, expected)
        for key, wrong, expected in faults[:PROBLEMS_MAX]
    ]
    problems.sort(key=lambda problem: problem.line)  # stable: what has no line comes first
    if len(faults) > PROBLEMS_MAX:
        more = len(faults) - PROBLEMS_MAX
        problems.append(Problem(file.name, 0, "", f"and {more} more", "a file that `porchlight init` wrote"))
    return Problems(tuple(problems))


def _statements(text: str) -> list[tuple[int, dict[str, Any]]]:
    """(the line where a statement begins, all that stands in the file up to its end), for each statement."""
    lines = re.split(r"(?<=\n)", text)  # TOML knows no other line ends
    statements: list[tuple[int, dict[str, Any]]] = []
    begins = 1
    for number in range(1, len(lines) + 1):
        try:
            held = tomllib.loads("".join(lines[:number]))
        except ValueError:
            continue  # in the midst of a value of several lines
        statements.append((begins, held))
        begins = number + 1
    return statements


def _line_of(key: Key, statements: list[tuple[int, dict[str, Any]]]) -> int:
    """The first prefix of the file whose parse holds the key ends with the statement that sets it; 0 if none does."""
    for line, held in statements:
        value: Any = held
        for part in key:
            if not isinstance(value, dict) or part not in value:
                break
            value = value[part]
        else:
            return line
    return 0


def _shown(value: object) -> str:
    match value:
        case dict():
            return "a table"
        case list():
            return "a list" if value else "an empty list"
        case bool():
            return "true" if value else "false"
        case str():
            return _plain(f'"{value}"')
        case _:
            return _plain(str(value))


def _plain(text: str) -> str:
    """What may be shown on a terminal: one short line without control characters."""
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= 80 else text[:77] + "..."


def _only(file: Path, line: int, wrong: str, expected: str) -> Problems:
    return Problems((Problem(file.name, line, "", wrong, expected),))
