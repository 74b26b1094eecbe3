"""Medians, percentiles and their 95 % intervals. Standard library only."""

import math
import random

RESAMPLES = 1000
SEED = 5


def median(values):
    """Returns the middle value (the mean of the middle two if even)."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[middle]
    return (ordered[middle - 1] + ordered[middle]) / 2


def median_interval(values):
    """Returns (low, high), order statistics that cover the median with 95 %.

    Exact for independent values of any distribution: the number of values
    below the median is binomial(n, 1/2). Source: Conover, Practical
    Nonparametric Statistics, 3rd ed., section 3.2. Needs 6 values or more.
    """
    ordered, count = sorted(values), len(values)
    if count < 6:
        raise ValueError(f"{count} values; a 95 % interval needs 6 or more")
    tail, rank = 1, 0  # tail = sum of C(n, 0..rank)
    while 40 * (tail + math.comb(count, rank + 1)) <= 2 ** count:
        rank += 1
        tail += math.comb(count, rank)
    return ordered[rank], ordered[count - 1 - rank]


def percentile(values, share):
    """Returns the nearest-rank percentile, e.g. share = 0.99; None if the
    values are fewer than 10 / (1 - share)."""
    if len(values) * (1 - share) < 10 - 1e-9:
        return None
    rank = math.ceil(share * len(values) - 1e-9)
    return sorted(values)[rank - 1]


def mean(values):
    """Returns the arithmetic mean."""
    return math.fsum(values) / len(values)


def bootstrap_interval(groups, statistic):
    """Returns the (2.5 %, 97.5 %) quantiles of statistic(values of groups).

    Whole groups (passes over the samples) are drawn with replacement, so that
    what is common to one pass (a neighbour's load) is not taken for noise
    that averages out. Seeded.
    """
    stream = random.Random(SEED)
    results = sorted(
        statistic([value for group in stream.choices(groups, k=len(groups))
                   for value in group])
        for _ in range(RESAMPLES))
    cut = RESAMPLES // 40
    return results[cut - 1], results[RESAMPLES - cut]
