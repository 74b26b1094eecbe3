"""What the documentation names exists: commands, scripts, files, links."""

import posixpath
import re

CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
COMMAND = re.compile(r"(?<![\w/.-])dynarch ([a-z][a-z-]*)")
PATH = re.compile(r"(?<![\w/.-])((?:deploy|client/python|docs|\.ci|cmake|tests)/"
                  r"[\w/.-]*\.(?:sh|py|md|txt|cmake|yaml))\b")
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
REGISTERED = (
    re.compile(r'add_subcommand\(\s*"([a-z-]+)"'),
    re.compile(r'Add\w+<\w+>\(\s*root,\s*line,\s*"([a-z-]+)"'),
)


def registered_commands(tree):
    commands = set()
    for path in tree.matching(("client/",), (".cc",)):
        for pattern in REGISTERED:
            commands.update(pattern.findall(tree.text(path)))
    return commands


def documents(tree):
    return [p for p in tree.paths if p.endswith(".md")]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_commands(tree, path, commands):
    text = tree.text(path)
    for span in CODE.finditer(text):
        for found in COMMAND.finditer(span.group(0)):
            if found.group(1) not in commands:
                line = line_of(text, span.start() + found.start())
                yield (f"{path}:{line}: `dynarch {found.group(1)}` is no "
                       f"command; there are: {', '.join(sorted(commands))}")


def check_paths(tree, path):
    text = tree.text(path)
    for found in PATH.finditer(text):
        if found.group(1) not in tree.paths:
            yield (f"{path}:{line_of(text, found.start())}: {found.group(1)} "
                   "does not exist")
    for found in LINK.finditer(text):
        target = posixpath.normpath(
            posixpath.join(posixpath.dirname(path), found.group(1)))
        folder = target.rstrip("/") + "/"
        if target not in tree.paths and not any(
                p.startswith(folder) for p in tree.paths):
            yield (f"{path}:{line_of(text, found.start())}: the link "
                   f"{found.group(1)} leads nowhere")


def check(tree):
    commands = registered_commands(tree)
    problems = []
    for path in documents(tree):
        problems.extend(check_commands(tree, path, commands))
        problems.extend(check_paths(tree, path))
    return problems


CLEAN = {
    "README.md": "Run `dynarch run STUDY.yaml` or deploy/test.sh; dynarch is "
                 "free.\n```\ndynarch front X\ndynarch-server --listen\n```\n"
                 "See [this](docs/a.md#top), [code](client/) and "
                 "[web](https://example.org).\n",
    "docs/a.md": "Back to [start](../README.md).\n",
    "deploy/test.sh": "",
    "client/main.cc": 'root.add_subcommand(\n    "front", "");\n'
                      'AddCommand<RunOptions>(\n    root, line, "run", "");\n',
}
FAULTS = {
    "an unknown command": {"README.md": "Try `dynarch fly` now.\n"},
    "an unknown command in a block": {"README.md": "```\n$ dynarch fly\n```\n"},
    "a script that is gone": {"README.md": "Run deploy/gone.sh first.\n"},
    "a link that leads nowhere": {"docs/a.md": "[x](b.md)\n"},
}
