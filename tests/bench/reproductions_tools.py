"""What the sections of docs/reproductions.md share: the program under test,
tables, figures."""

import csv
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# One network on one platform, all of it on one element; frames do not meet.
STUDY = """\
network: {network}
platform: {platform}
mapping: {{stages: [{element}]}}
workload: {{arrivals: {{periodic: 20 s}}, deadline: 20 s, inferences: 20000}}
fidelity: analytical
objectives: {{latency_mean: minimize, energy_dynamic: minimize}}
space: {{behavior.control: [none, static]}}
"""


class Build:
    """A build folder: its `dynarch`, and the reference folder it was given."""

    def __init__(self, folder):
        self.dynarch = folder / "bin" / "dynarch"
        cache = folder / "CMakeCache.txt"
        text = cache.read_text() if cache.exists() else ""
        found = re.search(r"^DYNARCH_REFERENCE_DIR:\w+=(.+)$", text, re.M)
        self.reference = pathlib.Path(found.group(1)) if found else None

    def run(self, *words):
        """JSON of a command that must succeed."""
        done = subprocess.run([str(self.dynarch), *map(str, words), "--json"],
                              text=True, capture_output=True, check=False)
        if done.returncode != 0:
            sys.exit(f"reproductions.py: {' '.join(map(str, words))}: "
                     f"{done.stderr}")
        return json.loads(done.stdout)

    def behavior(self, network, *words):
        """What `dynarch behavior` says of a network."""
        return self.run("behavior", network, *words)

    def macs(self, network, what):
        """Multiply-accumulates of an inference: `expected` over the network's
        rates, `static` with every block executed, `least` with none."""
        told = self.behavior(network)
        if what != "least":
            return told[f"macs_{what}"]
        path = ROOT / "sim" / "catalog" / "networks" / f"{network}.yaml"
        text = path.read_text().partition("\ndistribution:")[0]
        skips = ", ".join(f"{row['name']}: skip" for row in told["decisions"])
        with tempfile.TemporaryDirectory() as folder:
            none = pathlib.Path(folder) / "none.yaml"
            none.write_text(f"{text}\ndistribution: {{source: none executed, "
                            f"cases: [{{probability: 1, outcomes: {{{skips}}}"
                            "}]}\n")
            return self.behavior(none)["macs_expected"]

    def evaluate(self, network, platform, element):
        """Metrics of a network, and of the static one, on one element."""
        with tempfile.TemporaryDirectory() as folder:
            study = pathlib.Path(folder) / "study.yaml"
            study.write_text(STUDY.format(network=network, platform=platform,
                                          element=element))
            return [self.run("evaluate", study, "--set",
                             f"behavior.control={control}")["metrics"]
                    for control in ("none", "static")]

    def rows(self, name):
        """Rows of a table in the reference folder."""
        with open(self.reference / name, newline="") as file:
            return list(csv.DictReader(file))


def shares(behavior):
    """Exit rates, in order."""
    return [row["rate"] for row in behavior["exits"]["outcomes"]]


def deviation(ours, published):
    """`+3.1 %`."""
    return f"{100 * (ours / published - 1):+.1f} %"


def table(head, rows):
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += ["| " + " | ".join(map(str, row)) + " |" for row in rows]
    return "\n".join(lines) + "\n"
