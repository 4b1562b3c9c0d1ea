"""What is installed is what two of three founders signed, in time, and never older than what runs."""

import json
import subprocess
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from release_rig import KEYS, NUMBERS, lay_out, public_keys, release_of, signatures

from image_build.minisign import NotSigned, check, read_public_key, sign
from image_build.release import NotReleased, Trust, check_file, read_keys, read_release, read_release_beside

IN_TIME = date(2026, 12, 1)


def trust(**changes: object) -> Trust:
    return Trust(**({"keys": public_keys(), "running": 5, "today": IN_TIME} | changes))  # type: ignore[arg-type]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    file = tmp_path / "hub.img.xz"
    file.write_bytes(b"an image" * 100)
    return file


@pytest.mark.parametrize("signers", [(0, 1), (1, 2), (2, 0), (0, 1, 2)])
def test_two_of_three_keys_are_enough(image: Path, signers: tuple[int, ...]) -> None:
    lay_out(image.parent, [image], signers)

    release = read_release_beside(image.parent, trust())

    found = release.file("hub.img.xz")
    assert found is not None and release.name == "0.7"
    check_file(image, found)


@pytest.mark.parametrize(
    ("signers", "words"),
    [((), "no release key signed"), ((1,), "one release key only"), ((1, 1), "one release key only")],
)
def test_fewer_are_not(image: Path, signers: tuple[int, ...], words: str) -> None:
    raw = release_of([image])

    with pytest.raises(NotReleased, match=words):
        read_release(raw, signatures(raw, signers), trust())


def test_a_key_that_is_not_ours_does_not_count(image: Path) -> None:
    raw = release_of([image])

    with pytest.raises(NotReleased, match="one release key only"):
        read_release(raw, signatures(raw, (0, 1)), trust(keys=public_keys()[:1]))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"version": 4}, "older than what runs here"),
        ({"expires": "2026-11-30"}, "good until 2026-11-30"),
        ({"files": []}, "cannot be read"),
        ({"files": [{"name": "../x", "size": 1, "sha256": "0" * 64}]}, "cannot be read"),
        ({"more": 1}, "cannot be read"),
    ],
)
def test_what_is_signed_may_still_be_refused(image: Path, changes: dict[str, object], words: str) -> None:
    raw = release_of([image], **changes)

    with pytest.raises(NotReleased, match=words):
        read_release(raw, signatures(raw, (0, 1)), trust())


def test_the_same_version_may_be_installed_again_and_without_a_clock_nothing_is_too_old(image: Path) -> None:
    raw = release_of([image], version=5, expires="2020-01-01")

    assert read_release(raw, signatures(raw, (0, 1)), trust(today=None)).version == 5


def test_a_development_image_installs_no_release(image: Path) -> None:
    raw = release_of([image])

    with pytest.raises(NotReleased, match="unsigned development image"):
        read_release(raw, signatures(raw, (0, 1)), trust(keys=()))


def test_a_file_that_is_not_the_released_one(image: Path) -> None:
    (listed,) = read_release(raw := release_of([image]), signatures(raw, (0, 1)), trust()).files
    whole = image.read_bytes()

    image.write_bytes(whole[:-1])
    with pytest.raises(NotReleased, match="cut off"):
        check_file(image, listed)
    image.write_bytes(whole[:-1] + b"!")
    with pytest.raises(NotReleased, match="not the file of the release"):
        check_file(image, listed)
    image.write_bytes(whole + b"!")
    with pytest.raises(NotReleased, match="not the file of the release"):
        check_file(image, listed)


def test_a_folder_without_a_release(tmp_path: Path) -> None:
    with pytest.raises(NotReleased, match=r"cannot be read: .*release\.json"):
        read_release_beside(tmp_path, trust())


@given(at=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_bit_of_what_was_signed_can_be_changed(at: int, bit: int) -> None:
    content = b"release 0.7 is these files"
    signature = sign(content, KEYS[0], NUMBERS[0], "release 0.7")
    changed = bytearray(content)
    changed[at % len(content)] ^= 1 << bit

    check(content, signature, public_keys())
    with pytest.raises(NotSigned):
        check(bytes(changed), signature, public_keys())


def test_the_trusted_comment_is_signed_too() -> None:
    signature = sign(b"x", KEYS[0], NUMBERS[0], "release 0.7")

    with pytest.raises(NotSigned, match="does not fit"):
        check(b"x", signature.replace("release 0.7", "release 0.8"), public_keys())


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_no_text_is_a_signature_by_accident(text: str) -> None:
    with pytest.raises(NotSigned):
        check(b"x", text, public_keys())
    with pytest.raises(NotSigned):
        read_public_key(text)


def test_keys_are_read_as_minisign_writes_them() -> None:
    written = "# ours\nuntrusted comment: minisign public key\n" + "\n\n".join(map(str, public_keys()))

    assert read_keys(written) == public_keys()


@pytest.mark.system
def test_what_minisign_itself_signs_is_read(tmp_path: Path) -> None:
    public, secret, file = tmp_path / "a.pub", tmp_path / "a.key", tmp_path / "release.json"
    file.write_bytes(json.dumps({"version": 1}).encode())
    subprocess.run(["minisign", "-G", "-W", "-p", public, "-s", secret], check=True, capture_output=True)
    subprocess.run(["minisign", "-S", "-s", secret, "-m", file, "-t", "ours"], check=True, capture_output=True)
    signature = Path(f"{file}.minisig").read_text()

    key, comment = check(file.read_bytes(), signature, [read_public_key(public.read_text())])

    assert comment == "ours" and str(key) in public.read_text()


@pytest.mark.system
def test_what_is_signed_here_is_good_for_minisign(tmp_path: Path) -> None:
    file = tmp_path / "release.json"
    file.write_bytes(b"{}")
    Path(f"{file}.minisig").write_text(sign(b"{}", KEYS[1], NUMBERS[1], "release 0.7"))

    said = subprocess.run(
        ["minisign", "-V", "-P", str(public_keys()[1]), "-m", file], capture_output=True, text=True, check=True
    )

    assert "release 0.7" in said.stdout
