"""How long does a page take when a street stands before the hub? Real processes, real sockets, the portal as it ships.

closed: each client asks again as soon as it is answered. think: one page a second each, as people do. slow: beside them
500 clients drip their headers and 50 hardly read. Clients and hub share the machine, so the figures are the worse.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from porchlight.bench.machine import machine

PAGES = ("home", "list", "show", "post")
LOADS = ("closed", "think")
STOP_S = 20.0
CODES_AHEAD = 300  # as `porchlight run` has it; a longer run of posts then waits for Argon2id, one code at a time


@dataclass(frozen=True, slots=True)
class Case:
    """One row to be measured."""

    page: str
    clients: int
    load: str
    beside: str
    posts: int


@dataclass(frozen=True, slots=True)
class Row:
    page: str
    clients: int
    load: str
    beside: str
    posts: int
    requests_per_s: float
    p50_ms: float
    p99_ms: float
    rss_mb: float  # of the hub's process after the run
    failed: int  # answers that were none of 200 and 303


# What the project holds itself to; one row a promise.
QUICK = (
    Case("home", 50, "closed", "", 1_000),
    Case("home", 200, "think", "", 1_000),
    Case("post", 50, "think", "", 1_000),
    Case("home", 200, "think", "slow", 1_000),
    Case("home", 10, "think", "", 10_000),
)


@click.command()
@click.option("--posts", "sizes", multiple=True, type=click.IntRange(1, 20_000), default=(100, 1_000, 10_000))
@click.option("--clients", multiple=True, type=click.IntRange(1, 400), default=(10, 50, 200))
@click.option("--page", "pages", multiple=True, type=click.Choice(PAGES), default=PAGES)
@click.option("--load", "loads", multiple=True, type=click.Choice(LOADS), default=LOADS)
@click.option("--beside", "besides", multiple=True, type=click.Choice(("", "slow")), default=("", "slow"))
@click.option("--seconds", type=click.FloatRange(0.5, 600), default=5.0, show_default=True, help="A row.")
@click.option("--quick", is_flag=True, help="Only the rows that the project makes promises about.")
@click.option("--seed", type=int, default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, and nothing else.")
def portal(
    sizes: tuple[int, ...],
    clients: tuple[int, ...],
    pages: tuple[str, ...],
    loads: tuple[str, ...],
    besides: tuple[str, ...],
    seconds: float,
    quick: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Measure the pages: latency and memory for many phones, with slow ones beside them or not."""
    wanted = [
        Case(page, count, load, beside, posts)
        for posts in sizes
        for page in pages
        for count in clients
        for load in loads
        for beside in besides
    ]
    rows = [row for posts in _sizes(quick, sizes) for row in measure(posts, QUICK if quick else wanted, seconds, seed)]
    if as_json:
        found = {"bench": "portal", "seed": seed, "machine": machine(), "rows": [asdict(row) for row in rows]}
        click.echo(json.dumps(found))
        return
    click.echo(
        f"{'page':<6}{'clients':>8} {'load':<8}{'beside':<8}{'posts':>7}"
        f"{'pages/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'MB':>7}"
    )
    for row in rows:
        click.echo(
            f"{row.page:<6}{row.clients:>8} {row.load:<8}{row.beside:<8}{row.posts:>7}"
            f"{row.requests_per_s:>9.1f}{row.p50_ms:>9.2f}{row.p99_ms:>9.2f}{row.rss_mb:>7.1f}"
            + (f"  {row.failed} failed" if row.failed else "")
        )


def _sizes(quick: bool, sizes: tuple[int, ...]) -> list[int]:
    return sorted({case.posts for case in QUICK} if quick else set(sizes))


def measure(posts: int, cases: "tuple[Case, ...] | list[Case]", seconds: float, seed: int) -> Iterator[Row]:
    """The rows of one size of the board, each against a hub of its own: posts of one row are not the next one's."""
    for case in cases:
        if case.posts != posts:
            continue
        with _hub(posts, seed, CODES_AHEAD if case.page == "post" else 0) as (pid, port):
            load = [sys.executable, "-m", "porchlight.bench.portal_load"]
            asked = [str(port), case.page, str(case.clients), case.load, case.beside, str(seconds)]
            done = subprocess.run([*load, *asked], capture_output=True, text=True, check=True)  # noqa: S603
            yield Row(**asdict(case), **json.loads(done.stdout), rss_mb=_rss_mb(pid))


@contextmanager
def _hub(posts: int, seed: int, codes: int) -> Iterator[tuple[int, int]]:
    """A hub with so many posts, and codes for as many more; its process id and the port of its pages."""
    with tempfile.TemporaryDirectory(prefix="porchlight-bench-") as folder:
        server = [sys.executable, "-m", "porchlight.bench.portal_server", folder, str(posts), str(seed), str(codes)]
        with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
            assert process.stdout is not None
            try:
                yield process.pid, int(process.stdout.readline())
            finally:
                process.terminate()
                process.wait(STOP_S)


def _rss_mb(pid: int) -> float:
    """Resident memory of a process, in MB, as Linux counts it."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    resident_kb = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    return round(resident_kb / 1000, 1)
