#!/usr/bin/python3
"""Runs the three-exit CNN of an ONNX file on this CPU and measures it.

Writes into --out:
  stage_times.csv  seconds per stage and per exit path
  platform.yaml    a platform `host` whose element is a table of those times
  replay.csv       mean and p99 latency under thresholds, exit counts

Measured in rounds: each round times stages, paths and one pass over the
samples per threshold pair, so that all of them see the same machine.
"""

import argparse
import csv
import gc
import os
import pathlib
import resource
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"  # before torch reads it

import needs  # noqa: E402

needs.require("measure_host.py", "numpy", "torch", "sklearn", "onnx")

import digits_data  # noqa: E402
import host_network  # noqa: E402
import host_platform  # noqa: E402
import intervals  # noqa: E402
import trace_format  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"
WARM_UP = 20
NEVER = 2.0   # above every probability
ALWAYS = 0.0  # not above any
# Not used to measure stages, which runs all of them whatever the signal.
THRESHOLD_PAIRS = ((0.55, 0.55), (0.60, 0.80), (0.70, 0.70), (0.80, 0.95),
                   (0.90, 0.60), (0.90, 0.90), (0.95, 0.99), (0.99, 0.99))


def main():
    arguments = _arguments()
    rows = _trace(arguments.trace)
    network = _network(arguments.model)
    host_network.use_one_thread()
    parts = digits_data.load()
    calibration = host_network.batch_of_one(parts["train"].images)
    replayed = host_network.batch_of_one(parts["select"].images)
    _check_trace(arguments, network.exits, rows, parts["select"].sample)
    measured = _measure(network, calibration, replayed, arguments)
    out = pathlib.Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    _write_stage_times(out / "stage_times.csv", arguments.network,
                       network.exits, measured)
    host_platform.write(out / "platform.yaml", arguments.network,
                        network.exits, measured["stages"],
                        host_network.runtime_name())
    agree = _write_replay(out / "replay.csv", network.exits, measured, rows)
    print("no energy counter is read: energy columns are empty",
          file=sys.stderr)
    return 0 if agree else 1


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=str(EXAMPLES / "digits.onnx"))
    parser.add_argument("--trace", default=str(EXAMPLES / "digits.csv"))
    parser.add_argument("--network", default="digits_three_exits",
                        help="name of the network in the platform's table")
    parser.add_argument("--out", default=str(EXAMPLES / "host"), metavar="DIR")
    parser.add_argument("--rounds", type=int, default=20,
                        help="passes per threshold pair (default 20)")
    parser.add_argument("--repeats", type=int, default=50,
                        help="runs per stage and path in a round; "
                        "rounds x repeats must be >= 200 (default 50)")
    arguments = parser.parse_args()
    if arguments.rounds < 2 or arguments.rounds * arguments.repeats < 200:
        parser.error("--rounds must be >= 2, rounds x repeats >= 200")
    for path in (arguments.model, arguments.trace):
        if not os.path.isfile(path):
            needs.fail("measure_host.py", f"{path}: no such file; "
                       "client/python/train_digits.py makes it")
    return arguments


def _trace(path):
    """Returns the fp32 rows of split `select` in file order."""
    _, rows = trace_format.read(path)
    return [row for row in rows
            if (row.get("dtype"), row.get("split")) == ("fp32", "select")]


def _network(path):
    try:
        return host_network.HostNetwork(path)
    except host_network.UNREADABLE as error:
        needs.fail("measure_host.py", f"{path}: not a network that can run "
                   f"here: {error}")


def _check_trace(arguments, exits, rows, samples):
    """Refuses a trace of other exits or of other samples than replayed."""
    if (not rows or trace_format.exits_of(rows[0]) != exits
            or [row["sample"] for row in rows] != [str(s) for s in samples]):
        needs.fail("measure_host.py", f"{arguments.trace}: is not the trace "
                   f"of {arguments.model}: its fp32 rows of split select must "
                   f"be the {len(samples)} samples of the data set's split, "
                   f"with the exits {', '.join(exits)}")


def _measure(network, calibration, replayed, arguments):
    """Returns all times in ns: stages [exit][run], paths [exit][run], and
    passes [pair][round][inference] as (ns, exit, preempted)."""
    exits = range(len(network.exits))
    stages, paths = [[] for _ in exits], [[] for _ in exits]
    passes = [[] for _ in THRESHOLD_PAIRS]
    gc.disable()
    for turn in range(arguments.rounds):
        images = [calibration[(turn * arguments.repeats + i)
                              % len(calibration)]
                  for i in range(arguments.repeats)]
        _warm_up(network, calibration)
        for image in images:
            for of_exit, nanoseconds in zip(stages, network.stage_times(image)):
                of_exit.append(nanoseconds)
        for index in exits:
            paths[index] += _path_times(network, images, index)
        for pair, of_pair in zip(THRESHOLD_PAIRS, passes):
            of_pair.append(_pass(network, replayed, pair))
        gc.collect()
    gc.enable()
    return {"stages": stages, "paths": paths, "passes": passes}


def _warm_up(network, images):
    for image in images[:WARM_UP]:
        network.run(image, (NEVER, NEVER))


def _path_times(network, images, index):
    """Returns ns per inference that leaves at exit `index`, end to end."""
    thresholds = [ALWAYS if k == index else NEVER
                  for k in range(len(network.exits) - 1)]
    return [_timed(network, image, thresholds)[0] for image in images]


def _pass(network, images, thresholds):
    """Replays `images` once, back to back; returns [(ns, exit, preempted)].

    preempted: the kernel took the CPU away from this thread meanwhile.
    """
    results = []
    for image in images:
        before = _preemptions()
        nanoseconds, taken = _timed(network, image, thresholds)
        results.append((nanoseconds, taken, _preemptions() != before))
    return results


def _timed(network, image, thresholds):
    start = time.perf_counter_ns()
    _, taken = network.run(image, thresholds)
    return time.perf_counter_ns() - start, taken


def _preemptions():
    """Involuntary context switches of this thread so far."""
    return resource.getrusage(resource.RUSAGE_THREAD).ru_nivcsw


STAGE_COLUMNS = (
    "platform", "runtime", "network", "dtype", "threads", "batch",
    "operating_point", "scenario", "stage", "latency_s", "latency_std_s", "n",
    "energy_j", "energy_scope", "idle_included", "ambient_c",
    "latency_median_s", "latency_low_s", "latency_high_s")


def _write_stage_times(path, network, exits, measured):
    """One row per stage (of the full path) and per exit path (stage `all`)."""
    rows = [_stage_row(network, "all_stages", name, times)
            for name, times in zip(exits, measured["stages"])]
    rows += [_stage_row(network, name, "all", times)
             for name, times in zip(exits, measured["paths"])]
    _write_csv(path, STAGE_COLUMNS, rows)


def _stage_row(network, scenario, stage, times):
    seconds = [nanoseconds / 1e9 for nanoseconds in times]
    average = intervals.mean(seconds)
    deviation = (sum((s - average) ** 2 for s in seconds)
                 / (len(seconds) - 1)) ** 0.5
    low, high = intervals.median_interval(seconds)
    return ["host", host_network.runtime_name(), network, "fp32", 1, 1,
            "as_found", scenario, stage, f"{average:.9g}",
            f"{deviation:.9g}", len(seconds), "", "", "", "",
            f"{intervals.median(seconds):.9g}", f"{low:.9g}", f"{high:.9g}"]


REPLAY_COLUMNS = (
    "threshold1", "threshold2", "passes", "samples",
    "latency_mean_s", "latency_mean_low_s", "latency_mean_high_s",
    "latency_p99_s", "latency_p99_low_s", "latency_p99_high_s",
    "preempted_share", "latency_mean_unpreempted_s",
    "latency_p99_unpreempted_s", "exit_counts", "trace_exit_counts")


def _write_replay(path, exits, measured, rows):
    """Writes replay.csv; returns whether every pass agrees with the trace."""
    table, agree = [], True
    for pair, passes in zip(THRESHOLD_PAIRS, measured["passes"]):
        expected = [trace_format.exit_taken(row, exits, pair) for row in rows]
        wrong = sum([taken for _, taken, _ in one] != expected
                    for one in passes)
        if wrong:
            agree = False
            print(f"thresholds {pair}: {wrong} of {len(passes)} passes left by "
                  "other exits than the trace says", file=sys.stderr)
        table.append(_replay_row(pair, passes, expected, len(exits)))
    _write_csv(path, REPLAY_COLUMNS, table)
    if agree:
        print(f"exits taken: equal to the trace for every sample, pass and "
              f"pair ({len(THRESHOLD_PAIRS)} pairs)")
    return agree


def _replay_row(pair, passes, expected, exit_count):
    groups = [[ns / 1e9 for ns, _, _ in one] for one in passes]
    every = [value for group in groups for value in group]
    calm = [ns / 1e9 for one in passes for ns, _, hit in one if not hit]
    live = [taken for _, taken, _ in passes[0]]
    numbers = [
        intervals.mean(every),
        *intervals.bootstrap_interval(groups, intervals.mean),
        intervals.percentile(every, 0.99),
        *intervals.bootstrap_interval(
            groups, lambda values: intervals.percentile(values, 0.99)),
        1 - len(calm) / len(every),
        intervals.mean(calm), intervals.percentile(calm, 0.99)]
    return [*pair, len(passes), len(passes[0]),
            *[f"{number:.9g}" for number in numbers],
            _counts(live, exit_count), _counts(expected, exit_count)]


def _counts(taken, exit_count):
    return " ".join(str(taken.count(k)) for k in range(exit_count))


def _write_csv(path, columns, rows):
    with open(path, "w", encoding="ascii", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
