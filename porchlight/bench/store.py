"""What does one more post cost the card when the board is full? Append, sync and fold; then a start, at several sizes.

Each row is measured in processes of its own, in a folder on the disk that `--folder` names. A post is its record in the
journal, its block beside it, one sync, and its document: what a hub does before it answers. Sealing and signing are not
in it.
"""

import json
import multiprocessing
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, TypeVar

import click

from porchlight.bench.machine import machine

if TYPE_CHECKING:
    from hub.board import Board
    from hub.records import Posted
    from hub.store.journal import Journal

TODAY = 20_800
TODAY_S = TODAY * 86_400
SIZES = (100, 1_000, 10_000)
TIMED = 300  # of each size's posts; the last ones. Half of them where there are fewer
TOGETHER = 50  # posts a sync while the board is filled
TITLES = (
    "Two cots and blankets, dry room",
    "Insulin needed, kept cold",
    "Hot soup from six, bring a bowl",
    "Can drive to the clinic at noon",
    "Generator runs until nine, charge your phone",
)
PLACES = ("Oak Street 12", "Mill Lane, the red gate", "Church hall", "Harbour Road 3", "")

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Row:
    """One size of the board."""

    posts: int
    append_ms: float  # median of one post, synced
    open_s: float  # a start: journal and documents
    rss_mb: float  # of the process that has just started
    bytes: int  # of the journal's files


@click.command()
@click.option("--posts", "sizes", multiple=True, type=click.IntRange(2, 60_000), default=SIZES, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same posts.")
@click.option(
    "--folder", type=click.Path(path_type=Path, file_okay=False, exists=True), help="Where to write; else a TMPDIR."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, and nothing else.")
def store(sizes: tuple[int, ...], seed: int, folder: Path | None, as_json: bool) -> None:
    """Measure the store: what one more post costs, and a start, at several sizes of the board."""
    rows = [measure(posts, seed, folder) for posts in sorted(sizes)]
    if as_json:
        click.echo(
            json.dumps({"bench": "store", "seed": seed, "machine": machine(), "rows": [asdict(r) for r in rows]})
        )
        return
    click.echo("\n".join(table(rows)))


def table(rows: list[Row]) -> list[str]:
    lines = [f"{'posts':>7} {'append ms':>10} {'open s':>8} {'RSS MB':>8} {'bytes':>12}"]
    lines += [
        f"{row.posts:>7} {row.append_ms:>10.3f} {row.open_s:>8.3f} {row.rss_mb:>8.1f} {row.bytes:>12}" for row in rows
    ]
    if len(rows) > 1:
        first, last = rows[0], rows[-1]
        ratio = last.append_ms / first.append_ms
        lines.append(f"one more post among {last.posts} costs {ratio:.2f} times what it costs among {first.posts}")
    return lines


def measure(posts: int, seed: int, folder: Path | None) -> Row:
    """One row: a process fills a journal and appends, another one starts on it."""
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-", dir=folder) as made:
        append_ms, size_bytes = _in_a_process(fill, posts, seed, Path(made))
        open_s, rss_mb = _in_a_process(start, posts, seed, Path(made))
    return Row(posts, round(append_ms, 4), round(open_s, 4), round(rss_mb, 1), size_bytes)


def fill(posts: int, seed: int, folder: Path) -> tuple[float, int]:
    """Fill a board; gives the median milliseconds of its last posts, and the bytes of the journal."""
    from hub.store.journal import Journal

    journal, board = Journal.open(folder, today=TODAY), _new_board(seed)
    timed_from = posts - min(TIMED, posts // 2)
    took_ms: list[float] = []
    for number, (day, posted, record, block) in enumerate(made_posts(posts, seed)):
        began_s = time.perf_counter()
        journal.append_record(day, record)
        journal.append_block(day, block)
        if number >= timed_from or number % TOGETHER == 0:
            journal.sync()
        board.apply(posted)
        if number >= timed_from:
            took_ms.append((time.perf_counter() - began_s) * 1000)
    size_bytes = journal.size_bytes
    journal.close()
    return statistics.median(took_ms), size_bytes


def start(posts: int, seed: int, folder: Path) -> tuple[float, float]:
    """Start on that journal as a hub does; gives the seconds, and the process's resident megabytes."""
    from hub.store.journal import Journal

    began_s = time.perf_counter()
    journal, board = Journal.open(folder, today=TODAY), _new_board(seed)
    held = _fold(journal, board)
    open_s = time.perf_counter() - began_s
    if held != (posts, posts):
        raise RuntimeError(f"{posts} posts of seed {seed} were saved, and {held} came back")
    rss_mb = _resident_mb()
    journal.close()
    return open_s, rss_mb


def made_posts(posts: int, seed: int) -> Iterator[tuple[int, "Posted", bytes, bytes]]:
    """Posts as people write them: expiry day, record, the record's bytes, a block that carries it."""
    from hub import limits
    from hub.records import CATEGORIES, Head, Posted, PostFlags, to_envelope
    from hub.views import Urgency
    from hub.written import Way, Written, encode_written
    from mesh.block import BLOCK_BYTES_MAX, Header, Lane, Priority
    from mesh.record import rounded
    from mesh.text import pack_text

    rng = Random(seed)  # noqa: S311 - posts for a measurement, no secrets
    hub = _hub(rng)
    for number in range(posts):
        days = rng.randint(1, limits.POST_DAYS_MAX)
        head = Head(hub, rng.randbytes(6), TODAY_S, TODAY_S + days * 86_400)
        title, place = pack_text(f"{rng.choice(TITLES)} ({number})"), pack_text(rng.choice(PLACES))
        posted = Posted(head, PostFlags(rng.randint(0, 3)), rng.choice(CATEGORIES), Urgency.SOON, 0, title, place, b"")
        written = Written(hub, rounded(to_envelope(posted)), Way(Lane.LONG, Priority.ORDINARY))
        life, sequence = divmod(number, 65_536)
        header = Header(Lane.LONG, Priority.ORDINARY, hub, life, sequence, (TODAY + days) % 256, 0).pack()
        sealed = rng.randbytes(rng.randint(158, BLOCK_BYTES_MAX - len(header)))  # 166 to 208 bytes; nobody opens it
        yield TODAY + days, posted, encode_written(written), header + sealed


def _hub(rng: Random) -> bytes:
    from mesh.keys import HubKeys

    return HubKeys(rng.randbytes(32)).hub_id


def _new_board(seed: int) -> "Board":
    from hub.board import Board
    from hub.store.documents import LiveDocuments

    return Board(LiveDocuments().live("posts"), _hub(Random(seed)))  # noqa: S311 - the hub that `made_posts` makes


def _fold(journal: "Journal", board: "Board") -> tuple[int, int]:
    from hub.records import Posted, from_envelope
    from hub.store.segment import Kind
    from hub.written import decode_written

    posts = 0
    for entry in journal.entries():
        if entry.kind is not Kind.RECORD:
            continue
        written = decode_written(entry.body)
        record = from_envelope(written.envelope, written.hub)
        assert isinstance(record, Posted)
        board.apply(record)
        posts += 1
    return posts, sum(1 for _ in journal.headers())


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _in_a_process(work: Callable[[int, int, Path], Value], posts: int, seed: int, folder: Path) -> Value:
    """`work` in a process of its own, so that no row feels another's memory."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, posts, seed, folder).result()
