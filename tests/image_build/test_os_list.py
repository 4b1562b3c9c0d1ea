"""Raspberry Pi Imager, pointed at a folder or a hub, offers the image that lies there."""

import hashlib
import json
import lzma
import os
from pathlib import Path

from click.testing import CliRunner

from porchlight.image_manifest import manifest


def test_the_list_says_of_the_image_what_imager_needs(tmp_path: Path) -> None:
    raw = bytes(510) + b"\x55\xaa" + os.urandom(100_000)
    image = tmp_path / "hub.img.xz"
    image.write_bytes(lzma.compress(raw))

    result = CliRunner().invoke(manifest, [str(image), "--address", "http://10.42.0.1/start/"])

    assert result.exit_code == 0, result.output
    (entry,) = json.loads((tmp_path / "os_list.json").read_text())["os_list"]
    assert entry["name"] and entry["description"]
    assert entry["url"] == "http://10.42.0.1/start/hub.img.xz"
    assert entry["extract_size"] == len(raw)
    assert entry["extract_sha256"] == hashlib.sha256(raw).hexdigest()
    assert entry["image_download_size"] == image.stat().st_size
    assert entry["image_download_sha256"] == hashlib.sha256(image.read_bytes()).hexdigest()
    assert entry["init_format"] == "none"
    assert {"pi3-64bit", "pi4-64bit"} <= set(entry["devices"])
    assert len(entry["release_date"]) == 10 and "icon" in entry


def test_for_a_folder_the_address_is_a_file(tmp_path: Path) -> None:
    image = tmp_path / "hub image.img"
    image.write_bytes(bytes(510) + b"\x55\xaa" + bytes(100))

    assert CliRunner().invoke(manifest, [str(image)]).exit_code == 0

    (entry,) = json.loads((tmp_path / "os_list.json").read_text())["os_list"]
    assert entry["url"] == image.as_uri()


def test_what_is_no_image_gets_no_list(tmp_path: Path) -> None:
    image = tmp_path / "hub.img"
    image.write_bytes(b"nothing")

    result = CliRunner().invoke(manifest, [str(image)])

    assert result.exit_code == 1 and "no image of a disk" in result.output
    assert not (tmp_path / "os_list.json").exists()
