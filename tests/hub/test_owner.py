"""The one thread: when keys cannot be written, when a form comes twice at once, when our own code fails."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rig import HubInAFolder, alert, in_its_thread, member_of, need

from hub import pod_life
from hub.batch import Outcome
from hub.errors import Busy, NotSaved
from hub.hub import Hub
from hub.keyring import BELLS_FILE, NETWORK_FILE, ROSTER_FILE, Keyring
from hub.limits import CODE_TRIES
from hub.owner import EXIT_SOFTWARE, Owner
from hub.store.segment import Kind
from hub.views import AlertAudience, Audience, CodeTried
from hub.written import decode_entry
from mesh.block import Header, expiry_day
from mesh.keys import HubKeys
from mesh.roster import NotAdmitted, RosterHub

BIRCH = HubKeys(b"b" * 32)
CEDAR = HubKeys(b"c" * 32)


def block_writing(folder: Path, name: str) -> Path:
    """Where the keyring would write its new file stands a folder: no permission is needed to hinder root."""
    path = folder / "keys" / f"{name}.new"
    path.mkdir()
    return path


def test_a_roster_that_cannot_be_written_loses_no_admission(
    hub_folder: HubInAFolder, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    hub = hub_folder.start()
    in_the_way = block_writing(hub_folder.folder, ROSTER_FILE)

    hub.admit(RosterHub(BIRCH.public, "Birch"))

    assert [one.name for one in hub.status().hubs] == ["Birch"]
    eventually(lambda: any("keys cannot be written" in words for words in hub.status().trouble))
    assert hub.post(need()).post_id in {post.id for post in hub.view().posts}
    hub = hub_folder.restart()
    assert [one.name for one in hub.status().hubs] == ["Birch"]

    in_the_way.rmdir()
    hub_folder.time.ahead_s += 31
    eventually(lambda: len(Keyring.open(hub_folder.folder).roster or ()) == 2)
    eventually(lambda: hub.status().trouble == ())


def test_a_chain_that_cannot_be_written_forgets_its_days_when_it_can(
    hub_folder: HubInAFolder, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    hub = hub_folder.start()
    in_the_way = block_writing(hub_folder.folder, NETWORK_FILE)
    network = Keyring.open(hub_folder.folder).network
    assert network is not None

    hub_folder.time.ahead_s += 5 * 86_400

    eventually(lambda: any("keys cannot be written" in words for words in hub.status().trouble))
    assert hub.status().saving
    hub.post(need(audience=Audience.NETWORK))
    in_the_way.rmdir()
    hub_folder.time.ahead_s += 31
    eventually(lambda: hub.status().trouble == ())
    later = Keyring.open(hub_folder.folder).network
    assert later is not None
    assert later.chain.day == network.chain.day + 5


def test_a_member_logs_in_and_the_board_goes_on_though_bells_cannot_be_written(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    founded = hub.found_pod("Maple", ["Ana", "Ben"])
    in_the_way = block_writing(hub_folder.folder, BELLS_FILE)
    (hub_folder.folder / "keys" / BELLS_FILE).unlink()
    hub = hub_folder.restart()

    session = hub.log_in(founded.pod_code, founded.phrases[0][1])
    assert session is not None
    with pytest.raises(NotSaved):
        hub.found_pod("Oak", ["Cho", "Dee"])
    assert len(hub.view().posts) == 0
    hub.post(need())

    in_the_way.rmdir()
    assert hub.log_in(founded.pod_code, founded.phrases[0][1]) is not None
    assert list(Keyring.open(hub_folder.folder).bells) == [session.pod_id]


def test_a_form_sent_by_many_at_one_moment_is_one_post(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    draft = need(audience=Audience.NETWORK)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(hub.post(draft))) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(set(answers)) == 1
    assert len(answers) == 8
    hub_folder.stop()
    assert records_in(hub_folder) == 2  # the post, and what is kept of it


def headers(owner: Owner) -> list[Header]:
    return list(owner.journal.headers())


def records_in(hub_folder: HubInAFolder) -> int:
    hub = hub_folder.start()
    entries = in_its_thread(hub, lambda owner: list(owner.journal.entries()))
    return sum(len(decode_entry(entry.body)) for entry in entries if entry.kind is Kind.RECORD)


def test_of_two_hubs_of_one_name_admitted_at_one_moment_only_one_is(hub: Hub) -> None:
    outcomes: list[object] = []

    def admit(keys: HubKeys) -> None:
        try:
            outcomes.append(hub.admit(RosterHub(keys.public, "Birch")))
        except NotAdmitted as problem:
            outcomes.append(problem)

    threads = [threading.Thread(target=admit, args=(keys,)) for keys in (BIRCH, CEDAR)]
    hold = threading.Event()

    def hold_up() -> Outcome:
        hold.wait(2)
        return Outcome(None)

    threading.Thread(target=lambda: hub._owner.do(hold_up)).start()
    for thread in threads:
        thread.start()
    time.sleep(0.1)
    hold.set()
    for thread in threads:
        thread.join()

    assert sorted(type(one).__name__ for one in outcomes) == ["NotAdmitted", "bytes"]
    assert [one.name for one in hub.status().hubs] == ["Birch"]


def test_a_hub_without_a_network_keeps_network_posts_in_its_journal_alone(tmp_path: Path) -> None:
    folder = HubInAFolder.make(tmp_path / "alone", "Alder", network=False)
    hub = folder.start()

    hub.post(need(audience=Audience.NETWORK))
    hub = folder.restart()

    assert len(hub.view().posts) == 1
    assert hub._owner.packer.waiting == []
    assert hub._owner._pause_s() > 0.5
    folder.stop()


def test_a_hub_whose_clock_fell_back_a_year_goes_on(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    session = member_of(hub)
    hub_folder.time.ahead_s += 30 * 86_400
    hub.post(need(audience=Audience.NETWORK))
    hub_folder.stop()

    hub_folder.time.ahead_s -= 200 * 86_400
    hub = hub_folder.start()
    first = hub.post(need("Blankets", audience=Audience.NETWORK))

    assert hub.show_post(first.post_id) is not None
    assert hub.close_post(first.post_id, first.code).tried.value == "opened"
    assert hub.alert(session, hub.send_alert(session, alert())) is not None
    time.sleep(0.5)  # its blocks are sealed
    assert hub.status().saving


def test_what_nobody_foresaw_refuses_who_waits_and_ends_the_process(
    hub_folder: HubInAFolder, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    hub = hub_folder.start()
    posted = hub.post(need())

    hub._owner.publisher.keys = None  # type: ignore[assignment]  # a mistake of ours
    began_s = time.monotonic()
    hub.post(need("Soup", audience=Audience.NETWORK))  # saved; its block is made a moment later

    eventually(lambda: hub_folder.deaths == ["Alder"])
    with pytest.raises(NotSaved):
        hub.post(need("Beds"))
    assert time.monotonic() - began_s < 4
    assert hub.show_post(posted.post_id) is not None
    hub_folder.deaths.clear()
    hub = hub_folder.restart()
    assert {post.title for post in hub.view().posts} == {need().title, "Soup"}


SCRIPT = """
import sys, time
from pathlib import Path
import rig
from rig import HubInAFolder, need
from hub.owner import end_process
from hub.views import AlertAudience, Audience, CodeTried

folder = HubInAFolder.make(Path(sys.argv[1]) / "alder", "Alder")
hub = folder.start()
hub._owner._die = end_process
hub._owner.publisher.keys = None
hub.post(need(audience=Audience.NETWORK))
time.sleep(20)
"""


def test_the_process_ends_with_a_status_that_systemd_sees(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    ended = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)],
        env={"PYTHONPATH": f"{root}:{root / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert ended.returncode == EXIT_SOFTWARE
    assert "nobody foresaw" in ended.stderr


def test_many_who_try_a_code_at_once_have_no_more_tries_than_one(hub: Hub) -> None:
    posted = hub.post(need())
    answers: list[CodeTried] = []
    threads = [
        threading.Thread(target=lambda: answers.append(hub.try_code(posted.post_id, "not the four words").tried))
        for _ in range(14)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers.count(CodeTried.WRONG) == CODE_TRIES
    assert answers.count(CodeTried.WAIT) == 14 - CODE_TRIES


def test_pages_are_read_while_the_hub_is_written_to(hub: Hub) -> None:
    """Every reader of the portal, all the time, while posts, pods, alerts and newcomers arrive."""
    session = member_of(hub)
    founded = hub.found_pod("Oak", ["Cho", "Dee"])
    posted = hub.post(need(audience=Audience.NETWORK))
    alert_id = hub.send_alert(session, alert())
    problems: list[BaseException] = []
    done = threading.Event()

    def read() -> None:
        try:
            while not done.is_set():
                hub.view()
                hub.status()
                hub.alerts(session)
                hub.alert(session, alert_id)
                hub.show_post(posted.post_id)
                for _, pod in hub._candidates(founded.pod_code):
                    pod_life.member_names(b"k" * 32, b"p" * 8, pod)
        except BaseException as problem:
            problems.append(problem)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(12):
        hub.send_alert(session, alert(f"Alert {number}", audience=AlertAudience.NETWORK))
        hub.confirm(session, alert_id)
        if number % 4 == 0:  # Argon2 is slow
            hub.found_pod(f"Pod {number}", ["Ana", "Ben"])
        hub.admit(RosterHub(HubKeys(bytes([100 + number]) * 32).public, f"Hub {number}"))
    done.set()
    for reader in readers:
        reader.join()

    assert problems == []
    assert len(hub.view().alerts) == 12
    assert len(hub.status().hubs) == 12


def test_a_hub_that_was_stopped_saves_nothing_and_says_so_at_once(hub_folder: HubInAFolder) -> None:
    hub = hub_folder.start()
    session = member_of(hub)
    hub_folder.stop()
    began_s = time.monotonic()
    with pytest.raises(NotSaved):
        hub.send_alert(session, alert())
    with pytest.raises(Busy):
        hub.post(need())
    assert time.monotonic() - began_s < 1


def test_a_clock_that_jumps_ten_years_ahead_and_back_destroys_nothing_and_strands_no_block(
    hub_folder: HubInAFolder, eventually: Callable[[Callable[[], bool]], None]
) -> None:
    hub = hub_folder.start()
    founded = hub.found_pod("Maple", ["Ana", "Ben"])
    hub.post(need())
    hub.post(need("Blankets", audience=Audience.NETWORK))
    eventually(lambda: hub.status().blocks >= 3)
    keys = Keyring.open(hub_folder.folder).network

    hub_folder.time.wild_s = 3_650 * 86_400
    hub_folder.time.ahead_s += 31  # it keeps house
    hub.post(need("Posted by the wild clock", audience=Audience.NETWORK))
    eventually(lambda: [post.title for post in hub.view().posts] == ["Posted by the wild clock"])
    hub_folder.restart()
    hub_folder.time.wild_s = 0
    hub_folder.time.ahead_s += 31
    hub = hub_folder.restart()

    assert {post.title for post in hub.view().posts} >= {need().title, "Blankets"}
    assert hub.log_in(founded.pod_code, founded.phrases[0][1]) is not None
    assert Keyring.open(hub_folder.folder).network == keys
    before = {header.id for header in in_its_thread(hub, headers)}
    hub.post(need("Written in its time", audience=Audience.NETWORK))
    today = int(hub.now_s() // 86_400)

    def new_days() -> list[int]:
        return [expiry_day(header, today) for header in in_its_thread(hub, headers) if header.id not in before]

    eventually(lambda: len(new_days()) > 0)
    assert all(today <= day <= today + 32 for day in new_days())
