"""Which release keys does an image trust? Those it was built with; without any it is a development image."""

import subprocess
import sys
from pathlib import Path

import pytest
from release_rig import public_keys

from image_build.release import read_keys
from porchlight.image import RELEASE_KEYS, keys_in, trusted_keys, wanted_image
from porchlight.stop import Stop

ROOT = Path(__file__).parents[2]


def test_an_image_is_given_the_keys_that_were_named(tmp_path: Path) -> None:
    file = tmp_path / "keys.txt"
    file.write_text("\n".join(f"untrusted comment: {at}\n{key}" for at, key in enumerate(public_keys())))

    wanted = wanted_image(tmp_path, tmp_path, smoke=True, packed=False, keys=trusted_keys(file))

    (handed,) = (one for one in wanted.units.files if one.path == RELEASE_KEYS)
    assert read_keys(handed.text) == public_keys()


def test_without_them_it_has_those_of_the_project(tmp_path: Path) -> None:
    assert trusted_keys(None) == (ROOT / "image_build/release-keys.txt").read_text()
    assert keys_in(trusted_keys(None)) == ()  # the day somebody puts keys there, docs/image.md changes too


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "0 keys, and 2 must"),
        (str(public_keys()[0]), "1 keys, and 2 must"),
        (f"{public_keys()[0]}\n{public_keys()[0]}", "1 keys, and 2 must"),
        ("RWQ not a key", "nothing that minisign wrote"),
    ],
)
def test_a_file_that_holds_no_two_keys_is_refused(tmp_path: Path, text: str, words: str) -> None:
    file = tmp_path / "keys.txt"
    file.write_text(text)

    with pytest.raises(Stop, match=words):
        trusted_keys(file)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="cannot be read"):
        trusted_keys(tmp_path / "none")


def test_an_installed_package_finds_the_keys(tmp_path: Path) -> None:
    """As the image installs it: from a wheel's files, in a folder that is no checkout."""
    command = ("-q", "build", "--build-base", "work", "--build-lib", "lib", "egg_info", "--egg-base", ".")
    places = {"work": tmp_path / "work", "lib": tmp_path / "lib", ".": tmp_path}
    subprocess.run(
        [sys.executable, "-c", "import setuptools; setuptools.setup()", *(places.get(word, word) for word in command)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )

    assert (tmp_path / "lib/image_build/release-keys.txt").read_bytes() == (
        ROOT / "image_build/release-keys.txt"
    ).read_bytes()
    assert (tmp_path / "lib/image_build/overlay/usr/lib/porchlight/trial").exists()
