"""Writes plain values as YAML, in the style of the examples: a mapping or list
goes on one line if it fits in 80 columns, else one entry a line.

Values are dict, list, tuple, str, int, bool and decimal.Decimal. Floats are
refused: every decimal in a network file is exact.
"""

import decimal
import re
import textwrap

WIDTH = 80
_PLAIN = re.compile(r"(-?[0-9A-Za-z_.]|\()[^,\[\]{}\"'#\n]*")


class _Blocks(dict):
    """A mapping that always has one entry a line."""


def blocks(mapping):
    """Returns `mapping`, never to be written on one line."""
    return _Blocks(mapping)


def document(mapping):
    """Returns the YAML text of a whole file; ends in a newline."""
    return "\n".join(_entries(mapping, 0)) + "\n"


def _scalar(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return format(value, "f")
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no str, int, bool or Decimal")
    plain = (_PLAIN.fullmatch(value) and ": " not in value
             and not value.endswith((":", " ")))
    if plain:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _flow(value):
    if isinstance(value, dict):
        inside = ", ".join(f"{key}: {_flow(item)}"
                           for key, item in value.items())
        return "{" + inside + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return _scalar(value)


def _fits(value, lead):
    if isinstance(value, _Blocks):
        return False
    return lead + len(_flow(value)) <= WIDTH


def _entries(mapping, indent):
    for key, value in mapping.items():
        yield from _entry(f"{' ' * indent}{key}:", value, indent)


def _entry(head, value, indent):
    if _fits(value, len(head) + 1):
        yield f"{head} {_flow(value)}"
    elif isinstance(value, str):
        yield f"{head} >-"
        margin = " " * (indent + 2)
        yield from textwrap.wrap(value, WIDTH, initial_indent=margin,
                                 subsequent_indent=margin,
                                 break_long_words=False,
                                 break_on_hyphens=False)
    elif isinstance(value, dict):
        yield head
        yield from _entries(value, indent + 2)
    else:
        yield head
        yield from _items(value, indent + 2)


def _items(items, indent):
    for item in items:
        head = " " * indent + "-"
        if _fits(item, len(head) + 1) or not isinstance(item, dict):
            yield f"{head} {_flow(item)}"
            continue
        lines = list(_entries(item, indent + 2))
        yield head + " " + lines[0][indent + 2:]
        yield from lines[1:]
