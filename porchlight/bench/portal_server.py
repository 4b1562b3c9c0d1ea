"""The hub that `porchlight bench portal` measures: a process of its own, its board filled through the journal.

`python -m porchlight.bench.portal_server FOLDER POSTS SEED CODES`. Prints one line when the pages are there, and the
codes of so many posts to come are made, as on a hub that has been on for some minutes: the port.
"""

import os
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from random import Random

from captive_portal.app import create_app
from captive_portal.floods import Limit
from captive_portal.portal import FLOOD_LIMITS, PortalSettings
from captive_portal.serve import serve
from hub import drafts
from hub.clock import DAY_S, SystemTime
from hub.hub import Hub, HubConfig
from hub.keyring import Keyring
from hub.store.journal import Journal
from hub.views import Audience, Category, PostDraft, PostKind
from hub.written import encode_written

LOOK_S = 0.1
TOGETHER = 500  # posts a sync while the board is filled
NO_LIMIT = Limit(burst=1_000_000, refill_s=0.001)  # all clients of the bench come from one address
WORDS = ("water", "soup", "blankets", "charger", "insulin", "ride", "ladder", "radio", "batteries", "firewood", "cot")
PLACES = ("near Oak and 3rd", "Mill Lane", "by the school", "Harbour steps", "")


def made_posts(count: int, seed: int) -> list[PostDraft]:
    """So many posts; the same seed gives the same ones."""
    rng = Random(seed)  # noqa: S311  # what people might write, no secret
    return [
        PostDraft(
            token=f"{rng.getrandbits(128):032x}",
            kind=rng.choice((PostKind.NEED, PostKind.OFFER)),
            category=rng.choice(tuple(Category)),
            title=f"{' '.join(rng.sample(WORDS, 4))} number {number}".capitalize(),
            details="Ring at the side door, please." if rng.random() < 0.3 else "",
            place=rng.choice(PLACES),
            audience=Audience.THIS_HUB,
            days=rng.randint(2, 31),
        )
        for number in range(count)
    ]


def fill(folder: Path, count: int, seed: int) -> None:
    """Put the posts on the card as the hub would; their codes are nobody's, since deriving them takes 40 ms each."""
    keyring = Keyring.create(folder, os.urandom)
    now_s = time.time()
    journal = Journal.open(folder, today=int(now_s // DAY_S))
    for number, draft in enumerate(made_posts(count, seed)):
        for written in drafts.post_records(draft, keyring.hub_keys.hub_id, now_s - number % 3_600, os.urandom(32)):
            journal.append_record(written.envelope.end_s // DAY_S, encode_written(written))
        if number % TOGETHER == 0:
            journal.sync()
    journal.sync()
    journal.close()


def main(arguments: list[str]) -> int:
    folder, posts, seed, codes = Path(arguments[0]), int(arguments[1]), int(arguments[2]), int(arguments[3])
    fill(folder, posts, seed)
    time_source = SystemTime()
    hub = Hub(
        HubConfig("Bench", folder, clock_is_set=True, codes_ahead=codes),
        keyring=Keyring.open(folder),
        time_source=time_source,
        rng=Random(seed),  # noqa: S311  # lives and waits of a hub without a radio
        random_bytes=os.urandom,
        link=None,
    )
    hub.start()
    bound = socket.create_server(("127.0.0.1", 0), backlog=1024)
    address = f"http://127.0.0.1:{bound.getsockname()[1]}"
    settings = PortalSettings("Bench", (address,), "bench")
    settings = replace(settings, flood_limits=tuple((flood, NO_LIMIT) for flood in FLOOD_LIMITS))
    serving = serve(create_app(hub, portal=settings, clock=time_source), [bound])
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    while hub.codes_ready() < codes:
        time.sleep(LOOK_S)
    print(bound.getsockname()[1], flush=True)  # noqa: T201  # whoever started us reads it
    stopped.wait()
    serving.close()
    hub.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
