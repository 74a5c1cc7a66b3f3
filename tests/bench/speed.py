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


def conversation(folder, deliver):
    """Seconds that the deliveries took, how many there were, and their longest chain of dependent answers, each DELAY_MS late.

    What is sent at once counts as one of a chain. Left out is the time for which effects must rest, in the scenario that ended last: when
    they were counted is not on record, so that what looking at them took beyond that stays in.
    """
    saved = Path(folder) / "observations.json"
    argv = [GOLIVE, "demo", "--deliver", deliver, "--delay", f"{DELAY_MS}ms", "--save-observations", saved, "--quiet"]
    subprocess.run(argv, stdout=subprocess.DEVNULL, check=False)
    run = json.loads(saved.read_text())
    effects = run["merchant"]["webhook"].get("effects")
    rest = effects["settle_ms"] / 1000 if effects else 0
    began, ended, chain, last = [], [], 0, (0, 0)
    for name, seen in run["observations"]["scenarios"].items():
        steps = seen["got"]["steps"] if isinstance(seen, dict) and "got" in seen else []
        links, rests, scenario_ended = 0, 0, 0
        for step in steps:
            exchanges = [step["exchange"]] if "exchange" in step else step.get("together", [])
            for exchange in exchanges:
                at = datetime.fromisoformat(exchange["sent"]["at"].replace("Z", "+00:00")).timestamp()
                began.append(at)
                ended.append(at + exchange["times"]["answer_us"] / 1e6)
                scenario_ended = max(scenario_ended, ended[-1])
            links += bool(exchanges)
            rests += not exchanges and links > 0
        if not name.startswith("control-"):
            chain = max(chain, links)
            rested_at_the_end = bool(steps) and "effects" in steps[-1]
            last = max(last, (scenario_ended + rested_at_the_end * rest, rests * rest))
    return max(ended) - min(began) - last[1], (chain + 2) * DELAY_MS / 1000, len(began)


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
        took, chain, count = statistics.median(t for t, _, _ in talks), talks[0][1], talks[0][2]
        print(f"{deliver:5} conversation: {count} deliveries, {took * 1000:.0f} ms; longest chain {chain * 1000:.0f} ms; {took / chain:.2f} times")


if __name__ == "__main__":
    main()
