"""One hub of a demonstration, as a process of its own: a hub like any other, with a faster or later clock.

Started by porchlight.stage: `python -m porchlight.stage_hub hub.toml SPEED ORIGIN DAYS_LATER SHARE_S`. Each line on
stdout is one event, as JSON; the first says that the pages are there.
"""

import contextlib
import json
import logging
import signal
import sys
import threading
from pathlib import Path

from hub.clock import SystemTime
from porchlight.config import settings_of
from porchlight.run import serving
from porchlight.stop import Stop


def main(arguments: list[str]) -> int:
    config, speed, origin_s, days_later, share_s = arguments
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    time_source = SystemTime(float(speed), float(origin_s), int(days_later))
    telling = threading.Lock()

    def tell(event: dict[str, object]) -> None:
        with telling, contextlib.suppress(BrokenPipeError):  # nobody listens any more: the hub goes on
            sys.stdout.write(json.dumps({**event, "unix_s": round(time_source.unix_s(), 3)}) + "\n")
            sys.stdout.flush()

    try:
        settings = settings_of(Path(config))
        with serving(settings, time_source=time_source, report=tell, share_s=float(share_s)) as addresses:
            tell({"event": "ready", "addresses": list(addresses)})
            stopped.wait()
    except Stop as stop:
        stop.show()
        return stop.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
