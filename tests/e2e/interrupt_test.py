"""Runs that are disturbed: by kill, by Ctrl-C, by the death of the client."""

import json
import os
import signal
import unittest

import programs
from programs import SMALL_STUDY, Folder

# Event-driven and long, so that there is time to disturb it.
SLOW_STUDY = (SMALL_STUDY.replace("fidelity: analytical", "fidelity: event")
              .replace("inferences: 1000", "inferences: 1500")
              .replace("[0.5, ", "[0.5, 0.6, 0.7, 0.8, "))


class InterruptTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder(SLOW_STUDY)
        cls.addClassCleanup(cls.folder.cleanup)
        cls.undisturbed = json.loads(cls.folder.must(
            "run", "study.yaml", "--json", "--out", "undisturbed"))

    def start(self, out):
        process = self.folder.start("run", "study.yaml", "--json", "--out", out)
        self.addCleanup(programs.finish, process)
        return process

    def assert_same_result(self, text):
        result = json.loads(text)
        for key in ("candidates", "succeeded", "infeasible", "failed", "front"):
            self.assertEqual(result[key], self.undisturbed[key], key)

    def assert_nothing_left(self, pids):
        for pid in pids:
            programs.wait_until(lambda p=pid: not programs.runs(p),
                                f"process {pid} has ended", 20)
        programs.wait_until(lambda: not list(self.folder.tmp.iterdir()),
                            "the temporary folder is gone", 20)

    def test_a_worker_killed_halfway_changes_nothing(self):
        process = self.start("killed")

        def working():  # A worker well past its start, so it has a lease.
            return next((pid for pid, name in
                         programs.children(process.pid).items()
                         if name.startswith("dynarch-worker")
                         and cpu_ticks(pid) > 20), None)
        worker = programs.wait_until(working, "a worker works")
        os.kill(worker, signal.SIGKILL)
        self.assertIsNone(process.poll(), "the study was too quick to disturb")
        text, errors = process.communicate(timeout=programs.TIMEOUT_S)
        self.assertEqual(process.returncode, 0, errors)
        self.assert_same_result(text)

    def test_ctrl_c_leaves_nothing_behind_and_a_new_run_goes_on(self):
        process = self.start("interrupted")
        programs.wait_for_child(process, "dynarch-worker")
        pids = list(programs.children(process.pid))
        self.assertGreaterEqual(len(pids), 2)
        os.killpg(process.pid, signal.SIGINT)  # As a terminal does.
        _, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertIn("interrupted", errors)
        self.assert_nothing_left(pids)
        self.assert_same_result(self.folder.must(
            "run", "study.yaml", "--json", "--out", "interrupted"))

    def test_terminate_is_like_ctrl_c(self):
        process = self.start("terminated")
        programs.wait_for_child(process, "dynarch-worker")
        pids = list(programs.children(process.pid))
        process.terminate()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assert_nothing_left(pids)

    def test_a_killed_client_takes_its_children_and_folder_with_it(self):
        process = self.start("shot")
        programs.wait_for_child(process, "dynarch-worker")
        pids = list(programs.children(process.pid))
        process.kill()
        process.communicate(timeout=60)
        self.assert_nothing_left(pids)
        self.assert_same_result(self.folder.must(
            "run", "study.yaml", "--json", "--out", "shot"))

    def test_a_folder_serves_one_run_at_a_time(self):
        process = self.start("shared")
        programs.wait_for_child(process, "dynarch-worker")
        second = self.folder.run("run", "study.yaml", "--out", "shared")
        self.assertEqual(second.returncode, 1)
        self.assertIn("another dynarch run", second.stderr)
        text, errors = process.communicate(timeout=programs.TIMEOUT_S)
        self.assertEqual(process.returncode, 0, errors)
        self.assert_same_result(text)


def cpu_ticks(pid):
    """Processor time of a process in ticks (10 ms); 0 once it has ended."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])


if __name__ == "__main__":
    unittest.main(verbosity=2)
