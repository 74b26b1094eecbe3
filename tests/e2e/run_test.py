"""dynarch run: the same front however it is swept, every point reproduced."""

import json
import math
import re
import shlex
import subprocess
import unittest

import programs
from programs import SMALL_STUDY, Folder, front_of


class RunTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.text = cls.folder.must("run", "study.yaml", "--json")
        cls.result = json.loads(cls.text)
        cls.front = cls.result["front"]

    def test_counts_every_candidate_once(self):
        result = self.result
        self.assertEqual(result["succeeded"] + result["infeasible"],
                         result["candidates"])
        self.assertEqual(result["failed"], 0)
        # 2 platforms, 2 types, 3^3 mappings, 2 policies, 3 * 3 thresholds.
        self.assertEqual(result["candidates"] + result["excluded"],
                         2 * 2 * 27 * 2 * 9)
        self.assertGreater(result["succeeded"], 0)

    def test_every_front_point_is_reproduced_to_the_byte(self):
        self.assertGreater(len(self.front), 0)
        for point in self.front:
            words = programs.settings(point["values"])
            with self.subTest(trial=point["trial"]):
                alone = self.folder.must("evaluate", "study.yaml", *words,
                                         "--json")
                self.assertEqual(json.loads(alone)["trial"], point["trial"])
                self.assertEqual(
                    programs.metrics_bytes(alone),
                    programs.point_bytes(self.text, point["trial"]))

    def test_every_front_point_agrees_with_its_event_driven_run(self):
        for point in self.front:
            words = programs.settings(point["values"])
            with self.subTest(trial=point["trial"]):
                alone = json.loads(self.folder.must(
                    "evaluate", "study.yaml", *words, "--fidelity", "event",
                    "--json"))
                self.assertEqual(alone["fidelity"], "event")
                self.assertEqual(alone["metrics"], point["event"]["metrics"])
                self.assertTrue(point["event"]["agrees"])

    def test_no_front_point_dominates_another(self):
        def vector(point):
            m = point["metrics"]
            return (-m["accuracy"], m["energy_mean_j"], m["latency_p99_s"])
        for a in self.front:
            for b in self.front:
                va, vb = vector(a), vector(b)
                self.assertFalse(
                    va != vb and all(x <= y for x, y in zip(va, vb)),
                    (a["trial"], b["trial"]))

    def test_gain_is_the_product_of_its_causes_and_of_the_corners(self):
        compared = 0
        for point in self.front:
            gain, corners = point["gain"], point["corners"]
            self.assertEqual(gain["error_band"], "unvalidated")
            if gain["reason"] == "below baseline accuracy":
                self.assertLess(point["metrics"]["accuracy"],
                                self.result["baseline"]["metrics"]["accuracy"])
                self.assertIsNone(gain["total"])
                continue
            self.assertIsNone(gain["reason"])
            compared += 1
            product = (gain["algorithm"] * gain["data_type"]
                       * gain["architecture"])
            self.assertTrue(math.isclose(product, gain["total"],
                                         rel_tol=1e-12))
            self.assertEqual(
                gain["total"], corners["static_gpu"]["energy_mean_j"]
                / corners["dynamic_candidate"]["energy_mean_j"])
            self.assertEqual(corners["dynamic_candidate"]["trial"],
                             point["trial"])
        self.assertGreater(compared, 0)

    def test_baseline_is_a_static_gpu_candidate_of_the_first_type(self):
        values = self.result["baseline"]["values"]
        self.assertEqual(values["network.dtype"], "fp32")
        self.assertEqual(values["decisions.exit1.threshold"], "never")
        self.assertEqual(values["decisions.exit2.threshold"], "never")
        for stage in ("exit1", "exit2", "exit3"):
            self.assertEqual(values[f"mapping.stages.{stage}"], "gpu")

    def test_report_split_has_an_interval_around_each_accuracy(self):
        for point in self.front:
            report = point["report"]
            self.assertLessEqual(report["accuracy_low"], report["accuracy"])
            self.assertLessEqual(report["accuracy"], report["accuracy_high"])
            self.assertGreater(report["samples"], 100)
            self.assertAlmostEqual(sum(report["exit_rates"].values()), 1)

    def test_front_is_the_same_with_one_two_and_four_workers(self):
        for workers in (1, 4):
            with self.subTest(workers=workers):
                text = self.folder.must("run", "study.yaml", "--json",
                                        "--workers", str(workers), "--out",
                                        f"out{workers}")
                self.assertEqual(front_of(text), self.front)
                self.assertEqual(json.loads(text)["succeeded"],
                                 self.result["succeeded"])

    def test_running_again_evaluates_nothing(self):
        text = self.folder.must("run", "study.yaml", "--json", "--stats")
        again = json.loads(text)
        self.assertEqual(again["front"], self.front)
        self.assertEqual(again["stats"]["candidates_evaluated"], 0)

    def test_another_study_has_its_own_place_in_the_same_database(self):
        self.folder.write("study2.yaml", SMALL_STUDY.replace("0.94", "0.9"))
        other = json.loads(self.folder.must(
            "run", "study2.yaml", "--json", "--out", "dynarch-out/study"))
        self.assertNotEqual(other["study"], self.result["study"])
        self.assertEqual(other["candidates"], self.result["candidates"])
        again = json.loads(self.folder.must("run", "study.yaml", "--json"))
        self.assertEqual(again["study"], self.result["study"])
        self.assertEqual(again["front"], self.front)

    def test_keeps_its_results_beside_the_database(self):
        out = self.folder.path / "dynarch-out/study"
        front = json.loads((out / "front.json").read_text())["front"]
        self.assertEqual(front, self.front)
        lines = (out / "front.csv").read_text().splitlines()
        self.assertEqual(len(lines), 1 + len(self.front))
        self.assertTrue(lines[0].startswith("trial,platform,network.dtype,"))
        self.assertTrue((out / "studies.db").exists())

    def test_text_names_front_baseline_gain_and_where_results_lie(self):
        done = self.folder.run("run", "study.yaml", "--stats", "--out", "text")
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("Front: ", "Baseline, the best static GPU candidate",
                      "Largest gain at the baseline's accuracy",
                      "error band unvalidated", "text/front.csv",
                      "text/studies.db", "from process start to last commit",
                      "CPU per candidate", "workers"):
            self.assertIn(words, done.stdout)
        self.assertIn("100 %", done.stderr)

    def test_leaves_nothing_in_the_temporary_folder(self):
        self.folder.must("run", "study.yaml", "--out", "clean")
        self.assertEqual(list(self.folder.tmp.iterdir()), [])

    def test_explain_sums_exactly(self):
        trial = self.front[0]["trial"]
        text = self.folder.must("explain", "study.yaml", str(trial), "--json")
        breakdown = json.loads(text)["breakdown"]
        self.assertTrue(breakdown["sums_exactly"])
        self.assertEqual(breakdown["sum_zj"], breakdown["energy_zj"])
        self.assertTrue(math.isclose(
            sum(a["energy_j"] for a in breakdown["activities"])
            + sum(d["active_energy_j"] + d["idle_state_energy_j"]
                  + d["transition_energy_j"] for d in breakdown["domains"])
            + breakdown["overhead_energy_j"],
            int(breakdown["energy_zj"]) * 1e-21, rel_tol=1e-12))
        self.assertIn("exact", self.folder.must("explain", "study.yaml",
                                                str(trial)))


class ReadmeTest(unittest.TestCase):

    def test_the_candidate_that_it_evaluates_is_one_of_the_example(self):
        text = (programs.ROOT / "README.md").read_text()
        command = re.search(r"^dynarch (evaluate (?:.*\\\n)*.*)$", text, re.M)
        words = shlex.split(command.group(1).replace("\\\n", " "))
        done = subprocess.run([programs.DYNARCH, *words], cwd=programs.ROOT,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("fidelity: event", done.stdout)


class RandomSearchTest(unittest.TestCase):

    def test_same_seed_gives_the_same_candidates_on_any_workers(self):
        def study(seed):
            return (SMALL_STUDY
                    + f"search: {{random: {{samples: 100, seed: {seed}}}}}\n")
        folder = Folder(study(3))
        self.addCleanup(folder.cleanup)
        results = [json.loads(folder.must(
            "run", "study.yaml", "--json", "--workers", str(workers), "--out",
            f"out{workers}")) for workers in (1, 3)]
        self.assertEqual(results[0]["candidates"], 100)
        self.assertEqual(results[0]["succeeded"] + results[0]["infeasible"],
                         100)
        self.assertEqual(results[0]["front"], results[1]["front"])
        self.assertEqual(results[0]["succeeded"], results[1]["succeeded"])
        folder.write("study.yaml", study(4))
        other = json.loads(folder.must("run", "study.yaml", "--json", "--out",
                                       "other"))
        self.assertEqual(other["candidates"], 100)
        self.assertNotEqual([p["trial"] for p in other["front"]],
                            [p["trial"] for p in results[0]["front"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
