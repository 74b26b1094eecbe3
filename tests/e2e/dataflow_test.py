"""`dynarch dataflow` as a user runs it: the example graphs, the answers that
their comments let one work out by hand, and wrong input."""

import json
import pathlib
import subprocess
import tempfile
import unittest

from programs import DYNARCH, ROOT

EXAMPLES = ROOT / "client/examples/dataflow"


class DataflowTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="e2e")
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)

    def run_dataflow(self, *arguments):
        return subprocess.run([DYNARCH, "dataflow", *arguments], cwd=self.path,
                              capture_output=True, text=True, timeout=120,
                              check=False)

    def example(self, name, *arguments, code=0):
        """The JSON of an example graph."""
        done = self.run_dataflow(EXAMPLES / name, "--json", *arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        if code == 0:
            self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    def refused(self, *arguments, says, code=2):
        """Nothing on standard output, one message on standard error."""
        before = sorted(self.path.iterdir())
        done = self.run_dataflow(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertTrue(done.stderr.startswith("dynarch: "), done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertEqual(sorted(self.path.iterdir()), before)

    # Two frames in flight through 2 + 4 + 3 + 5 us: 14 / 2. One convolution at
    # a time, 16 of 3 us bound it.
    def test_overlap_of_firings(self):
        found = self.example("tiles.xml")
        self.assertEqual(found["period"], "7/1")
        self.assertEqual(found["throughput"], "1/7")
        self.assertEqual(found["repetition_vector"],
                         {"camera": 1, "split": 1, "conv": 16, "join": 1})
        self.assertEqual(found["repetition_sum"], 19)
        self.assertIs(found["consistent"], True)
        self.assertIs(found["live"], True)
        self.assertEqual(found["warnings"], [])
        found = self.example("tiles.xml", "--no-auto-concurrency")
        self.assertEqual(found["period"], "48/1")

    # The filter's four phases: 7 + 5 + 5 + 5; the sensor needs 6 * 2.5 = 15.
    def test_phases(self):
        found = self.example("rows.xml")
        self.assertEqual(found["type"], "csdf")
        self.assertEqual(found["period"], "22/1")
        self.assertEqual(found["repetition_vector"],
                         {"sensor": 6, "filter": 1, "pool": 2})

    # Rows 1 to 3 at 7.5, then 7 + 5 + 5 + 5 to 29.5 (each row is there in
    # time), then 3 of the pool.
    def test_latency(self):
        found = self.example("rows.xml", "--latency", "--from", "filter",
                             "--to", "pool")["latency"]
        self.assertEqual(found["makespan"], "65/2")
        self.assertEqual(found["between"], "25/1")
        self.assertEqual(found["actors"]["filter"],
                         {"first_start": "15/2", "last_end": "59/2"})

    # Least of each channel alone: a frame, 16 tiles, 16 results, the 2 tokens
    # that are there: 4096 + 16 * 256 + 16 * 64 + 2. While join holds 16 results
    # for 5 us, the next 16 need a place: 16 * 64 more.
    def test_buffers(self):
        least = self.example("tiles.xml", "--buffers", "live")["buffers"]
        self.assertEqual(least["memory"], 9218)
        self.assertEqual(least["capacities"],
                         {"frame": 1, "tile": 16, "result": 16, "free": 2})
        sized = self.example("tiles.xml", "--buffers", "-o", "sized.xml")
        buffers = sized["buffers"]
        self.assertEqual(buffers["memory"], 9218 + 1024)
        self.assertEqual(buffers["period"], "7/1")
        self.assertIs(buffers["exact"], True)
        self.assertEqual([(p["memory"], p["period"])
                          for p in buffers["trade_off"]],
                         [(9218, least["period"]), (10242, "7/1")])
        self.assertEqual(self.example("tiles.xml", "--buffers",
                                      "1/8")["buffers"]["memory"], 9218)
        # The graph that was written has these buffers.
        again = self.example(self.path / "sized.xml")
        self.assertEqual(again["period"], "7/1")
        (self.path / "small.xml").write_text(
            (self.path / "sized.xml").read_text().replace('sz="32"', 'sz="31"'))
        self.assertEqual(self.example(self.path / "small.xml")["period"],
                         least["period"])

    # Frame k + 2 waits for frame k: the first token comes back in the place of
    # the second after 14 us, the second moves up.
    def test_matrix(self):
        found = self.example("tiles.xml", "--matrix")["matrix"]
        self.assertEqual(found["tick"], "1/1")
        self.assertEqual(found["tokens"], [{"channel": "free", "token": 0},
                                           {"channel": "free", "token": 1}])
        self.assertEqual(found["rows"], [[None, 0], [14, None]])

    # A frame takes 5 + 20 + 2 + 1 = 28 ms and for `on` 60 more. The chain is in
    # `hard` for h = 0.1 (1 - h) + 0.3 h, h = 1/8: 35.5 ms on average. In the
    # worst case all are hard: 88.
    def test_scenarios(self):
        found = self.example("early_exit.xml", "--latency", "--period", "100")
        self.assertEqual(found["type"], "sadf")
        self.assertIs(found["live"], True)
        self.assertEqual(len(found["processes"]), 5)
        for name, process in found["processes"].items():
            with self.subTest(process=name):
                self.assertIs(process["exact"], True)
                self.assertEqual(process["throughput_worst_case_fraction"],
                                 "1/88")
                self.assertAlmostEqual(process["throughput_worst_case"],
                                       1 / 88, 15)
                self.assertAlmostEqual(process["throughput_expected"],
                                       1 / 35.5, 12)
        self.assertEqual(found["latency"],
                         {"period": "100/1", "worst_case": "88/1"})
        slower = self.example("early_exit.xml", "--latency", "--period", "80")
        self.assertIsNone(slower["latency"]["worst_case"])

    def test_a_deadlock_is_a_result_and_exit_code_1(self):
        found = self.example("deadlock.xml", code=1)
        self.assertIs(found["live"], False)
        self.assertIs(found["consistent"], True)
        self.assertIsNone(found["period"])
        self.assertEqual(found["throughput"], "0/1")
        self.assertEqual(found["repetition_vector"], {"a": 3, "b": 4})
        self.assertEqual([(w["actor"], w["channel"], w["present"], w["needed"])
                          for w in found["deadlock"]],
                         [("a", "ba", 3, 4), ("b", "ab", 0, 3)])
        done = self.run_dataflow(EXAMPLES / "deadlock.xml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("live         no", done.stdout)
        # Channel ba, which a waits on, stands on line 16.
        self.assertIn("deadlock.xml:16:7: deadlock: 'a'", done.stderr)

    def test_inconsistency_is_a_result_and_exit_code_1(self):
        found = self.example("inconsistent.xml", code=1)
        self.assertIs(found["consistent"], False)
        for member in ("live", "period", "throughput", "repetition_vector"):
            self.assertIsNone(found[member])
        for words in ("'bc'", "'b'", "'c'"):
            self.assertIn(words, found["inconsistency"])
        done = self.run_dataflow(EXAMPLES / "inconsistent.xml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("consistent   no", done.stdout)
        self.assertIn("inconsistent.xml:21:7: inconsistent rates: channel 'bc'",
                      done.stderr)

    def test_what_is_written_gives_the_same_answers(self):
        for name in ("tiles.xml", "rows.xml", "early_exit.xml"):
            with self.subTest(graph=name):
                first = self.example(name, "-o", "out.xml")
                again = self.run_dataflow("out.xml", "--json", "-o", "out2.xml")
                second = json.loads(again.stdout)
                self.assertEqual({**first, "file": ""}, {**second, "file": ""})
                self.assertEqual((self.path / "out.xml").read_bytes(),
                                 (self.path / "out2.xml").read_bytes())

    def test_tables_for_people(self):
        done = self.run_dataflow(EXAMPLES / "tiles.xml")
        self.assertEqual(done.returncode, 0)
        self.assertEqual(done.stderr, "")
        for words in ("tiles: sdf, 4 actors, 4 channels",
                      "consistent   yes; an iteration has 19 firings",
                      "period       7 per iteration",
                      "camera#0 -> split#0 -> conv#0..15 -> join#0"):
            self.assertIn(words, done.stdout)

    def test_warnings_are_said(self):
        text = (EXAMPLES / "tiles.xml").read_text()
        (self.path / "w.xml").write_text(
            text.replace('<executionTime time="3"/>', ""))
        warning = "w.xml:15:7: actor 'conv' has no execution time; 0 is taken"
        done = self.run_dataflow("w.xml")
        self.assertEqual(done.stderr, f"warning: {warning}\n")
        done = self.run_dataflow("w.xml", "--json")
        self.assertEqual(done.stderr, "")
        self.assertEqual(json.loads(done.stdout)["warnings"], [warning])

    def test_wrong_files(self):
        text = (EXAMPLES / "tiles.xml").read_text()
        (self.path / "typo.xml").write_text(
            text.replace('srcActor="conv"', 'srcActor="covn"'))
        self.refused("typo.xml", says=["typo.xml:25:40: ", "covn",
                                       "did you mean 'conv'"])
        (self.path / "bomb.xml").write_text(
            "<!DOCTYPE a [<!ENTITY x 'ha'>]><sdf3>&x;</sdf3>")
        self.refused("bomb.xml", says=["bomb.xml:1:1: ", "DOCTYPE"])
        with open(self.path / "huge.xml", "wb") as file:
            file.truncate(100_000_000)
        self.refused("huge.xml", says=["huge.xml: has 100000000 bytes"])
        self.refused("none.xml", says=["none.xml"])
        self.refused(EXAMPLES, says=["dataflow", "regular file"])
        (self.path / "network.yaml").write_text("name: x\n")
        self.refused("network.yaml", says=["network.yaml", "SDF3"])

    def test_wrong_options(self):
        tiles = EXAMPLES / "tiles.xml"
        exits = EXAMPLES / "early_exit.xml"
        self.refused(tiles, "--latency", "--from", "cam", "--to", "join",
                     says=["no actor 'cam'", "did you mean 'camera'"])
        self.refused(tiles, "--latency", "--from", "camera", says=["--to"])
        self.refused(tiles, "--latency", "--period", "5", says=["--period"])
        self.refused(tiles, "--buffers", "fast",
                     says=["--buffers: got 'fast'", "1/7"])
        self.refused(tiles, "--buffers", "1/6", says=["--buffers", "7/1"])
        self.refused(exits, "--buffers", says=["--buffers", "sadf"])
        self.refused(exits, "--no-auto-concurrency",
                     says=["--no-auto-concurrency", "sadf"])
        self.refused(exits, "--matrix", says=["--matrix", "sadf"])
        self.refused(exits, "--latency", "--period", "soon",
                     says=["--period: got 'soon'", "13/2"])
        self.refused(says=["graph"])


if __name__ == "__main__":
    unittest.main()
