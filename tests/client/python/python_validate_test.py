"""validate_host.py on small measurements and a program of known answers."""

import os
import pathlib
import stat
import subprocess
import tempfile
import unittest

import paths

import validate_host

# Answers as `dynarch evaluate --json` does: fails on threshold 0.9, has no
# latency on 0.8, and takes the share of the last exit from RATE.
_PROGRAM = """#!/bin/sh
case "$*" in *exit1.threshold=0.9*) echo "no such study" >&2; exit 2;; esac
case "$*" in *exit1.threshold=0.8*) mean=null;; *) mean=0.00011;; esac
echo "{\\"metrics\\": {\\"latency_mean_s\\": $mean, \\"latency_p99_s\\": 0.0009},\\
 \\"state\\": \\"infeasible\\", \\"reason\\": \\"no_table_entry\\",\\
 \\"outcome_rates\\": {\\"exit1\\": 0.6, \\"exit2\\": 0.2, \\"exit3\\": $RATE}}"
"""

_STAGES = """\
scenario,stage,n,latency_s,latency_median_s,latency_low_s,latency_high_s
all_stages,exit1,200,0.00002,0.00002,0.00001,0.00003
all_stages,exit2,200,0.00021,0.0002,0.00019,0.00022
exit1,all,200,0.00002,0.000025,0.00001,0.00003
exit2,all,200,0.0002,0.0002,0.00019,0.00022
"""

_REPLAY = """\
threshold1,threshold2,latency_mean_s,latency_mean_low_s,latency_mean_high_s,\
latency_p99_s,latency_p99_low_s,latency_p99_high_s,preempted_share,\
latency_mean_unpreempted_s,latency_p99_unpreempted_s,exit_counts,trace_exit_counts
{threshold},0.7,0.0001,0.00009,0.00012,0.001,0.0009,0.0011,0.002,0.000088,0.00096,\
3 1 1,3 1 1
"""

_PAGE = f"before\n{validate_host.BEGIN}\nold\n{validate_host.END}\nafter\n"


class ValidateTest(unittest.TestCase):

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = pathlib.Path(self._folder.name)
        (self.folder / "stage_times.csv").write_text(_STAGES)
        (self.folder / "replay.csv").write_text(
            _REPLAY.format(threshold="0.6"))
        (self.folder / "platform.yaml").write_text(
            'name: host\ndescription: "a CPU"\n')
        (self.folder / "study.yaml").write_text("")
        self.page = self.folder / "page.md"
        self.page.write_text(_PAGE)
        self.program = self.folder / "dynarch"
        self.program.write_text(_PROGRAM)
        os.chmod(self.program, stat.S_IRWXU)

    def _run(self, rate="0.2"):
        return subprocess.run(
            ["/usr/bin/python3", "-B", "-S",
             paths.PROGRAMS / "validate_host.py", "--dynarch", self.program,
             "--study", self.folder / "study.yaml", "--measured", self.folder,
             "--doc", self.page], capture_output=True, text=True, check=False,
            env={**os.environ, "RATE": rate})

    def test_errors_are_predicted_over_measured_minus_one(self):
        done = self._run()
        self.assertEqual(done.returncode, 0, done.stderr)
        # Mean: 110 / 100 - 1 = +10 %. p99: 900 / 1000 - 1 = -10 %.
        self.assertIn("| 0.6, 0.7 | 3 / 1 / 1 | 100.0 (90.0 … 120.0) | 110.0 "
                      "| +10.0 % | 1000.0 (900.0 … 1100.0) | 900.0 | -10.0 % |",
                      done.stdout)
        self.assertIn("p99 latency: MAPE 10.0 %, signed mean -10.0 %, worst "
                      "-10.0 %", done.stdout)
        # Without interruptions: 110 / 88 - 1 = +25 %, 900 / 960 = -6.25 %.
        self.assertIn("  - mean latency: MAPE 25.0 %, signed mean +25.0 %",
                      done.stdout)
        self.assertIn("  - p99 latency: MAPE 6.2 %", done.stdout)

    def test_a_path_is_compared_with_the_sum_of_its_stages(self):
        # 20 us against 25 us: -20 %. 20 + 200 us against 200 us: +10 %.
        out = self._run().stdout
        self.assertIn("| 25.0 | 10.0 … 30.0 | 20.0 | -20.0 % |", out)
        self.assertIn("| 200.0 | 190.0 … 220.0 | 220.0 | +10.0 % |", out)

    def test_the_page_changes_only_between_its_markers(self):
        done = self._run()
        page = self.page.read_text(encoding="utf-8")
        self.assertEqual(page, f"before\n{validate_host.BEGIN}\n"
                         f"{done.stdout}{validate_host.END}\nafter\n")

    def test_a_page_without_markers_is_refused_and_kept(self):
        self.page.write_text("no markers\n")
        done = self._run()
        self.assertEqual(done.returncode, 2)
        self.assertIn("must have the lines", done.stderr)
        self.assertEqual(self.page.read_text(), "no markers\n")

    def test_a_failed_evaluation_fails_with_its_message(self):
        (self.folder / "replay.csv").write_text(
            _REPLAY.format(threshold="0.9"))
        done = self._run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("exit 2: no such study", done.stderr)
        self.assertEqual(self.page.read_text(), _PAGE)

    def test_an_evaluation_without_latency_fails_with_its_reason(self):
        (self.folder / "replay.csv").write_text(
            _REPLAY.format(threshold="0.8"))
        done = self._run()
        self.assertEqual(done.returncode, 1)
        self.assertIn("no latency: infeasible no_table_entry", done.stderr)
        self.assertEqual(self.page.read_text(), _PAGE)

    def test_predicted_exit_rates_are_compared_with_the_counts(self):
        # 3, 1, 1 of 5 samples: rates 0.6, 0.2, 0.2.
        self.assertIn("rates equal them", self._run("0.2").stdout)
        done = self._run("0.3")
        self.assertIn("rates DIFFER from them", done.stdout)
        self.assertEqual(done.returncode, 1)


if __name__ == "__main__":
    unittest.main()
