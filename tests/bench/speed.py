#!/usr/bin/env python3
"""Measures what the README states: start-up, the static part of a run, and the webhook conversation against its own chain.

    cargo build --release && python3 tests/bench/speed.py [target/release/golive]

Medians of runs taken in turn with an empty process. Linux; peak memory needs GNU time (Debian's package `time`).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
GOLIVE = str(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "target/release/golive").resolve())
DELAY_MS = 50
AT_ONCE = 24


def once(argv, cwd=ROOT):
    """Wall time in ms of one run."""
    began = time.perf_counter()
    subprocess.run(argv, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return (time.perf_counter() - began) * 1000


def peak(argv, cwd=ROOT):
    """Peak memory in MB: GNU time's word, as a child of this program would be charged with what it was forked from."""
    ran = subprocess.run(["/usr/bin/time", "-f", "%M", *argv], cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    return int(ran.stderr.split()[-1]) / 1024


def in_turn(commands, rounds):
    runs = {name: [] for name in commands}
    for _ in range(rounds):
        for name, argv in commands.items():
            runs[name].append(once(argv))
    return {name: statistics.median(all_) for name, all_ in runs.items()}


def exchanges(seen):
    """Every exchange of a step on record, however deep it stands."""
    if isinstance(seen, dict):
        if "sent" in seen and "times" in seen:
            yield seen
        else:
            for part in seen.values():
                yield from exchanges(part)
    elif isinstance(seen, list):
        for part in seen:
            yield from exchanges(part)


class Scenario:
    """What one scenario on record cost: its links are answers that waited for one another, what went out at once counting as one."""

    def __init__(self, steps):
        self.deliveries, self.links, self.rests, self.rests_at_the_end = [], 0, 0, False
        for step in steps:
            kind = next(iter(step))
            made = list(exchanges(step))
            for made_one in made:
                at = datetime.fromisoformat(made_one["sent"]["at"].replace("Z", "+00:00")).timestamp()
                self.deliveries.append((at, at + made_one["times"]["answer_us"] / 1e6))
            self.links += bool(made) if kind in ("exchange", "together") else len(made)
            # Effects and status next to each other rest at the same time.
            watches = kind in ("effects", "status")
            self.rests += watches and self.links > 0 and not self.rests_at_the_end
            self.rests_at_the_end = watches and self.links > 0
        self.began = min((at for at, _ in self.deliveries), default=0)
        self.ended = max((at for _, at in self.deliveries), default=0)

    def alone_among(self, others):
        """Whether nothing was under way beside it: the controls, and load."""
        return all(other is self or self.ended <= other.began or other.ended <= self.began for other in others)


def conversation(folder, deliver):
    """Seconds that the deliveries took, their longest chain of dependent answers, each DELAY_MS late, how many there were, and the limit.

    The chain is what ran alone (the controls, the burst), one after the other, and the longest of what ran beside others. Left out is the time
    for which effects must rest, in the scenario that ended last of those: when they were counted is not on record, so that what looking at them
    took beyond that stays in.
    """
    saved = Path(folder) / "observations.json"
    argv = [GOLIVE, "demo", "--deliver", deliver, "--delay", f"{DELAY_MS}ms", "--save-observations", saved, "--quiet"]
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=False)
    run = json.loads(saved.read_text())
    effects = run["merchant"]["webhook"].get("effects")
    rest = effects["settle_ms"] / 1000 if effects else 0
    got = [seen["got"]["steps"] for name, seen in run["observations"]["scenarios"].items() if isinstance(seen, dict) and "got" in seen and name != "control-between"]
    scenarios = [scenario for scenario in map(Scenario, got) if scenario.deliveries]
    alone = [scenario for scenario in scenarios if scenario.alone_among(scenarios)]
    beside = [scenario for scenario in scenarios if scenario not in alone]
    last = max(((one.ended + one.rests_at_the_end * rest, one.rests * rest) for one in beside), default=(0, 0))
    chain = sum(one.links for one in alone) + max((one.links for one in beside), default=0)
    took = max(one.ended for one in scenarios) - min(one.began for one in scenarios) - last[1]
    between = run["observations"]["scenarios"].get("control-between", {})
    baselines = len(between["got"]["steps"]) if "got" in between else 0
    count = sum(len(one.deliveries) for one in scenarios) + baselines
    # What a run may take: its chain or what 24 at once take, a quarter more, and the genuine events between forgeries.
    limit = (1.25 * max(chain, count / AT_ONCE) + baselines) * DELAY_MS / 1000
    return took, chain * DELAY_MS / 1000, count, limit


def behind_one_worker(deliver, delay_ms):
    """The verdict, the deliveries and the seconds of a whole run against a shop that does one thing at a time, each as late."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "observations.json"
        argv = [GOLIVE, "demo", "--variant", "single-threaded", "--deliver", deliver, "--delay", f"{delay_ms}ms"]
        took = once([*argv, "--save-observations", saved, "--quiet"])
        seen = json.loads(saved.read_text())["observations"]["scenarios"]
        deliveries = sum(len(list(exchanges(one["got"]["steps"]))) for one in seen.values() if isinstance(one, dict) and "got" in one)
        judged = subprocess.run([GOLIVE, "judge", saved], stdout=subprocess.PIPE, text=True, check=False).stdout
        verdict = next(line for line in reversed(judged.splitlines()) if "READY" in line or "INCOMPLETE" in line)
    return verdict.strip(), deliveries, took / 1000


def main():
    version = in_turn({"empty process": ["true"], "golive --version": [GOLIVE, "--version"]}, 300)
    ready = ["check", "--offline", "--config", "examples/ready/golive.toml", "--quiet"]
    static = in_turn({"empty process": ["true"], "golive check --offline": [GOLIVE, *ready]}, 100)
    for figures in (version, static):
        for name, ms in figures.items():
            print(f"{name:26} {ms:7.2f} ms")
    print(f"{'golive check --offline':26} {peak([GOLIVE, *ready]):7.1f} MB")
    for deliver in ("probe", "full"):
        with tempfile.TemporaryDirectory() as folder:
            talks = [conversation(folder, deliver) for _ in range(5)]
        took, (_, chain, count, limit) = statistics.median(talk[0] for talk in talks), talks[0]
        print(f"{deliver:5} conversation: {count} deliveries, {took * 1000:.0f} ms; longest chain {chain * 1000:.0f} ms; limit {limit * 1000:.0f} ms")
    for deliver in ("probe", "full"):
        for delay_ms in (350, 600):
            verdict, count, seconds = behind_one_worker(deliver, delay_ms)
            print(f"{deliver:5} behind one worker, {delay_ms} ms: {count} deliveries, {seconds:.0f} s; {verdict}")


if __name__ == "__main__":
    main()
