"""What the end-to-end tests share: the programs, a small study, processes."""

import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request

sys.dont_write_bytecode = True
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("DYNARCH_BINARY_DIR", ROOT / "build/release"))
BIN = BUILD / "bin"
DYNARCH = BIN / "dynarch"
SERVER = BIN / "dynarch-server"
WORKER = BIN / "dynarch-worker"
EXAMPLES = ROOT / "client/examples"
TIMEOUT_S = 300

# A GPU to compare with, an NPU to gain from, a few hundred candidates.
SMALL_STUDY = """\
network: network.yaml
behavior: {trace: digits.csv}
workload: {arrivals: {periodic: 33 ms}, deadline: 33 ms, inferences: 1000, seed: 7}
baseline: best_gpu
space:
  platform: [jetson_xavier_nx, npu_16x16]
  network.dtype: [fp32, int8]
  mapping.stages: {each: [cpu, gpu, npu]}
  policy.power: [always_on, clock_gate]
  decisions.exit1.threshold: [0.5, 0.94, never]
  decisions.exit2.threshold: [0.5, 0.88, never]
only_if:
  - platform has mapping.stages
  - platform has policy.power
  - platform has network.dtype
fidelity: analytical
objectives: {accuracy: maximize, energy_mean: minimize, latency_p99: minimize}
constraints: [deadline_miss_ratio <= 0.1 %]
"""


class Folder:
    """A temporary folder with the digits network, its trace and a study."""

    def __init__(self, study=SMALL_STUDY):
        self._folder = tempfile.TemporaryDirectory(prefix="e2e")
        self.path = pathlib.Path(self._folder.name)
        shutil.copy(EXAMPLES / "digits.csv", self.path)
        shutil.copy(EXAMPLES / "digits.onnx", self.path)
        self.tmp = self.path / "t"  # TMPDIR of the programs: must end empty.
        self.tmp.mkdir()
        self.must("import", "onnx", "digits.onnx", "--trace", "digits.csv",
                  "-o", "network.yaml")
        self.write("study.yaml", study)

    def cleanup(self):
        self._folder.cleanup()

    def write(self, name, text):
        (self.path / name).write_text(text)

    def environment(self):
        return {**os.environ, "TMPDIR": str(self.tmp)}

    def run(self, *arguments, program=DYNARCH):
        """Runs dynarch here; the finished process, with text output."""
        return subprocess.run([program, *arguments], cwd=self.path,
                              env=self.environment(), capture_output=True,
                              text=True, timeout=TIMEOUT_S, check=False)

    def must(self, *arguments):
        """Runs dynarch, which must succeed; its standard output."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise AssertionError(f"dynarch {' '.join(map(str, arguments))}: "
                                 f"{done.returncode}: {done.stderr}")
        return done.stdout

    def start(self, *arguments, program=DYNARCH, **options):
        """Starts a program here, in a process group of its own."""
        return subprocess.Popen([program, *arguments], cwd=self.path,
                                env=self.environment(), text=True,
                                start_new_session=True,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, **options)


class Server:
    """A server on free ports, read from what it prints."""

    def __init__(self, folder, database="remote.db"):
        self.process = folder.start(
            "--listen", "127.0.0.1:0", "--database", database,
            "--metrics-listen", "127.0.0.1:0", program=SERVER)
        self.address = re.search(r"listening on (\S+)",
                                 self.process.stdout.readline()).group(1)
        self.metrics = int(re.search(r"metrics on port (\d+)",
                                     self.process.stdout.readline()).group(1))

    def scrape(self):
        url = f"http://127.0.0.1:{self.metrics}/metrics"
        return urllib.request.urlopen(url, timeout=10).read().decode()


def front_of(text):
    return json.loads(text)["front"]


def metrics_bytes(text, after=0):
    """The first `"metrics": {...}` of a document at or after a position."""
    return re.compile(r'"metrics": (\{[^{}]*\})').search(text, after).group(1)


def point_bytes(text, trial):
    """The metrics of one front point, as they were printed."""
    at = text.index('"front": [')
    return metrics_bytes(text, text.index(f'"trial": {trial},\n', at))


def settings(values):
    """--set arguments for the values of a candidate."""
    return [word for path, value in values.items()
            for word in ("--set", f"{path}={value}")]


def children(pid):
    """{pid: command name} of the running children of a process."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            stat = (entry / "stat").read_text()
        except OSError:
            continue
        name, rest = stat[stat.index("(") + 1:].rsplit(")", 1)
        state, parent = rest.split()[:2]
        if int(parent) == pid and state != "Z":
            found[int(entry.name)] = name
    return found


def runs(pid):
    try:
        stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rsplit(")", 1)[1].split()[0] not in "ZX"


def wait_until(condition, what, seconds=60):
    """Polls until the condition gives something true; returns it."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"after {seconds} s still not: {what}")


def wait_for_child(process, name):
    """Pid of the first child of this name."""
    return wait_until(
        lambda: next((pid for pid, comm in children(process.pid).items()
                      if comm == name), None),
        f"a child {name}")


def finish(process, sig=signal.SIGTERM):
    """Ends a process that a test started, and reaps it."""
    if process.poll() is None:
        process.send_signal(sig)
    try:
        return process.communicate(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.communicate()
