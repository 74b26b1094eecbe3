"""The files under check: a checkout, or a few texts for a self-test."""

import os
import pathlib
import re
import subprocess
import tempfile

SKIPPED_FOLDERS = {".git", ".cache", "__pycache__", "out", "dynarch-out"}
CPP = (".h", ".cc")


class Tree:
    """Paths relative to the root, with their texts."""

    def __init__(self, root, paths):
        self.root = pathlib.Path(root)
        self.paths = sorted(paths)
        self._texts = {}
        self._temporary = None

    @classmethod
    def of_checkout(cls, root):
        """What version control holds or would take; else what lies there."""
        if (root / ".git").exists():
            listing = subprocess.run(
                ["git", "-C", str(root), "ls-files", "-z", "--cached",
                 "--others", "--exclude-standard"],
                check=False, capture_output=True, text=True)
            if listing.returncode == 0:
                paths = {p for p in listing.stdout.split("\0") if p}
                return cls(root, [p for p in paths if (root / p).is_file()])
        return cls(root, list(cls._walk(root)))

    @classmethod
    def of_texts(cls, texts):
        folder = tempfile.TemporaryDirectory()
        for path, text in texts.items():
            file = pathlib.Path(folder.name) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        tree = cls(folder.name, list(texts))
        tree._temporary = folder
        return tree

    @staticmethod
    def _walk(root):
        for folder, folders, files in os.walk(root):
            top = pathlib.Path(folder) == root
            folders[:] = [f for f in folders if f not in SKIPPED_FOLDERS and
                          not (top and f.startswith("build"))]
            for file in files:
                yield str((pathlib.Path(folder) / file).relative_to(root))

    def text(self, path):
        if path not in self._texts:
            data = (self.root / path).read_bytes()
            self._texts[path] = data.decode("utf-8", errors="replace")
        return self._texts[path]

    def lines(self, path):
        return self.text(path).splitlines()

    def size(self, path):
        return (self.root / path).stat().st_size

    def matching(self, prefixes, suffixes):
        """Paths in one of the folders with one of the endings."""
        return [p for p in self.paths if p.startswith(tuple(prefixes)) and
                p.endswith(tuple(suffixes))]


_TOKENS = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-zA-Z_])'(?:\\.|[^'\\\n])+'", re.DOTALL)


def code_lines(text):
    """Lines of C++ without comments and the contents of literals."""
    def blank(match):
        token = match.group(0)
        kept = '""' if token[0] in '"R' else ""
        return kept + "\n" * token.count("\n")
    return _TOKENS.sub(blank, text).splitlines()
