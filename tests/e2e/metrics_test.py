"""What /metrics serves is what Prometheus reads, by its own checker."""

import shutil
import subprocess
import sys
import unittest

import programs
from programs import WORKER, Folder, Server

PROMTOOL = shutil.which("promtool")


class MetricsTest(unittest.TestCase):

    def check(self, text):
        done = subprocess.run([PROMTOOL, "check", "metrics"], input=text,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_metrics_are_accepted_before_and_after_a_study(self):
        folder = Folder()
        self.addCleanup(folder.cleanup)
        server = Server(folder)
        self.addCleanup(programs.finish, server.process)
        before = server.scrape()
        self.assertIn("dynarch", before)
        self.check(before)
        at = ("--server", server.address)
        worker = folder.start(*at, program=WORKER)
        self.addCleanup(programs.finish, worker)
        study = folder.must("submit", "study.yaml", *at).strip()
        folder.must("watch", study, *at)
        after = server.scrape()
        self.assertNotEqual(after, before)
        self.check(after)


if __name__ == "__main__":
    if PROMTOOL is None:
        print("promtool is not installed (package prometheus, extra.txt)")
        sys.exit(77)
    unittest.main(verbosity=2)
