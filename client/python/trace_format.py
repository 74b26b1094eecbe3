"""The trace of decisions, `dynarch-trace 1`: CSV with a commented header.

Standard library only. One row per sample and data type. Per exit: predicted
class, max-probability, entropy (nats), margin (first minus second
probability), and whether the class equals the label (0 or 1).
"""

import csv

FORMAT = "dynarch-trace 1"
SIGNALS = ("max_probability", "entropy", "margin")
_KEY_COLUMNS = ("sample", "split", "dtype", "label")
_EXIT_COLUMNS = ("class",) + SIGNALS + ("correct",)


def columns(exits):
    """Returns the column names of a trace with the exits named `exits`."""
    return list(_KEY_COLUMNS) + [f"{name}_{column}" for name in exits
                                 for column in _EXIT_COLUMNS]


def write(path, header, exits, rows):
    """Writes a trace. header: [(key, value)]; rows: [[value as text]]."""
    with open(path, "w", encoding="ascii", newline="\n") as file:
        for key, value in header:
            file.write(f"# {key}: {value}\n")
        file.write(",".join(columns(exits)) + "\n")
        for row in rows:
            file.write(",".join(row) + "\n")


def read(path):
    """Returns (header as a dict, rows as a list of dicts of text)."""
    with open(path, encoding="ascii", newline="") as file:
        lines = file.read().splitlines()
    comments = [line for line in lines if line.startswith("#")]
    header = dict(line[1:].strip().split(": ", 1) for line in comments)
    body = [line for line in lines if not line.startswith("#")]
    return header, list(csv.DictReader(body))


def exits_of(row):
    """Returns the names of the exits in a row of `read`, in file order."""
    return [column[:-len("_class")] for column in row
            if column.endswith("_class")]


def exit_taken(row, exits, thresholds):
    """Returns the index of the exit that `row` leaves by.

    thresholds: max-probability per early exit; an exit is taken on >=, the
    last one always.
    """
    for index, threshold in enumerate(thresholds):
        if float(row[f"{exits[index]}_max_probability"]) >= threshold:
            return index
    return len(exits) - 1
