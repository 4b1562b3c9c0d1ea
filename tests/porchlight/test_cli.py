import subprocess
import sys
from pathlib import Path

import click
import pytest
from hub_places import Place, Typed

from porchlight.cli import COMMANDS, main

PRESENT = main.list_commands(click.Context(main))


def test_help_lists_every_command_that_is_built_in(typed: Typed) -> None:
    said = typed("--help")

    assert said.exit_code == 0
    assert all(f"  {name} " in said.stdout for name in PRESENT)


@pytest.mark.parametrize("name", PRESENT)
def test_every_command_explains_itself(typed: Typed, name: str) -> None:
    said = typed(name, "--help")

    assert said.exit_code == 0
    assert f"Usage: porchlight {name}" in said.stdout
    assert COMMANDS[name][1].endswith(".")


def test_a_list_of_commands_waits_for_no_room_of_the_house() -> None:
    program = (
        "import sys; from porchlight.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(*(m for m in sys.modules if m.split('.')[0] in ('hub', 'mesh', 'flask', 'meshtastic')))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert said.stdout.splitlines()[-1] == ""


def test_a_command_that_does_not_exist_is_told(typed: Typed) -> None:
    said = typed("fly")

    assert said.exit_code == 2
    assert "No such command 'fly'" in said.stderr


def test_all_that_is_wrong_in_hub_toml_is_told_at_once(alder: Place, typed: Typed) -> None:
    alder.config.write_text('[hub]\nname = 3\n[radio]\nkind = "smoke"\n')

    said = typed("status", "--config", alder.config)

    assert said.exit_code == 2
    assert said.stderr.splitlines() == [
        f"porchlight: {alder.config} has 2 problems; nothing was started",
        'hub.toml:2: hub.name: it is 3; expected: a name of 1 to 40 bytes of printable text, such as "Alder"',
        'hub.toml:4: radio.kind: it is "smoke"; expected: "none", "serial" or "tcp"',
        "hint: mend the file and type the same again",
    ]


def test_a_missing_hub_toml_is_told_with_what_to_type(tmp_path: Path, typed: Typed) -> None:
    said = typed("status", "--config", tmp_path / "hub.toml")

    assert said.exit_code == 2
    assert "there is no file" in said.stderr
    assert "porchlight init FOLDER" in said.stderr


def test_keys_that_others_may_read_stop_a_command_in_words(alder: Place, typed: Typed) -> None:
    (alder.data / "keys").chmod(0o755)

    said = typed("network", "create", "Oak Street", "--config", alder.config)

    assert said.exit_code == 1
    assert "others on this machine may read" in said.stderr
    assert "hint: type: chmod" in said.stderr
