"""Real hubs and a folder for a stick: what walks arrives, what does not belong there harms nobody and is counted."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joined_links import Joined
from rig import HubInAFolder, alert, in_its_thread, member_of, need

from hub.carry import CarriedIn
from hub.carry_files import FILES_MAX, READ_ERRORS_MAX, PlainFile, Stick, StickFailed, Trouble
from hub.errors import Busy
from hub.hub import Hub
from hub.invitation import open_invitation
from hub.keyring import Keyring
from hub.views import AlertAudience, Audience
from mesh.block import Block, Header, Lane, Priority, seal
from mesh.carry import FILE_BYTES_MAX, PIECE_BYTES, key_to_write, keys_to_read, open_piece, seal_file
from mesh.roster import RosterHub

Eventually = Callable[[Callable[[], bool]], None]
HALF_AN_HOUR_S = 1_801  # so long a hub that hears nobody waits before it writes into its log


@pytest.fixture
def joined(tmp_path: Path) -> Iterator[Joined]:
    """Alder and Birch on a wire; Cedar is of the same network and out of reach."""
    made = Joined.make(tmp_path / "hubs", "Alder", "Birch", "Cedar")
    yield made
    made.stop()


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def titles(hub: Hub) -> set[str]:
    return {post.title for post in hub.view().posts}


def network_alerts(hub: Hub) -> set[str | None]:
    return {each.words for each in hub.alerts(None)}


def held(hub: Hub) -> set[bytes]:
    """The blocks that the hub has on its card."""
    return in_its_thread(
        hub,
        lambda owner: {raw for each in owner.journal.block_ids(0) if (raw := owner.journal.block(each)) is not None},
    )


def test_a_hub_without_any_link_gets_a_post_and_an_alert_and_its_own_go_back_with_the_stick(
    joined: Joined, stick: Path, eventually: Eventually
) -> None:
    alder, birch = joined.start("Alder", "Birch")
    cedar = joined.folders["Cedar"].start()
    alder.post(need("Blankets", audience=Audience.NETWORK))
    alder.send_alert(member_of(alder), alert("Boil your water", audience=AlertAudience.NETWORK))
    eventually(lambda: titles(birch) == {"Blankets"} and network_alerts(birch) == {"Boil your water"})

    out = birch.carrier.carry_out(stick)
    came = cedar.carrier.carry_in(stick)

    assert (came.new, came.known, came.refused, came.lost_pieces) == (out.blocks, 0, {}, 0)
    assert titles(cedar) == {"Blankets"}
    assert network_alerts(cedar) == {"Boil your water"}
    assert held(cedar) <= held(birch)  # byte for byte

    cedar.post(need("Firewood", audience=Audience.NETWORK))
    joined.time.ahead_s += HALF_AN_HOUR_S
    eventually(lambda: cedar.carrier.carry_out(stick).waiting == 0)
    back = alder.carrier.carry_in(stick)
    assert back.new >= 1
    assert titles(alder) == {"Blankets", "Firewood"}
    eventually(lambda: titles(birch) == {"Blankets", "Firewood"})  # from Alder, over the wire


def test_the_second_time_all_is_known(joined: Joined, stick: Path) -> None:
    alder = joined.folders["Alder"].start()
    cedar = joined.folders["Cedar"].start()
    assert alder.carrier.carry_out(stick).blocks > 0  # the founder's own: whom it admitted

    first, second = (cedar.carrier.carry_in(stick) for _ in range(2))

    assert first.new > 0
    assert (second.new, second.known, second.refused) == (0, first.new, {})


def test_a_newer_file_takes_the_place_of_this_hubs_own_and_leaves_others_alone(joined: Joined, stick: Path) -> None:
    alder, cedar = (joined.folders[name].start() for name in ("Alder", "Cedar"))
    (stick / "papers.pdf").write_bytes(b"%PDF-")
    (stick / "0a1b2c3d.bin").write_bytes(os.urandom(PIECE_BYTES))
    cedar.carrier.carry_out(stick)
    before = {file.name for file in stick.iterdir()}

    first, second = (alder.carrier.carry_out(stick) for _ in range(2))

    assert (first.replaced, second.replaced) == (0, 1)
    assert before < {file.name for file in stick.iterdir()}
    assert len(list(stick.iterdir())) == len(before) + 1


def test_what_a_stick_that_was_pulled_out_left_unfinished_is_not_read_and_is_tidied_away(
    joined: Joined, stick: Path
) -> None:
    alder, cedar = (joined.folders[name].start() for name in ("Alder", "Cedar"))
    alder.carrier.carry_out(stick)
    (whole,) = stick.iterdir()
    whole.rename(stick / "abcdefgh.tmp")

    assert cedar.carrier.carry_in(stick) == CarriedIn()
    assert alder.carrier.carry_out(stick).replaced == 1
    assert [file.suffix for file in stick.iterdir()] == [".bin"]


def test_names_times_and_sizes_of_files_tell_nothing(joined: Joined, stick: Path) -> None:
    alder = joined.folders["Alder"].start()

    alder.carrier.carry_out(stick)

    (file,) = stick.iterdir()
    assert len(file.stem) == 8
    assert file.suffix == ".bin"
    assert file.stat().st_mtime == 946_684_800
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.stat().st_size == 16 * PIECE_BYTES


def test_everything_that_is_no_file_of_blocks_is_left_unopened_and_told(joined: Joined, stick: Path) -> None:
    cedar = joined.folders["Cedar"].start()
    os.mkfifo(stick / "00000001.bin")
    (stick / "00000002.bin").symlink_to(stick)
    (stick / "00000003.bin").symlink_to("/dev/zero")
    (stick / "00000004.bin").mkdir()
    (stick / "00000004.bin" / "round").symlink_to(stick)
    (stick / "00000005.bin").touch()
    os.truncate(stick / "00000005.bin", 2**40)  # says that it has a terabyte
    (stick / "00000006.bin").write_bytes(os.urandom(100_000))
    (stick / "00000007.bin").write_bytes(b"")
    (stick / "00000008.bin").write_bytes(b"porchlight")
    (stick / "00000009.bin").symlink_to("00000009.bin")

    assert cedar.carrier.carry_in(stick) == CarriedIn(not_plain=5, too_large=1, others=3)


def test_a_stick_full_of_garbage_is_looked_at_to_a_limit_and_what_is_ours_is_found_in_it(
    joined: Joined, stick: Path
) -> None:
    cedar, alder = joined.folders["Cedar"].start(), joined.folders["Alder"].start()
    put_on(stick, joined.folders["Alder"], sorted(held(alder)))
    (stick / "ffffffff.bin").rename(stick / "00000040.bin")
    for number in range(100, 100 + FILES_MAX + 7):
        (stick / f"{number:08}.bin").touch()
        os.truncate(stick / f"{number:08}.bin", FILE_BYTES_MAX)

    came = cedar.carrier.carry_in(stick)

    assert (came.files, came.new) == (1, len(held(alder)))
    assert (came.others, came.left_out) == (FILES_MAX - 1, 8)


def test_no_more_is_read_in_one_go_than_four_full_files(joined: Joined, stick: Path) -> None:
    cedar, alder = joined.folders["Cedar"].start(), joined.folders["Alder"].start()
    put_on(stick, joined.folders["Alder"], sorted(held(alder)))
    for number in range(6):
        (stick / f"{number:08}.bin").write_bytes((stick / "ffffffff.bin").read_bytes())
        os.truncate(stick / f"{number:08}.bin", FILE_BYTES_MAX)
    (stick / "ffffffff.bin").unlink()

    came = cedar.carrier.carry_in(stick)

    assert (came.files, came.left_out) == (4, 2)


def test_blocks_that_do_not_belong_here_are_refused_with_the_reasons_of_the_air(
    joined: Joined, stick: Path, tmp_path: Path
) -> None:
    alder = joined.folders["Alder"].start()
    cedar = joined.folders["Cedar"].start()
    good = sorted(held(alder))
    assert good
    changed = good[0][:-1] + bytes([good[0][-1] ^ 1])
    stranger = good[0][:1] + b"\xff\xff" + good[0][3:]
    control = b"\x41" + good[0][1:]
    trailer = bytes([good[0][0] | 1]) + good[0][1:]
    late = good[0][:6] + bytes([(good[0][6] - 60) % 256]) + good[0][7:]
    put_on(stick, joined.folders["Alder"], [changed, stranger, control, trailer, late, *good])

    came = cedar.carrier.carry_in(stick)

    assert came.refused == {"signature": 1, "stranger": 1, "type": 2, "expired": 1}
    assert came.new == len(good)


def test_what_a_hub_wrote_that_was_invited_meanwhile_is_taken_whatever_its_place_in_the_file(
    joined: Joined, stick: Path, tmp_path: Path, eventually: Eventually
) -> None:
    """Dogwood was admitted by Alder after Cedar lost touch; its blocks may lie before the one that admits it."""
    alder, cedar = (joined.folders[name].start() for name in ("Alder", "Cedar"))
    dogwood = HubInAFolder.make(tmp_path / "dogwood", "Dogwood", network=False)
    dogwood.time = joined.time
    keyring = Keyring.open(dogwood.folder)
    before = held(alder)
    invitation = open_invitation(alder.admit(RosterHub(keyring.hub_keys.public, "Dogwood")), keyring.hub_keys)
    joined.time.ahead_s += HALF_AN_HOUR_S
    eventually(lambda: held(alder) > before)
    admission = held(alder) - before
    keyring.save_roster(invitation.roster)
    keyring.save_network(invitation.network)
    there = dogwood.start()
    try:
        there.post(need("Candles", audience=Audience.NETWORK))
        joined.time.ahead_s += HALF_AN_HOUR_S
        eventually(lambda: bool(held(there)))
        candles = held(there)
    finally:
        dogwood.stop()
    put_on(stick, joined.folders["Alder"], [*candles, *admission])

    came = cedar.carrier.carry_in(stick)

    assert came.refused == {}
    assert came.new == len(candles) + len(admission)
    assert titles(cedar) == {"Candles"}


def put_on(stick: Path, by: HubInAFolder, blocks: list[bytes]) -> None:
    """A file that a hub of the network could have written, with whatever it likes."""
    keyring = Keyring.open(by.folder)
    assert keyring.network is not None
    key = key_to_write(keyring.network, int(by.time.unix_s() // 86_400))
    pieces = seal_file(blocks, key, keyring.hub_keys.hub_id, os.urandom)
    (stick / "ffffffff.bin").write_bytes(b"".join(pieces))


def test_a_torn_and_garbled_file_gives_what_is_whole_and_tells_what_is_lost(joined: Joined, stick: Path) -> None:
    alder, cedar = (joined.folders[name].start() for name in ("Alder", "Cedar"))
    put_on(stick, joined.folders["Alder"], sorted(held(alder)) * 90)
    (file,) = stick.iterdir()
    raw = bytearray(file.read_bytes())
    pieces = len(raw) // PIECE_BYTES
    raw[PIECE_BYTES + 5] ^= 1
    file.write_bytes(raw[: -3 * PIECE_BYTES - 100])

    came = cedar.carrier.carry_in(stick)

    assert came.lost_pieces == 1 + 4
    assert pieces >= 16
    assert came.new == len(held(alder))


@given(st.lists(st.tuples(st.integers(0, 16 * PIECE_BYTES - 1), st.binary(min_size=1, max_size=60)), max_size=30))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_whatever_was_done_to_the_file_the_hub_holds_only_blocks_that_were_written(
    here: tuple[Hub, set[bytes], bytes, Path], changes: list[tuple[int, bytes]]
) -> None:
    cedar, honest, file, stick = here
    raw = bytearray(file)
    for at, noise in changes:
        raw[at : at + len(noise)] = noise[: len(raw) - at]
    (stick / "ffffffff.bin").write_bytes(raw)

    came = cedar.carrier.carry_in(stick)

    assert came.refused == {}
    assert held(cedar) <= honest


@pytest.fixture
def here(joined: Joined, stick: Path) -> tuple[Hub, set[bytes], bytes, Path]:
    alder = joined.folders["Alder"].start()
    put_on(stick, joined.folders["Alder"], sorted(held(alder)))
    (file,) = stick.iterdir()
    return joined.folders["Cedar"].start(), held(alder), file.read_bytes(), stick


def test_a_folder_that_is_none_is_told_in_a_word(joined: Joined, stick: Path) -> None:
    cedar = joined.folders["Cedar"].start()
    (stick / "file").write_bytes(b"")

    for folder in (stick / "gone", stick / "file", Path("/dev/null"), Path("\0")):
        with pytest.raises(StickFailed) as caught:
            cedar.carrier.carry_out(folder)
        assert caught.value.trouble is Trouble.NO_FOLDER


def test_what_the_stick_cannot_read_is_tried_a_few_times_and_then_given_up(joined: Joined) -> None:
    """A process's own memory stands for a broken stick: at its beginning lies nothing, and reading it is an error."""
    keyring = Keyring.open(joined.folders["Alder"].folder)
    assert keyring.network is not None
    keys = keys_to_read(keyring.network, int(joined.time.unix_s() // 86_400))

    with PlainFile(os.open("/proc/self/mem", os.O_RDONLY), 64 * PIECE_BYTES) as file:
        with pytest.raises(StickFailed) as caught:
            file.first_opened(keys)
        tried = file.read_errors

    assert caught.value.trouble is Trouble.GONE
    assert tried == READ_ERRORS_MAX


def test_one_stick_at_a_time(joined: Joined, stick: Path) -> None:
    cedar = joined.folders["Cedar"].start()

    with cedar.carrier._one_at_a_time(), pytest.raises(Busy):
        cedar.carrier.carry_in(stick)

    assert cedar.carrier.carry_in(stick) == CarriedIn()


def test_a_write_that_fails_leaves_nothing_behind(stick: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield bytes(PIECE_BYTES)
        raise OSError(28, "No space left on device")

    with Stick(stick) as opened, pytest.raises(StickFailed) as caught:
        opened.write(pieces(), 65_536, os.urandom)

    assert (caught.value.trouble, caught.value.needed_bytes) == (Trouble.FULL, 65_536)
    assert list(stick.iterdir()) == []


def test_the_file_opens_with_the_networks_key_alone(joined: Joined, stick: Path) -> None:
    alder = joined.folders["Alder"].start()
    alder.carrier.carry_out(stick)
    keyring = Keyring.open(joined.folders["Alder"].folder)
    assert keyring.network is not None
    (file,) = stick.iterdir()

    raw = file.read_bytes()
    today = int(joined.time.unix_s() // 86_400)
    opened = [
        open_piece(raw[at : at + PIECE_BYTES], keys_to_read(keyring.network, today))[0]
        for at in range(0, len(raw), PIECE_BYTES)
    ]

    assert {block for piece in opened for block in piece.blocks} == held(alder)
    assert not [block for block in held(alder) if block[:8] in raw]


def test_people_are_answered_while_a_large_stick_is_read(joined: Joined, stick: Path) -> None:
    """Each turn takes a few blocks: whoever posts meanwhile comes between them."""
    folder = joined.folders["Alder"]
    put_on(stick, folder, [block.raw for block in many_blocks(folder, 1_500)])
    cedar = joined.folders["Cedar"].start()

    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(cedar.carrier.carry_in, stick)
        posted = 0
        while not reading.done():
            cedar.post(need(f"Number {posted}"))  # NotSaved, if the hub were too busy for five seconds
            posted += 1

    assert reading.result().new == 1_500
    assert posted > 0
    assert len(titles(cedar)) == posted


def many_blocks(by: HubInAFolder, count: int) -> list[Block]:
    """Blocks that a hub of the network wrote in a busy week."""
    keyring = Keyring.open(by.folder)
    network, keys = keyring.network, keyring.hub_keys
    assert network is not None
    day = int(by.time.unix_s() // 86_400) + 8
    headers = (Header(Lane.MIDDLE, Priority.ORDINARY, keys.hub_id, 9, number, day % 256, 0) for number in range(count))
    day_key = network.chain.key_of(day)
    return [seal(header, bytes(78), hub_keys=keys, network_id=network.id, day_key=day_key) for header in headers]
