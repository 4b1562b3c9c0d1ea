"""How does one hub run, for real? Its parts put together as hub.toml says, until somebody stops it."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import SystemRandom
from typing import TYPE_CHECKING

import click

from porchlight.config import config_option, keyring_of, settings_of
from porchlight.stop import Stop, say

if TYPE_CHECKING:
    from hub.clock import TimeSource
    from hub.hub import Hub
    from hub.keyring import Keyring
    from hub.library.shelf import Library
    from hub.settings import Settings
    from hub.troubles import Troubled
    from mesh.links.link import Link

Report = Callable[[dict[str, object]], None]
CODES_AHEAD = 300  # posts that are answered at once after a long quiet: a street on its worst evening


@click.command()
@config_option
@click.option(
    "--until-changed", is_flag=True, help="End when hub.toml has changed and is right: systemd starts it anew."
)
def run(config: Path, until_changed: bool) -> None:
    """Run one hub, as its hub.toml says, until it is stopped (Ctrl-C, or systemd)."""
    from porchlight.settings_watch import SettingsWatch, wait_for_end

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    settings = settings_of(config)
    watch = SettingsWatch(settings) if until_changed else None
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with serving(settings, codes_ahead=CODES_AHEAD) as addresses:
        for address in addresses:
            click.echo(address)
        say(f"{settings.hub.name} runs. To stop it, press Ctrl-C.")
        has_changed = wait_for_end(stopped, watch)
    say(f"{settings.hub.name} has stopped{': hub.toml has changed' if has_changed else ''}.")


@contextmanager
def serving(
    settings: "Settings",
    *,
    time_source: "TimeSource | None" = None,
    report: Report | None = None,
    share_s: float | None = None,
    codes_ahead: int = 0,
) -> Iterator[tuple[str, ...]]:
    """A whole hub: radio, store, pages, control socket. Gives the addresses of its pages; ends in words if it must.

    share_s: how long an ordinary record waits for others to share a block, seconds.
    codes_ahead: how many posts' words are made before anybody asks (hub.code_stock).
    """
    from captive_portal.app import create_app
    from captive_portal.serve import serve
    from hub.clock import SystemTime
    from porchlight.control import ControlServer
    from porchlight.own_machine import OwnMachine
    from porchlight.portal_settings import portal_settings
    from porchlight.requests import AnyRequest, answer
    from porchlight.sockets import listening

    clock: TimeSource = time_source or SystemTime()
    keyring = keyring_of(settings)
    links = links_of(settings, keyring, clock.speed)
    machine = OwnMachine(settings)
    if keyring.network is None and (settings.radio.kind != "none" or settings.mqtt or settings.broker.listen):
        say("this hub is in no network yet, so its radio rests, and it joins no broker")
        say(f"hint: stop it and type: porchlight network create NAME --config {settings.file}")
    with ExitStack() as until_stopped:
        sockets = listening(settings.portal.addresses)
        for bound in sockets:
            until_stopped.callback(bound.close)
        hub = until_stopped.enter_context(
            open_hub(
                settings,
                keyring=keyring,
                time_source=clock,
                links=links,
                report=report,
                share_s=share_s,
                codes_ahead=codes_ahead,
                machine=machine.troubles,
            )
        )
        control = ControlServer[AnyRequest](settings.data_folder, AnyRequest, lambda request: answer(hub, request))
        control.start()
        until_stopped.callback(control.stop)
        library = until_stopped.enter_context(open_library(settings.data_folder / "library", clock.unix_s))
        portal = portal_settings(settings, keyring, clock.monotonic_s, library, machine.seen)
        pages = serve(create_app(hub, portal=portal, clock=clock), sockets)
        until_stopped.callback(pages.close)
        yield portal.addresses


@contextmanager
def open_hub(
    settings: "Settings",
    *,
    keyring: "Keyring | None" = None,
    time_source: "TimeSource | None" = None,
    links: "Mapping[str, Link] | None" = None,
    report: Report | None = None,
    share_s: float | None = None,
    codes_ahead: int = 0,
    machine: "Callable[[], tuple[Troubled, ...]]" = tuple,
) -> Iterator["Hub"]:
    """The hub on its data folder, without pages; without links its radio is left alone. Ends in words if it must."""
    from hub.clock import SystemTime
    from hub.hub import SHARE_S, Hub, HubConfig
    from hub.keyring import KeyringRefused
    from hub.store.failed import StoreFailed, StoreLocked

    keyring = keyring or keyring_of(settings)
    if settings.wifi.is_ours:
        try:
            keyring.make_wifi_passwords(os.urandom)
        except KeyringRefused as refused:
            raise Stop(refused.words, refused.hint) from None
    hub = Hub(
        HubConfig(
            name=settings.hub.name,
            data_folder=settings.data_folder,
            clock_is_set=settings.clock.trust == "system",
            share_s=SHARE_S if share_s is None else share_s,
            airtime_share=settings.airtime.share,
            codes_ahead=codes_ahead,
            is_access_point=settings.wifi.is_ours,
        ),
        keyring=keyring,
        time_source=time_source or SystemTime(),
        rng=SystemRandom(),
        random_bytes=os.urandom,
        links=links,
        report=report or (lambda _: None),
        machine=machine,
    )
    try:
        hub.start()
    except StoreLocked:
        raise Stop(
            f"another process has {settings.data_folder} open", "this hub may run already: porchlight status"
        ) from None
    except StoreFailed as failed:
        raise Stop(f"the hub's store in {settings.data_folder} cannot be opened: {failed.reason}") from None
    try:
        yield hub
    finally:
        hub.stop()


@contextmanager
def open_library(folder: Path, unix_s: Callable[[], float]) -> Iterator["Library"]:
    """The documents of this hub, with the field guide that comes with the project."""
    from hub.library.guide_files import put_guide_in
    from hub.library.shelf import Library

    try:
        library = Library(folder, unix_s)
        put_guide_in(library)
    except OSError as problem:
        raise Stop(f"the library in {folder} cannot be opened: {problem.strerror}") from None
    library.start()
    try:
        yield library
    finally:
        library.stop()


def links_of(settings: "Settings", keyring: "Keyring", speed: float = 1.0) -> "dict[str, Link]":
    """All that hub.toml names, by the links' names: the radio and the brokers. None without a network."""
    from mesh.links.link import RADIO

    radio = radio_link(settings, keyring, speed)
    links: dict[str, Link] = {RADIO: radio} if radio is not None else {}
    if settings.mqtt or settings.broker.listen or (settings.data_folder / "keys" / "broker").exists():
        from porchlight.mqtt_links import mqtt_links

        links |= mqtt_links(settings, keyring)
    return links


def radio_link(settings: "Settings", keyring: "Keyring", speed: float = 1.0) -> "Link | None":
    """The radio that hub.toml names, on the network's channel; None without a radio, or without a network."""
    from mesh.links.radio import RadioLink, Timing
    from mesh.links.target import SerialTarget, TcpTarget

    network, radio = keyring.network, settings.radio
    if radio.kind == "none" or network is None:
        return None
    host_port = radio.host_port if radio.kind == "tcp" else None
    target = TcpTarget(*host_port) if host_port is not None else SerialTarget(radio.device)
    return RadioLink(
        target, network.channel_name, channel_psk=network.channel_psk, timing=Timing.at_speed(speed), rng=SystemRandom()
    )
