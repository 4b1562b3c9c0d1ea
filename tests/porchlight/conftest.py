from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hub_places import Place, SmallHub, Typed, begun

from porchlight.cli import main
from porchlight.control import ControlServer
from porchlight.requests import AnyRequest, answer


@pytest.fixture
def typed() -> Typed:
    """Type a command; what it says comes back. `answering` is what the person types when asked."""

    def run(*words: object, answering: str | None = None) -> Result:
        result = CliRunner().invoke(main, [str(word) for word in words], input=answering, prog_name="porchlight")
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture
def alder(tmp_path: Path, typed: Typed) -> Place:
    return begun(tmp_path / "alder", typed)


@pytest.fixture
def birch(tmp_path: Path, typed: Typed) -> Place:
    return begun(tmp_path / "birch", typed)


@pytest.fixture
def running() -> Iterator[Callable[[Place], None]]:
    """Let a small hub answer at a place's socket until the test ends."""
    servers: list[ControlServer[AnyRequest]] = []

    def run(place: Place) -> None:
        hub = SmallHub(place)
        server = ControlServer[AnyRequest](place.data, AnyRequest, lambda request: answer(hub, request))
        server.start()
        servers.append(server)

    yield run
    for server in servers:
        server.stop()
