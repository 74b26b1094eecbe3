#!/usr/bin/python3
"""Runs the benchmarks and the main job and writes docs/performance.md.

    tests/bench/performance.py BUILD_DIR [-o docs/performance.md]

BUILD_DIR is a Release build with DYNARCH_BENCHMARKS=ON. Every figure in the
document comes from this one run on this one machine: medians of CPU time over
five repetitions, wall time where a benchmark waits for a disk, and medians of
five whole runs of the main job. Run it on a quiet machine.
"""

import argparse
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
REPETITIONS = 5
STUDY = ROOT / "client" / "examples" / "digits.yaml"


def run(command, **options):
    """Runs a command to its end; its failure is ours, with its own words."""
    done = subprocess.run([str(word) for word in command], text=True,
                          stdout=subprocess.PIPE, **options)
    if done.returncode != 0:
        sys.exit(f"performance.py: {command[0]} ended with {done.returncode}")
    return done.stdout


def machine():
    """One line: processor, cores in use, compiler, kernel."""
    model = "unknown processor"
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    compiler = run(["c++", "--version"]).splitlines()[0]
    return (f"{model}, {len(os.sched_getaffinity(0))} cores, "
            f"{platform.system()} {platform.release()}, {compiler}")


def medians(program):
    """Rows (name, seconds an iteration, items a second, counters) of one
    benchmark program."""
    report = json.loads(run([
        program, "--benchmark_format=json", "--benchmark_min_time=0.1",
        f"--benchmark_repetitions={REPETITIONS}",
        "--benchmark_report_aggregates_only=true"], stderr=subprocess.DEVNULL,
        cwd=ROOT))
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    known = {"name", "run_name", "run_type", "repetitions", "threads",
             "repetition_index", "aggregate_name", "aggregate_unit",
             "iterations", "real_time", "cpu_time", "time_unit",
             "items_per_second", "family_index", "label",
             "per_family_instance_index"}
    rows = []
    for bench in report["benchmarks"]:
        if bench.get("aggregate_name") != "median":
            continue
        name = bench["run_name"]
        clock = "real_time" if name.endswith("/real_time") else "cpu_time"
        extra = {key: value for key, value in bench.items() if key not in known}
        rows.append((name, bench[clock] * scale[bench["time_unit"]],
                     bench.get("items_per_second"), extra))
    return rows


def quantity(value, unit):
    """Three significant digits with an SI prefix."""
    for factor, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1, ""),
                           (1e-3, "m"), (1e-6, "u"), (1e-9, "n")):
        if value >= factor:
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value:.3g} {unit}"


def bench_section(program, rows):
    """One table for one program."""
    lines = [f"### {program}", "",
             "| benchmark | time | items per second | counters |",
             "|---|---|---|---|"]
    for name, seconds, items, extra in rows:
        rate = "" if items is None else quantity(items, "/s")
        counters = ", ".join(f"{key} {quantity(value, '')}".strip()
                             for key, value in sorted(extra.items()))
        lines.append(f"| `{name}` | {quantity(seconds, 's')} | {rate} | "
                     f"{counters} |")
    return lines + [""]


def sweep(build, study):
    """What `dynarch run --json --stats` says of one run in an empty folder."""
    folder = tempfile.mkdtemp(prefix="dynarch-performance-", dir=build)
    try:
        return json.loads(run([build / "bin" / "dynarch", "run", study, "--out",
                               folder, "--workers", "2", "--stats", "--json"],
                              stderr=subprocess.DEVNULL))
    finally:
        shutil.rmtree(folder)


def large_sweep(build):
    """The digits study with thresholds in steps of 0.01: over a million
    candidates."""
    text = STUDY.read_text().replace("step: 0.03", "step: 0.01")
    with tempfile.TemporaryDirectory(prefix="dynarch-large-",
                                     dir=build) as folder:
        for name in ("digits_three_exits.yaml", "digits.csv"):
            shutil.copy(STUDY.parent / name, folder)
        study = pathlib.Path(folder) / "digits_large.yaml"
        study.write_text(text)
        return sweep(build, study)


def main_job(build):
    """Medians of five runs of the digits study, each from an empty folder."""
    runs = [sweep(build, STUDY) for _ in range(REPETITIONS)]
    count = runs[0]["candidates"]

    def median(key):
        return statistics.median(entry["stats"][key] for entry in runs)

    return {
        "count": count,
        "seconds": statistics.median(entry["seconds"] for entry in runs),
        "slowest": max(entry["seconds"] for entry in runs),
        "client": median("client_cpu_s") / count,
        "server": median("server_cpu_s") / count,
        "workers": median("workers_cpu_s") / count,
    }


def large_section(large):
    """The server's memory over a study of more than a million results."""
    stats = large["stats"]
    return [
        "## A million results", "",
        "The same study with thresholds in steps of 0.01, once.", "",
        "| figure | value |", "|---|---|",
        f"| results stored | {large['candidates']:,} |",
        f"| candidates per second | {stats['candidates_per_s']:,.0f} |",
        f"| CPU per result, server | "
        f"{quantity(stats['server_cpu_s'] / large['candidates'], 's')} |",
        f"| peak memory, server | {stats['server_peak_bytes'] / 1e6:.0f} MB |",
        ""]


def main_job_section(job, raw_rate):
    """The end-to-end figures beside raw SQLite of the same run."""
    rate = job["count"] / job["seconds"]
    lines = [
        "## The main job", "",
        f"`dynarch run client/examples/digits.yaml`, two workers, "
        f"{job['count']:,} candidates, every result stored, from process start "
        f"to the last commit; median of {REPETITIONS} runs from an empty "
        "folder.", "",
        "| figure | value |", "|---|---|",
        f"| time, median (slowest) | {job['seconds']:.2f} s "
        f"({job['slowest']:.2f} s) |",
        f"| candidates per second | {rate:,.0f} |",
    ]
    if raw_rate:
        lines.append(f"| raw SQLite, same row, batch and durability | "
                     f"{raw_rate:,.0f} rows/s |")
        lines.append(f"| share of raw SQLite | {100 * rate / raw_rate:.0f} % |")
    for process in ("client", "server", "workers"):
        lines.append(f"| CPU per candidate, {process} | "
                     f"{quantity(job[process], 's')} |")
    return lines + [""]


def document(build):
    """The whole page."""
    programs = sorted((build / "tests" / "bin").glob("*_bench"))
    if not programs:
        sys.exit(f"performance.py: no *_bench in {build}/tests/bin; configure "
                 "with -DDYNARCH_BENCHMARKS=ON")
    job = main_job(build)
    tables, raw_rate = [], None
    for program in programs:
        rows = medians(program)
        tables += bench_section(program.name, rows)
        for name, _, items, _ in rows:
            if name.startswith("BM_RawSqlite"):
                raw_rate = items
    head = ["# Performance", "",
            "Generated by `tests/bench/performance.py BUILD_DIR`; do not edit. "
            "Figures of one run on one machine; compare ratios, not machines.",
            "", f"Machine: {machine()}.", ""]
    return "\n".join(head + main_job_section(job, raw_rate) +
                     large_section(large_sweep(build)) +
                     ["## Benchmarks", "",
                      f"Median of {REPETITIONS} repetitions.", ""] + tables)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path, metavar="BUILD_DIR")
    parser.add_argument("-o", "--output", type=pathlib.Path,
                        default=ROOT / "docs" / "performance.md")
    options = parser.parse_args()
    if not (options.build / "bin" / "dynarch").exists():
        parser.error(f"{options.build}/bin/dynarch does not exist")
    text = document(options.build.resolve())
    options.output.write_text(text.rstrip() + "\n")
    print(f"wrote {options.output}")


if __name__ == "__main__":
    main()
