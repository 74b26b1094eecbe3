#!/usr/bin/env python3
"""Lists the skipped tests of a test run, with reasons, and judges them.

Usage: skipped.py BUILD_FOLDER

Reads what deploy/test.sh left in BUILD_FOLDER/test-results: gtest's XML files
and ctest's own ctest.xml. A test may be skipped only because something that
extra.txt or an option brings is absent; its message names the thing, and the
thing must really be absent. Exits 1 otherwise.
"""

import glob
import importlib.util
import os
import re
import shutil
import sys
import xml.etree.ElementTree as ElementTree


def has_program(name):
    return shutil.which(name) is not None


def has_python(module):
    """Whether Debian's python3, the one that the tests run, has the module."""
    if sys.executable == "/usr/bin/python3":
        return importlib.util.find_spec(module) is not None
    return bool(glob.glob(f"/usr/lib/python3/dist-packages/{module}"))


def has_reference(build):
    with open(os.path.join(build, "CMakeCache.txt"), encoding="utf-8") as cache:
        found = re.search(r"^DYNARCH_REFERENCE_DIR:\w+=(.*)$", cache.read(),
                          re.MULTILINE)
    return bool(found and found.group(1))


def has_namespaces(_build):
    return os.system("unshare -rn true >/dev/null 2>&1") == 0


# Word in the message -> whether the thing is there.
PROBES = {
    "DYNARCH_REFERENCE_DIR": has_reference,
    "torch": lambda build: has_python("torch"),
    "sklearn": lambda build: has_python("sklearn"),
    "onnx": lambda build: has_python("onnx"),
    "numpy": lambda build: has_python("numpy"),
    "promtool": lambda build: has_program("promtool"),
    "chromium": lambda build: has_program("chromium"),
    "slurm": lambda build: has_program("sbatch"),
    "gpu": lambda build: os.path.exists("/dev/nvidia0"),
    "namespaces": has_namespaces,
    "git": lambda build: has_program("git"),
    "root": lambda build: os.geteuid() == 0,
}


def skipped_of_gtest(path):
    """Yields (name, reason) of every skipped case of one gtest file."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        skip = case.find("skipped")
        if skip is not None:
            name = f"{case.get('classname')}.{case.get('name')}"
            message = (skip.get("message") or skip.text or "").strip()
            # The first line is the place in the source.
            yield name, message.split("\n", 1)[-1].strip()


def skipped_of_ctest(path):
    """Yields (name, reason) of every ctest entry that said it was skipped."""
    for case in ElementTree.parse(path).getroot().iter("testcase"):
        if case.find("skipped") is not None:
            output = (case.findtext("system-out") or "").strip()
            reason = output.splitlines()[-1] if output else "no reason given"
            yield case.get("name"), reason


def skipped_tests(build):
    results = os.path.join(build, "test-results")
    for path in sorted(glob.glob(os.path.join(glob.escape(results), "*.xml"))):
        if os.path.basename(path) == "ctest.xml":
            yield from skipped_of_ctest(path)
        else:
            yield from skipped_of_gtest(path)


def objection(reason, build, probes):
    """Why this reason does not excuse a skip; None if it does."""
    named = [word for word in probes
             if re.search(rf"\b{re.escape(word)}\b", reason, re.IGNORECASE)]
    if not named:
        return f"names nothing of: {', '.join(sorted(probes))}"
    if all(probes[word](build) for word in named):
        return f"but {' and '.join(named)} is here"
    return None


def main(arguments):
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    build = arguments[1]
    failures = 0
    count = 0
    for name, reason in skipped_tests(build):
        count += 1
        trouble = objection(reason, build, PROBES)
        failures += trouble is not None
        suffix = f"  <- NOT ALLOWED: {trouble}" if trouble else ""
        print(f"  {name}: {reason}{suffix}")
    print(f"{count} skipped, {failures} without an allowed reason")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
