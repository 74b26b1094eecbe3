#!/usr/bin/python3
"""Compares what `dynarch evaluate` predicts for this host with replay.csv.

For each threshold pair that measure_host.py replayed, evaluates the study
with that pair and sets mean and p99 latency beside the measured ones; prints
the table, and with --doc writes it into a page between its two markers.
Exits 1 where other exits are taken than the trace says. Standard library only.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys

import intervals
import needs

EXAMPLES = pathlib.Path(__file__).resolve().parent.parent / "examples"
BEGIN = "<!-- prototype: begin, made by client/python/prototype.sh -->"
END = "<!-- prototype: end -->"
METRICS = ("mean", "p99")


def main():
    arguments = _arguments()
    folder = pathlib.Path(arguments.measured)
    replay = _read(folder / "replay.csv")
    stages = _read(folder / "stage_times.csv")
    predicted = [_predict(arguments, row) for row in replay]
    text = _report(stages, replay, predicted, _description(folder))
    print(text)
    if arguments.doc:
        _write_between_markers(pathlib.Path(arguments.doc), text)
    agree = (all(map(_same_counts, replay))
             and all(map(_same_rates, predicted, replay)))
    return 0 if agree else 1


def _arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dynarch", required=True, metavar="PROGRAM",
                        help="the dynarch program, e.g. build/release/bin/dynarch")
    parser.add_argument("--study", default=str(EXAMPLES / "host.yaml"))
    parser.add_argument("--measured", default=str(EXAMPLES / "host"),
                        metavar="DIR", help="what measure_host.py wrote")
    parser.add_argument("--doc", metavar="FILE.md",
                        help="page whose table is replaced")
    arguments = parser.parse_args()
    for path in (arguments.dynarch, arguments.study):
        if not pathlib.Path(path).is_file():
            needs.fail("validate_host.py", f"{path}: no such file")
    return arguments


def _read(path):
    """Returns the rows of a CSV file as dicts of text."""
    if not path.is_file():
        needs.fail("validate_host.py", f"{path}: no such file; "
                   "client/python/measure_host.py makes it")
    with open(path, encoding="ascii", newline="") as file:
        return list(csv.DictReader(file))


def _predict(arguments, row):
    """Returns what dynarch predicts for one threshold pair: {"mean": seconds,
    "p99": seconds, "rates": [share per exit]}."""
    command = [arguments.dynarch, "evaluate", arguments.study, "--json",
               "--set", f"decisions.exit1.threshold={row['threshold1']}",
               "--set", f"decisions.exit2.threshold={row['threshold2']}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        print(f"validate_host.py: {' '.join(command)}: exit "
              f"{done.returncode}: {done.stderr.strip()}", file=sys.stderr)
        sys.exit(1)
    answer = json.loads(done.stdout)
    result = {name: answer["metrics"].get(f"latency_{name}_s")
              for name in METRICS}
    if None in result.values():
        print(f"validate_host.py: {' '.join(command)}: no latency: "
              f"{answer.get('state')} {answer.get('reason')}", file=sys.stderr)
        sys.exit(1)
    return {**result, "rates": list(answer["outcome_rates"].values())}


def _description(folder):
    """Returns the description line of the measured platform."""
    path = folder / "platform.yaml"
    if not path.is_file():
        needs.fail("validate_host.py", f"{path}: no such file; "
                   "client/python/measure_host.py makes it")
    with open(path, encoding="ascii") as file:
        for line in file:
            if line.startswith("description: "):
                return line[len("description: "):].strip().strip('"')
    needs.fail("validate_host.py", f"{path}: has no description")


def _report(stages, replay, predicted, machine):
    """Returns the generated part of the page as Markdown."""
    parts = [f"Machine: {machine}.", _stage_table(stages),
             _path_table(stages), _latency_table(replay, predicted),
             _summary(replay, predicted)]
    return "\n\n".join(parts)


def _us(seconds):
    return f"{float(seconds) * 1e6:.1f}"


def _stage_table(rows):
    lines = ["| stage | runs | median, µs | 95 % interval, µs | mean, µs |",
             "|---|---|---|---|---|"]
    for row in rows:
        if row["scenario"] == "all_stages":
            lines.append(
                f"| {row['stage']} | {row['n']} "
                f"| {_us(row['latency_median_s'])} "
                f"| {_us(row['latency_low_s'])} … {_us(row['latency_high_s'])} "
                f"| {_us(row['latency_s'])} |")
    return "\n".join(lines)


def _path_table(rows):
    """Whole paths against the sum of their stages' medians."""
    lines = ["| path leaves at | runs | measured median, µs "
             "| 95 % interval, µs | sum of stages, µs | error |",
             "|---|---|---|---|---|---|"]
    total = 0.0
    stages = {row["stage"]: float(row["latency_median_s"]) for row in rows
              if row["scenario"] == "all_stages"}
    for row in rows:
        if row["stage"] == "all":
            total += stages[row["scenario"]]
            measured = float(row["latency_median_s"])
            lines.append(
                f"| {row['scenario']} | {row['n']} | {_us(measured)} "
                f"| {_us(row['latency_low_s'])} … {_us(row['latency_high_s'])} "
                f"| {_us(total)} | {_percent(_error(total, measured))} |")
    return "\n".join(lines)


def _latency_table(replay, predicted):
    lines = ["| thresholds | exits taken | mean measured, µs "
             "| predicted | error | p99 measured, µs | predicted | error |",
             "|---|---|---|---|---|---|---|---|"]
    for row, guess in zip(replay, predicted):
        cells = [f"{row['threshold1']}, {row['threshold2']}",
                 row["exit_counts"].replace(" ", " / ")]
        for name in METRICS:
            column = f"latency_{name}"
            cells += [
                f"{_us(row[column + '_s'])} ({_us(row[column + '_low_s'])} … "
                f"{_us(row[column + '_high_s'])})",
                _us(guess[name]),
                _percent(_error(guess[name], float(row[column + "_s"])))]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _error(predicted, measured):
    """Returns the signed relative error of a prediction."""
    return predicted / measured - 1


def _percent(share):
    return f"{100 * share:+.1f} %"


def _summary(replay, predicted):
    """One line per metric, and what disturbed the measurement."""
    lines = [f"- {name} latency: "
             + _errors_text(replay, predicted, name, f"latency_{name}_s")
             for name in METRICS]
    lines.append("- Exit counts per pair: the live network's "
                 + _verdict(_same_counts(row) for row in replay)
                 + " the trace's; the predicted exit rates "
                 + _verdict(map(_same_rates, predicted, replay))
                 + " them.")
    shares = [float(row["preempted_share"]) for row in replay]
    lines.append(
        f"- Inferences during which the kernel gave the CPU to another "
        f"thread: {100 * min(shares):.2f} % … {100 * max(shares):.2f} % per "
        "pair. Without them:")
    lines += [f"  - {name} latency: "
              + _errors_text(replay, predicted, name,
                             f"latency_{name}_unpreempted_s")
              for name in METRICS]
    return "\n".join(lines)


def _errors_text(replay, predicted, name, column):
    """The errors of metric `name` against a column of replay.csv."""
    errors = [_error(guess[name], float(row[column]))
              for row, guess in zip(replay, predicted)]
    average = intervals.mean([abs(error) for error in errors])
    return (f"MAPE {100 * average:.1f} %, signed mean "
            f"{_percent(intervals.mean(errors))}, worst "
            f"{_percent(max(errors, key=abs))}, over {len(errors)} threshold "
            "pairs.")


def _verdict(equalities):
    return "equal" if all(equalities) else "DIFFER from"


def _same_counts(row):
    """Whether the live network left by the exits of the trace."""
    return row["exit_counts"] == row["trace_exit_counts"]


def _same_rates(guess, row):
    """Whether predicted rates are a replay's exit counts over its samples."""
    rates = guess["rates"]
    counts = [int(count) for count in row["exit_counts"].split()]
    return len(counts) == len(rates) and all(
        abs(rate * sum(counts) - count) < 1e-6
        for rate, count in zip(rates, counts))


def _write_between_markers(path, text):
    if not path.is_file():
        needs.fail("validate_host.py", f"{path}: no such file")
    page = path.read_text(encoding="utf-8")
    if page.count(BEGIN) != 1 or page.count(END) != 1:
        needs.fail("validate_host.py", f"{path}: must have the lines "
                   f"'{BEGIN}' and '{END}' once each")
    head, rest = page.split(BEGIN)
    tail = rest.split(END)[1]
    path.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
