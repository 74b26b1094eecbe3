"""Every network of the catalogue is summarised and evaluated, by both paths,
and so is every example study of dynamic networks."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from programs import DYNARCH, EXAMPLES, ROOT, TIMEOUT_S

NETWORKS = sorted(path.stem for path in
                  (ROOT / "sim/catalog/networks").glob("*.yaml"))
# Networks of their own beside the studies.
STUDIES = sorted(path for path in (EXAMPLES / "dynamic").glob("*.yaml")
                 if "\nspace:" in path.read_text())

# The host decides, the GPU computes; frames do not meet.
STUDY = """\
network: {network}
platform: jetson_xavier_nx
mapping: {{stages: [gpu]}}
workload: {{arrivals: {{periodic: 20 s}}, deadline: 20 s, inferences: 20, seed: 7}}
fidelity: analytical
objectives: {{energy_mean: minimize, latency_mean: minimize}}
space: {{policy.power: [always_on]}}
"""


def dynarch(*words):
    """Standard output, of a command that must succeed."""
    done = subprocess.run([DYNARCH, *map(str, words)], text=True,
                          capture_output=True, timeout=TIMEOUT_S, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, words))}: {done.stderr}")
    return done.stdout


class CatalogueTest(unittest.TestCase):

    def test_behavior_of_every_network(self):
        self.assertGreater(len(NETWORKS), 40)
        for name in NETWORKS:
            with self.subTest(network=name):
                result = json.loads(dynarch("behavior", name, "--inferences",
                                            "2000", "--json"))
                rates = [row["rate"] for row in result["exits"]["outcomes"]]
                self.assertAlmostEqual(sum(rates), 1)
                self.assertLessEqual(result["macs_min"],
                                     result["macs_expected"] * (1 + 1e-9))
                self.assertLessEqual(result["macs_expected"],
                                     result["macs_worst_case"] * (1 + 1e-9))

    def test_every_network_is_evaluated_and_the_engine_agrees(self):
        for name in NETWORKS:
            with self.subTest(network=name), \
                    tempfile.TemporaryDirectory() as folder:
                study = pathlib.Path(folder) / "study.yaml"
                study.write_text(STUDY.format(network=name))
                runs = [json.loads(dynarch("evaluate", study, "--trial", 0,
                                           "--fidelity", fidelity, "--json"))
                        for fidelity in ("analytical", "event")]
                for run in runs:
                    self.assertEqual(run["state"], "succeeded", run["detail"])
                self.assertGreater(runs[0]["metrics"]["latency_mean_s"], 0)
                self.assertEqual(runs[0]["metrics"], runs[1]["metrics"])


class NetworkOnPlatformTest(unittest.TestCase):

    def test_a_network_is_evaluated_without_a_study(self):
        for name in ("skipnet_ff_resnet110", "moe_transformer_block",
                     "bert_base_exits", "resnet18"):
            with self.subTest(network=name):
                result = json.loads(dynarch("evaluate", name, "--platform",
                                            "jetson_tx2", "--json"))
                self.assertEqual(result["state"], "succeeded")
                # At a period that every inference meets.
                self.assertEqual(result["metrics"]["deadline_miss_ratio"], 0)
                self.assertGreater(result["metrics"]["latency_mean_s"], 0)

    def test_a_misspelt_name_is_refused_with_the_nearest(self):
        for words, near in ((("resnte18", "--platform", "jetson_tx2"),
                             "did you mean 'resnet18'"),
                            (("resnet18", "--platform", "jetsn_tx2"),
                             "did you mean 'jetson_tx2'")):
            done = subprocess.run([DYNARCH, "evaluate", *words], text=True,
                                  capture_output=True, timeout=TIMEOUT_S,
                                  check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(near, done.stderr)
            self.assertEqual(len(done.stderr.strip().splitlines()), 1)


class StudyTest(unittest.TestCase):

    def test_the_first_candidate_of_every_example_is_evaluated(self):
        self.assertGreater(len(STUDIES), 10)
        for study in STUDIES:
            with self.subTest(study=study.stem):
                result = json.loads(dynarch("evaluate", study, "--trial", 0,
                                            "--json"))
                self.assertIn(result["state"], ("succeeded", "infeasible"))
                if result["state"] == "infeasible":
                    self.assertTrue(result["detail"])


if __name__ == "__main__":
    unittest.main()
