"""clang-format agrees with every C++ file; proto files keep 80 columns.

Without clang-format only the columns of C++ files are checked.
"""

import os
import re
import shutil
import subprocess

from checks.tree import CPP

FOLDERS = ("sim/", "server/", "worker/", "client/", "tests/")
MAX_COLUMNS = 80
PROBLEM = re.compile(r"^(.*?):(\d+):\d+: error: code should be clang-formatted")
# Nothing can shorten these.
UNBREAKABLE = re.compile(r"https?://|#\s*include|^\s*R?\"")


def formatted(tree, paths):
    """One line per badly formatted file; several processes share the files."""
    count = os.cpu_count() or 1
    runs = []
    for part in (paths[i::count] for i in range(count)):
        if part:
            runs.append(subprocess.Popen(
                ["clang-format", "--dry-run", "-Werror", "--style=file",
                 "--ferror-limit=1", *part],
                cwd=tree.root, stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE, text=True))
    problems = {}
    for run in runs:
        for line in run.communicate()[1].splitlines():
            found = PROBLEM.match(line)
            if found:
                problems.setdefault(found.group(1), int(found.group(2)))
    return [f"{path}:{line}: run clang-format -i {path}"
            for path, line in sorted(problems.items())]


def long_lines(tree, paths):
    for path in paths:
        for number, line in enumerate(tree.lines(path), 1):
            if len(line) > MAX_COLUMNS and not UNBREAKABLE.search(line):
                yield (f"{path}:{number}: {len(line)} columns; at most "
                       f"{MAX_COLUMNS}")


def check(tree):
    cpp = tree.matching(FOLDERS, CPP)
    if shutil.which("clang-format"):
        problems = formatted(tree, cpp)
    else:
        problems = list(long_lines(tree, cpp))
    problems.extend(long_lines(tree, tree.matching(("proto/",), (".proto",))))
    return problems


CLEAN = {
    ".clang-format": "BasedOnStyle: Google\n",
    "sim/a.cc": "int F() { return 1; }\n",
    "proto/a.proto": "message A {}\n",
}
FAULTS = {
    "a long line": {"sim/a.cc": "int F() { return 1" + " + 1" * 30 + "; }\n"},
    "a long line of a proto": {"proto/a.proto": "// " + "x" * 80 + "\n"},
}
if shutil.which("clang-format"):
    FAULTS["a badly formatted file"] = {"sim/a.cc": "int F(){return 1;}\n"}
