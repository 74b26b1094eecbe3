"""Shell and Python files parse, and say with which program they run."""

import ast
import subprocess


def is_shell(tree, path):
    return path.endswith(".sh") or tree.text(path).startswith(
        ("#!/usr/bin/env bash", "#!/bin/bash", "#!/bin/sh"))


def is_python(tree, path):
    return path.endswith(".py") or tree.text(path).startswith(
        ("#!/usr/bin/env python3", "#!/usr/bin/python3"))


def check_shell(tree, path):
    run = subprocess.run(["bash", "-n", str(tree.root / path)], check=False,
                         capture_output=True, text=True)
    if run.returncode != 0:
        yield f"{path}:1: bash -n: {run.stderr.strip().splitlines()[-1]}"


def check_python(tree, path):
    try:
        ast.parse(tree.text(path))
    except SyntaxError as error:
        yield f"{path}:{error.lineno}: {error.msg}"


def check(tree):
    problems = []
    for path in tree.paths:
        if path.endswith((".onnx", ".db")):
            continue
        if is_shell(tree, path):
            problems.extend(check_shell(tree, path))
        elif is_python(tree, path):
            problems.extend(check_python(tree, path))
    return problems


CLEAN = {"a.sh": "echo hello\n", "b.py": "print('hello')\n"}
FAULTS = {
    "a broken script": {"a.sh": "if true; then\n"},
    "a broken script without an ending":
        {"tool": "#!/usr/bin/env bash\nfor x in\n"},
    "a broken program": {"b.py": "def f(:\n"},
}
