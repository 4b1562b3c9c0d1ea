"""How do alerts fare among many hubs? The engines that ship, in virtual time, over simple radios that flood."""

import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from math import ceil
from multiprocessing import get_context
from typing import cast

import click

from mesh.airtime import Firmware
from mesh.virtual.alert_trial import Trial, run_trial
from porchlight.bench.machine import machine

PLACEMENTS = 20  # fewer say little: reach spreads by 25 points between placements
ALERTS = 10
PROCESSES = 2

Row = dict[str, object]


@click.command()
@click.option("--hubs", default=10, show_default=True, type=click.IntRange(2, 100))
@click.option("--placements", default=PLACEMENTS, show_default=True, type=click.IntRange(1, 1000))
@click.option("--alerts", default=ALERTS, show_default=True, type=click.IntRange(1, 100), help="For each placement.")
@click.option("--radio", default="2.7", show_default=True, type=click.Choice(["2.7", "2.8"]), help="The firmware.")
@click.option("--seed", default=1, show_default=True, help="The same seed gives the same rows.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")
def mesh(*, hubs: int, placements: int, alerts: int, radio: str, seed: int, as_json: bool) -> None:
    """Alerts among HUBS hubs in random places: who had them, after how long, and for how much airtime.

    Latencies are over all pairs of hubs that some chain of radios can join; a miss counts as infinite.
    """
    seeds = [seed * 1_000_000 + number for number in range(placements)]
    trial = partial(run_trial, hubs, alerts=alerts, firmware=cast(Firmware, radio))
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        trials = list(pool.map(_run, [trial] * placements, seeds))
    row = summary(trials, hubs=hubs, radio=radio)
    if as_json:
        click.echo(json.dumps({"bench": "mesh", "seed": seed, "machine": machine(), "rows": [row]}))
    else:
        click.echo(table(row))


def _run(trial: "partial[Trial]", seed: int) -> Trial:
    return trial(seed=seed)


def summary(trials: Sequence[Trial], *, hubs: int, radio: str) -> Row:
    """The row of all placements together. Shares are from 0 to 1, times in seconds; None is infinite."""
    alerts = sum(trial.alerts for trial in trials)
    latencies = [latency for trial in trials for latency in trial.latencies_s]
    reached = sum(latency is not None for latency in latencies)
    return {
        "hubs": hubs,
        "radio": radio,
        "policy": "porchlight",
        "placements": len(trials),
        "alerts": alerts,
        "pairs_reached": _rounded(reached / len(latencies)) if latencies else None,
        "alerts_complete": _rounded(sum(trial.complete for trial in trials) / alerts),
        "latency_p50_s": quantile(latencies, 0.5),
        "latency_p99_s": quantile(latencies, 0.99),
        "ideal_p50_s": quantile([ideal for trial in trials for ideal in trial.ideal_s], 0.5),
        "airtime_per_alert_s": _rounded(sum(trial.airtime_s for trial in trials) / alerts),
        "transmissions_per_alert": _rounded(sum(trial.transmissions for trial in trials) / alerts),
        "receipt_airtime_s": _rounded(sum(trial.receipt_airtime_s for trial in trials) / alerts),
        "channel_use_max": _rounded(max(trial.channel_use_max for trial in trials)),
    }


def quantile(values: Iterable[float | None], share: float) -> float | None:
    """The smallest value that `share` of all do not exceed; a miss (None) is larger than any."""
    in_order = sorted(values, key=lambda value: (value is None, value or 0.0))
    if not in_order:
        return None
    value = in_order[max(ceil(share * len(in_order)) - 1, 0)]
    return _rounded(value) if value is not None else None


def table(row: Row) -> str:
    """The row for people, a line each."""
    width = max(len(name) for name in row)
    return "\n".join(f"{name:<{width}}  {'never' if value is None else value}" for name, value in row.items())


def _rounded(value: float) -> float:
    return round(value, 4)
