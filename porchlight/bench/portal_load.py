"""Many phones before one hub: keep-alive connections over real sockets, and how long each page took.

`python -m porchlight.bench.portal_load PORT PAGE CLIENTS LOAD BESIDE SECONDS`; prints one JSON object.
"""

import asyncio
import json
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from urllib.parse import urlencode

THINK_S = 1.0  # between the pages of one phone
WARM_UP_S = 1.0  # not counted
DRIPPING, SLOW_READERS = 500, 50  # the clients that are `slow` beside the others
DRIP_S = 1.0
READ_PAUSE_S = 0.5


@dataclass
class Phone:
    """One connection that is kept."""

    port: int
    reader: asyncio.StreamReader | None = None
    writer: asyncio.StreamWriter | None = None

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of one answer; the connection is made anew where the hub closed it."""
        if self.writer is None or self.writer.is_closing():
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        assert self.reader is not None
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        body = await self.reader.readexactly(int(length[1])) if length else b""
        if re.search(rb"(?i)\r\nconnection: close", head):
            self.writer.close()
        return int(head[9:12]), body


@dataclass
class Load:
    """What the phones do, and what they saw."""

    port: int
    page: str
    think: bool
    count_from_s: float
    until_s: float
    post_path: str
    took_ms: list[float] = field(default_factory=list)
    failed: int = 0

    def request(self) -> bytes:
        host = f"Host: 127.0.0.1:{self.port}\r\nAccept-Encoding: gzip\r\nAccept-Language: en\r\n"
        if self.page != "post":
            path = {"home": "/", "list": "/needs", "show": self.post_path}[self.page]
            return f"GET {path} HTTP/1.1\r\n{host}\r\n".encode()
        form = {
            "token": secrets.token_hex(16),
            "title": f"A lamp for number {secrets.randbelow(10**6)}",
            "audience": "this_hub",
            "category": "power",
            "days": "7",
            "step": "post",
        }
        body = urlencode(form)
        return (
            f"POST /post/need HTTP/1.1\r\n{host}Origin: http://127.0.0.1:{self.port}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()

    async def phone(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        phone = Phone(self.port)
        while time.perf_counter() < self.until_s:
            began_s = time.perf_counter()
            try:
                status, _ = await phone.ask(self.request())
            except (OSError, asyncio.IncompleteReadError):
                status, phone = 0, Phone(self.port)
            took_s = time.perf_counter() - began_s
            if began_s >= self.count_from_s:
                self.took_ms.append(took_s * 1000)
                self.failed += status not in (200, 303)
            if self.think:
                await asyncio.sleep(max(THINK_S - took_s, 0.0))


async def measure(port: int, page: str, clients: int, load: str, beside: str, seconds: float) -> dict[str, float]:
    now_s = time.perf_counter()
    _, needs = await Phone(port).ask(f"GET /needs HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    found = re.search(rb'href="(/p/[0-9a-f]{16})"', needs)
    rng = Random(clients)  # noqa: S311  # when each phone begins
    run = Load(
        port, page, load == "think", now_s + WARM_UP_S, now_s + WARM_UP_S + seconds, found[1].decode() if found else "/"
    )
    async with _slow_clients(port, there=beside == "slow"):
        await asyncio.gather(*(run.phone(rng.random() * (THINK_S if run.think else 0.1)) for _ in range(clients)))
    took_ms = sorted(run.took_ms)
    return {
        "requests_per_s": round(len(took_ms) / seconds, 1),
        "p50_ms": round(took_ms[len(took_ms) // 2], 2),
        "p99_ms": round(took_ms[min(len(took_ms) * 99 // 100, len(took_ms) - 1)], 2),
        "failed": run.failed,
    }


@asynccontextmanager
async def _slow_clients(port: int, *, there: bool) -> AsyncIterator[None]:
    """Connections that send their headers byte by byte, and others that hardly read what they asked for."""
    tasks = []
    if there:
        tasks += [asyncio.create_task(_drip(port)) for _ in range(DRIPPING)]
        tasks += [asyncio.create_task(_read_slowly(port)) for _ in range(SLOW_READERS)]
        await asyncio.sleep(1.0)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _drip(port: int) -> None:
    while True:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            for byte in b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: " + b"a" * 200:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(DRIP_S)
        except OSError:
            await asyncio.sleep(DRIP_S)
        finally:
            writer.close()


async def _read_slowly(port: int) -> None:
    while True:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
        try:
            writer.write(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() * 8)
            for _ in range(60):
                if not await reader.read(64):
                    break
                await asyncio.sleep(READ_PAUSE_S)
        except OSError:
            await asyncio.sleep(READ_PAUSE_S)
        finally:
            writer.close()


def main(arguments: list[str]) -> int:
    port, page, clients, load, beside, seconds = arguments
    found = asyncio.run(measure(int(port), page, int(clients), load, beside, float(seconds)))
    print(json.dumps(found))  # noqa: T201  # whoever started us reads it
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
