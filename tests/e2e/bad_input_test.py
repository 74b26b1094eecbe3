"""Wrong input: one message that names the place, exit code 2 (or 1 where the
work and not the input failed), nothing half-written."""

import pathlib
import re
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

import programs
from programs import SMALL_STUDY, Folder


class BadInputTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.cleanup)

    def files(self):
        return sorted(str(p.relative_to(self.folder.path))
                      for p in self.folder.path.rglob("*"))

    def refused(self, *arguments, code=2, says=(), lines=1):
        """The command says one thing on standard error and writes nothing."""
        before = self.files()
        done = self.folder.run(*arguments)
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.strip().splitlines()), lines,
                         done.stderr)
        self.assertTrue(done.stderr.startswith("dynarch: "), done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertEqual(self.files(), before)

    def study_refused(self, old, new, says):
        """A study with one text replaced is refused by run and evaluate."""
        self.assertIn(old, SMALL_STUDY)
        self.folder.write("bad.yaml", SMALL_STUDY.replace(old, new))
        self.refused("run", "bad.yaml", says=says)
        self.refused("evaluate", "bad.yaml", "--trial", "0", says=says)

    def network_refused(self, edit, says):
        text = (self.folder.path / "network.yaml").read_text()
        changed = edit(text)
        self.assertNotEqual(changed, text)
        self.folder.write("bad_network.yaml", changed)
        self.study_refused("network: network.yaml", "network: bad_network.yaml",
                           says)

    def trace_refused(self, edit, says):
        text = (self.folder.path / "digits.csv").read_text()
        changed = edit(text)
        self.assertNotEqual(changed, text)
        self.folder.write("bad.csv", changed)
        self.study_refused("trace: digits.csv", "trace: bad.csv", says)

    def test_unknown_field(self):
        self.study_refused("deadline:", "deadlin:",
                           ["bad.yaml:3:", "deadlin", "did you mean 'deadline'"])

    def test_wrong_unit(self):
        self.study_refused("periodic: 33 ms", "periodic: 33 mW",
                           ["bad.yaml:3:", "periodic", "mW"])

    def test_missing_unit(self):
        self.study_refused("deadline: 33 ms", "deadline: 33",
                           ["bad.yaml:3:", "deadline", "unit"])

    def test_wrong_type(self):
        self.study_refused("inferences: 1000", "inferences: many",
                           ["bad.yaml:3:", "inferences", "many"])

    def test_negative_time(self):
        self.study_refused("deadline: 33 ms", "deadline: -33 ms",
                           ["bad.yaml:3:", "deadline", "-33"])

    def test_negative_size(self):
        text = self.folder.must("catalog", "show", "npu_16x16")
        changed, count = re.subn(r"capacity: [^,}\n]+", "capacity: -2 MiB",
                                 text, count=1)
        self.assertEqual(count, 1)
        self.folder.write("bad_platform.yaml", changed)
        self.study_refused("[jetson_xavier_nx, npu_16x16]",
                           "[jetson_xavier_nx, bad_platform.yaml]",
                           ["bad_platform.yaml:", "capacity", "-2 MiB"])

    def test_missing_study(self):
        self.refused("run", "none.yaml", says=["none.yaml"])

    def test_missing_network(self):
        self.study_refused("network: network.yaml", "network: none.yaml",
                           ["none.yaml"])

    def test_missing_trace(self):
        self.study_refused("trace: digits.csv", "trace: none.csv", ["none.csv"])

    def test_empty_study(self):
        self.folder.write("empty.yaml", "")
        self.refused("run", "empty.yaml", says=["empty.yaml"])

    def test_empty_trace(self):
        self.trace_refused(lambda text: "", ["bad.csv"])

    def test_malformed_trace(self):
        def edit(text):
            lines = text.splitlines(keepends=True)
            lines[-1] = lines[-1].replace(",", ";", 3)
            return "".join(lines)
        lines = len((self.folder.path / "digits.csv").read_text().splitlines())
        self.trace_refused(edit, [f"bad.csv:{lines}:"])

    def test_trace_of_other_exits(self):
        self.trace_refused(lambda text: text.replace("exit2", "exit_b"),
                           ["exit_b", "exit2"])

    def test_trace_of_other_weights(self):
        def edit(text):
            return re.sub(r"(# weights: )[0-9a-f]{64}", r"\g<1>" + "0" * 64,
                          text)
        self.trace_refused(edit, ["weights"])

    def test_cycle_without_initial_tokens(self):
        self.network_refused(
            lambda text: text.replace("inputs: [image]", "inputs: [relu1]", 1),
            ["bad_network.yaml", "conv1", "relu1", "initial"])

    def test_unknown_platform(self):
        self.study_refused("npu_16x16", "npu_16x61",
                           ["bad.yaml:6:", "npu_16x61", "npu_16x16"])

    def test_unknown_metric(self):
        self.study_refused("latency_p99: minimize", "latency_p98: minimize",
                           ["latency_p98", "latency_p99"])

    def test_value_that_is_not_explored(self):
        values = {"platform": "npu_16x16", "network.dtype": "int8",
                  "mapping.stages.exit1": "npu", "mapping.stages.exit2": "npu",
                  "mapping.stages.exit3": "npu", "policy.power": "clock_gate",
                  "decisions.exit1.threshold": "0.95",
                  "decisions.exit2.threshold": "0.5"}
        self.refused("evaluate", "study.yaml", *programs.settings(values),
                     says=["decisions.exit1.threshold", "0.95", "0.94"])

    def test_combination_that_is_excluded(self):
        values = {"platform": "npu_16x16", "network.dtype": "int8",
                  "mapping.stages.exit1": "gpu", "mapping.stages.exit2": "npu",
                  "mapping.stages.exit3": "npu", "policy.power": "clock_gate",
                  "decisions.exit1.threshold": "0.94",
                  "decisions.exit2.threshold": "0.5"}
        self.refused("evaluate", "study.yaml", *programs.settings(values),
                     says=["excluded"])

    def test_candidate_that_is_not_complete(self):
        # One line, then one for each of the seven other parameters.
        self.refused("evaluate", "study.yaml", "--set", "platform=npu_16x16",
                     says=["mapping.stages.exit1"], lines=8)

    def test_trial_out_of_range(self):
        self.refused("evaluate", "study.yaml", "--trial", "99999999",
                     says=["99999999"])
        self.refused("explain", "study.yaml", "-1", says=["-1"])

    def test_unreachable_server(self):
        with socket.socket() as held:  # A port on which nobody listens.
            held.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{held.getsockname()[1]}"
            for command in (["submit", "study.yaml"], ["watch", "studies/x"],
                            ["front", "studies/x"], ["trials", "studies/x"],
                            ["explain", "studies/x", "1"]):
                with self.subTest(command=command[0]):
                    self.refused(*command, "--server", address, code=1,
                                 says=[address])

    def test_explain_of_a_remote_study_without_server(self):
        self.refused("explain", "studies/x", "1", says=["--server"])

    def test_database_of_a_newer_version(self):
        out = self.folder.path / "newer"
        out.mkdir()
        with sqlite3.connect(out / "studies.db") as database:
            database.execute("PRAGMA user_version = 1000000")
        database.close()
        before = (out / "studies.db").read_bytes()
        done = self.folder.run("run", "study.yaml", "--out", "newer")
        self.assertIn(done.returncode, (1, 2))
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertIn("newer", done.stderr)
        self.assertEqual((out / "studies.db").read_bytes(), before)
        self.assertFalse((out / "front.json").exists())
        self.assertEqual(list(self.folder.tmp.iterdir()), [])

    def server_refused(self, *arguments, says):
        """The server says one thing and leaves no database behind."""
        done = subprocess.run(
            [programs.SERVER, *arguments, "--database",
             self.folder.path / "new.db"],
            capture_output=True, text=True, timeout=30)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        for words in says:
            self.assertIn(words, done.stderr)
        self.assertEqual(list(self.folder.path.glob("new.db*")), [])

    def test_port_in_use_leaves_no_database_behind(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            self.server_refused("--listen", address,
                                says=[address, "already in use"])
            self.server_refused(
                "--listen", "127.0.0.1:0", "--metrics-listen", address,
                says=["--metrics-listen", address, "in use"])

    def test_address_is_refused_before_the_database_is_touched(self):
        for address, says in (("nonsense", "HOST:PORT"),
                              ("127.0.0.1:99999", "HOST:PORT"),
                              ("unix:", "1 to 107 bytes"),
                              ("0.0.0.0:0", "--allow-insecure-remote")):
            with self.subTest(address=address):
                self.server_refused("--listen", address, says=[address, says])
                # A database that is there, and none, would be said first.
                done = subprocess.run(
                    [programs.SERVER, "--listen", address, "--database",
                     self.folder.path / "digits.csv"],
                    capture_output=True, text=True, timeout=30)
                self.assertEqual(done.returncode, 2)
                self.assertIn(says, done.stderr)

    def test_worker_that_is_stopped_while_it_connects(self):
        worker = self.folder.start(
            "--server", f"unix:{self.folder.path}/none", "--connect-timeout",
            "60", program=programs.WORKER)
        # Its signals are blocked once SIGTERM is in this mask.
        mask = 1 << (signal.SIGTERM - 1)
        status = pathlib.Path(f"/proc/{worker.pid}/status")
        programs.wait_until(
            lambda: int(re.search(r"SigBlk:\s*(\w+)", status.read_text())
                        .group(1), 16) & mask, "the worker to start")
        begin = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        _, said = worker.communicate(timeout=30)
        self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(worker.returncode, 0)
        self.assertEqual(len(said.strip().splitlines()), 1, said)
        self.assertIn("stopped before a server answered", said)

    def test_database_that_is_none(self):
        out = self.folder.path / "garbage"
        out.mkdir()
        (out / "studies.db").write_text("not a database, but long enough" * 99)
        done = self.folder.run("run", "study.yaml", "--out", "garbage")
        self.assertIn(done.returncode, (1, 2))
        self.assertEqual(len(done.stderr.strip().splitlines()), 1, done.stderr)
        self.assertEqual(list(self.folder.tmp.iterdir()), [])

    def test_onnx_with_an_operator_that_is_not_supported(self):
        model = (self.folder.path / "digits.onnx").read_bytes()
        self.assertIn(b"Softmax", model)
        (self.folder.path / "bad.onnx").write_bytes(
            model.replace(b"Softmax", b"Hardmax"))
        self.refused("import", "onnx", "bad.onnx", "--strict", "-o", "new.yaml",
                     says=["bad.onnx", "Hardmax"])

    def test_onnx_that_is_none(self):
        self.folder.write("bad.onnx", "this is no model")
        self.refused("import", "onnx", "bad.onnx", "-o", "new.yaml",
                     says=["bad.onnx"])
        self.refused("import", "onnx", "none.onnx", "-o", "new.yaml",
                     says=["none.onnx"])

    def test_onnx_with_a_trace_of_another_model(self):
        text = (self.folder.path / "digits.csv").read_text()
        self.folder.write("other.csv", text.replace("exit3", "exit_c"))
        self.refused("import", "onnx", "digits.onnx", "--trace", "other.csv",
                     "-o", "new.yaml", says=["exit_c"])

    def test_import_keeps_what_was_there_when_it_fails(self):
        self.folder.write("kept.yaml", "kept\n")
        self.folder.write("bad.onnx", "this is no model")
        self.refused("import", "onnx", "bad.onnx", "-o", "kept.yaml")
        self.assertEqual((self.folder.path / "kept.yaml").read_text(), "kept\n")

    def test_unknown_catalogue(self):
        self.refused("--catalog", "nowhere", "catalog", "list",
                     says=["nowhere"])
        self.refused("catalog", "show", "jetson_tx3", says=["jetson_tx2"])

    def test_command_line(self):
        self.refused("evalute", "study.yaml", says=["evaluate"])
        self.refused("run", says=["study"])
        self.refused("run", "study.yaml", "--workers", "0", says=["--workers"])
        self.refused("run", "study.yaml", "--frobnicate",
                     says=["--frobnicate"])
        self.refused("evaluate", "study.yaml", "--set", "nonsense",
                     says=["nonsense"])

    def test_out_that_cannot_be_a_folder(self):
        self.folder.write("file", "")
        self.refused("run", "study.yaml", "--out", "file/below",
                     says=["--out", "file/below"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
