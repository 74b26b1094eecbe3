"""`dynarch behavior` as a user runs it: traces of every form, the network's
own figures, controls, and wrong input."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from programs import DYNARCH, ROOT

CATALOG = ROOT / "sim/catalog"

# Exit k computes k trunks of 64 and k heads of 32 MACs.
NETWORK = """\
name: chain
inputs: {x: [8]}
actors:
  t1: {inputs: [x], linear: {out_features: 8}}
  h1: {inputs: [t1], linear: {out_features: 4}}
  t2: {inputs: [t1], linear: {out_features: 8}}
  h2: {inputs: [t2], linear: {out_features: 4}}
decisions:
  exit1: {exit: h1, signal: entropy, threshold: 0.5}
  exit2: {exit: h2, signal: entropy}
"""
SIGNALS = """\
sample,entropy_1,entropy_2
0,0.1,0
1,0.9,0
2,0.2,0
3,0.5,0
"""
OUTCOMES = "sample,exit,correct\n0,1,1\n1,2,0\n2,1,1\n"


class BehaviorTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="e2e")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.write("chain.yaml", NETWORK)
        self.write("signals.csv", SIGNALS)
        self.write("outcomes.csv", OUTCOMES)

    def write(self, name, text):
        (self.path / name).write_text(text)

    def run_behavior(self, *arguments):
        return subprocess.run(
            [DYNARCH, "--catalog", CATALOG, "behavior", *arguments],
            cwd=self.path, capture_output=True, text=True, timeout=120,
            check=False)

    def found(self, *arguments):
        done = self.run_behavior(*arguments, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def refused(self, *arguments, says):
        done = self.run_behavior(*arguments)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)

    # Entropy < 0.5: samples 0 and 2. 2 x 96 + 2 x 192 MACs.
    def test_a_trace_of_signals(self):
        found = self.found("chain.yaml", "--trace", "signals.csv")
        self.assertEqual([o["count"] for o in found["exits"]["outcomes"]],
                         [2, 2])
        self.assertIsNone(found["accuracy"])
        self.assertEqual(found["macs_expected"], 144)
        self.assertEqual(found["macs_worst_case"], 192)
        self.assertEqual(found["macs_static"], 160)
        found = self.found("chain.yaml", "--trace", "signals.csv", "--set",
                           "decisions.*.threshold=0.51")
        self.assertEqual([o["count"] for o in found["exits"]["outcomes"]],
                         [3, 1])

    def test_a_trace_of_outcomes_refuses_thresholds(self):
        found = self.found("chain.yaml", "--trace", "outcomes.csv")
        self.assertEqual([o["count"] for o in found["exits"]["outcomes"]],
                         [2, 1])
        self.assertEqual(found["accuracy"]["correct_count"], 2)
        self.refused("chain.yaml", "--trace", "outcomes.csv", "--set",
                     "decisions.exit1.threshold=0.3",
                     says=["no trace for decisions.exit1.threshold = 0.3"])

    def test_the_networks_own_figures(self):
        found = self.found("branchynet_lenet")
        self.assertEqual(found["source"], "distribution")
        self.assertIs(found["rates_stated"], True)
        self.assertEqual(found["exits"]["outcomes"][0]["rate"], 0.943)
        self.assertEqual(found["accuracy"], {"value": 0.9925, "stated": True})
        self.assertEqual(found["macs_expected"],
                         0.943 * found["macs_min"] + 0.057 * found["macs_max"])

    def test_controls(self):
        found = self.found("chain.yaml", "--trace", "signals.csv",
                           "--control", "static")
        self.assertEqual(found["macs_expected"], 160)
        self.assertEqual(found["exits"]["outcomes"][1]["count"], 4)
        self.refused("chain.yaml", "--trace", "signals.csv", "--control",
                     "oracle", says=["holds no correctness"])
        self.refused("chain.yaml", "--control", "orcale",
                     says=["neither the study nor the network"])

    def test_every_network_of_the_catalogue_as_text(self):
        names = sorted(p.stem for p in (CATALOG / "networks").glob("*.yaml"))
        self.assertGreater(len(names), 20)
        for name in names:
            with self.subTest(name):
                done = self.run_behavior(name, "--inferences", "1000")
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn("worst case", done.stdout)

    def test_wrong_input(self):
        trace = ("chain.yaml", "--trace", "bad.csv")
        self.write("bad.csv", SIGNALS.replace("0.9", "nan"))
        self.refused(*trace, says=["bad.csv:3:3: entropy_1: got 'nan'"])
        self.write("bad.csv", SIGNALS.replace(",entropy_2", ""))
        self.refused(*trace, says=["bad.csv:1:1: got columns for 1 exits"])
        self.write("bad.npz", "no archive")
        self.refused("chain.yaml", "--trace", "bad.npz",
                     says=["bad.npz: is no ZIP archive"])
        self.refused("chain.yaml", "--trace", "none.csv", says=["none.csv"])
        self.refused("chain.yaml", says=["neither the study nor the network"])
        self.refused("branchynet_lent", says=["branchynet_lenet"])
        self.refused("chain.yaml", "--trace", "signals.csv", "--set",
                     "decisions.exit1.treshold=1",
                     says=["is no knob of network 'chain'",
                           "did you mean 'decisions.exit1.threshold'?"])
        self.write("chain.yaml", NETWORK + """\
distribution:
  cases:
    - {probability: 0.5, outcomes: {exit: exit1}}
    - {probability: 0.4, outcomes: {exit: exit2}}
""")
        self.refused("chain.yaml", says=["probabilities sum to 0.9"])


if __name__ == "__main__":
    unittest.main()
