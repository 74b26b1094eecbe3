"""Server, two workers and a client that only know an address."""

import json
import unittest

import programs
from programs import SERVER, WORKER, Folder, Server

class RemoteTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.server = Server(cls.folder)
        cls.addClassCleanup(programs.finish, cls.server.process)
        cls.at = ("--server", cls.server.address)
        for _ in range(2):
            worker = cls.folder.start(*cls.at, program=WORKER)
            cls.addClassCleanup(programs.finish, worker)
        cls.study = cls.folder.must("submit", "study.yaml", *cls.at).strip()
        cls.ended = json.loads(cls.folder.must("watch", cls.study, *cls.at,
                                               "--json"))
        cls.local = json.loads(cls.folder.must("run", "study.yaml", "--json"))

    def test_watch_ends_with_all_candidates_done(self):
        self.assertRegex(self.study, r"^studies/study-[0-9a-f]{12}$")
        self.assertEqual(self.ended["state"], "done")
        for key in ("candidates", "excluded", "succeeded", "infeasible",
                    "failed"):
            self.assertEqual(self.ended[key], self.local[key], key)

    def test_front_is_that_of_a_local_run(self):
        front = json.loads(self.folder.must("front", self.study, *self.at,
                                            "--json"))
        self.assertEqual(front["total_count"], len(self.local["front"]))
        for remote, local in zip(front["front"], self.local["front"]):
            for key in ("trial", "values", "metrics"):
                self.assertEqual(remote[key], local[key])

    def test_front_is_sorted_best_first(self):
        front = json.loads(self.folder.must("front", self.study, *self.at,
                                            "--json"))["front"]
        keys = [(-p["metrics"]["accuracy"], p["metrics"]["energy_mean_j"])
                for p in front]
        self.assertEqual(keys, sorted(keys))

    def test_trials_come_in_pages_without_gap(self):
        trials, token = [], ""
        while True:
            words = ["--page-token", token] if token else []
            page = json.loads(self.folder.must(
                "trials", self.study, *self.at, "--page-size", "100", "--json",
                *words))
            self.assertLessEqual(len(page["trials"]), 100)
            trials += [t["trial"] for t in page["trials"]]
            token = page["next_page_token"]
            if not token:
                break
        self.assertEqual(len(trials), self.local["candidates"])
        self.assertEqual(trials, sorted(set(trials)))

    def test_submitting_again_is_the_same_study(self):
        again = self.folder.must("submit", "study.yaml", *self.at).strip()
        self.assertEqual(again, self.study)

    def test_explain_needs_no_file(self):
        trial = str(self.local["front"][0]["trial"])
        remote = json.loads(self.folder.must("explain", self.study, trial,
                                             *self.at, "--json"))
        local = json.loads(self.folder.must("explain", "study.yaml", trial,
                                            "--json"))
        self.assertTrue(remote["breakdown"]["sums_exactly"])
        remote.pop("study"), local.pop("study")
        self.assertEqual(remote, local)

    def test_tables_are_for_people(self):
        self.assertIn("latency_p99", self.folder.must("front", self.study,
                                                      *self.at))
        self.assertIn("more: --page-token", self.folder.must(
            "trials", self.study, *self.at, "--page-size", "3"))

    def test_a_cancelled_study_keeps_its_results(self):
        self.folder.write("cancel.yaml", programs.SMALL_STUDY.replace(
            "seed: 7", "seed: 8"))
        name = self.folder.must("submit", "cancel.yaml", *self.at).strip()
        self.folder.must("watch", name, *self.at)
        # Cancelling what is done changes no result.
        self.folder.run("cancel", name, *self.at)
        front = json.loads(self.folder.must("front", name, *self.at, "--json"))
        self.assertGreater(front["total_count"], 0)

    def test_an_unknown_study_is_wrong_input(self):
        for command in (["watch", "studies/none"], ["front", "studies/none"],
                        ["trials", "studies/none"],
                        ["explain", "studies/none", "1"]):
            done = self.folder.run(*command, *self.at)
            with self.subTest(command=command[0]):
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn("none", done.stderr)

    def test_a_port_in_use_is_one_message(self):
        done = self.folder.run("--listen", self.server.address, "--database",
                               "second.db", program=SERVER)
        self.assertIn(done.returncode, (1, 2))
        self.assertIn(self.server.address, done.stderr)
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
