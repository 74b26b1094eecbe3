"""Medians, percentiles and intervals against values computed by hand."""

import math
import random
import unittest

import paths  # noqa: F401

import intervals


class IntervalsTest(unittest.TestCase):

    def test_median_of_even_and_odd_counts(self):
        self.assertEqual(intervals.median([3, 1, 2]), 2)
        self.assertEqual(intervals.median([4, 1, 3, 2]), 2.5)

    def test_median_interval_of_ten_is_second_to_ninth(self):
        # P(binomial(10, 1/2) <= 1) = 11/1024 <= 0.025 < 56/1024 = P(<= 2).
        self.assertEqual(intervals.median_interval(range(1, 11)), (2, 9))

    def test_median_interval_of_six_is_the_whole_range(self):
        # P(binomial(6, 1/2) <= 0) = 1/64 <= 0.025 < 7/64.
        self.assertEqual(intervals.median_interval(range(6)), (0, 5))

    def test_median_interval_refuses_five_values(self):
        # 1/32 > 0.025: not even the range covers the median with 95 %.
        with self.assertRaisesRegex(ValueError, "6 or more"):
            intervals.median_interval(range(5))

    def test_median_interval_covers_the_median_in_95_of_100(self):
        # 400 draws of 25 values; the true coverage is 95.67 % (binomial), so
        # fewer than 370 hits would be more than 3 deviations (12.2) away.
        stream = random.Random(11)
        hits = 0
        for _ in range(400):
            values = [stream.expovariate(1) for _ in range(25)]
            low, high = intervals.median_interval(values)
            hits += low <= math.log(2) <= high
        self.assertGreaterEqual(hits, 370)

    def test_percentile_is_the_nearest_rank(self):
        # ceil(0.99 * 1000) = 990: the 990th smallest of 1..1000.
        self.assertEqual(intervals.percentile(range(1, 1001), 0.99), 990)
        # ceil(0.99 * 1001) = ceil(990.99) = 991.
        self.assertEqual(intervals.percentile(range(1, 1002), 0.99), 991)

    def test_percentile_needs_ten_values_beyond_it(self):
        # 10 / (1 - 0.99) = 1000.
        self.assertIsNone(intervals.percentile(range(999), 0.99))
        self.assertIsNotNone(intervals.percentile(range(1000), 0.99))

    def test_bootstrap_of_equal_groups_has_no_width(self):
        groups = [[1.0, 3.0]] * 5
        self.assertEqual(intervals.bootstrap_interval(groups, intervals.mean),
                         (2.0, 2.0))

    def test_bootstrap_draws_whole_groups(self):
        # Groups of mean 0 and 1: the mean of 2 drawn groups is 0, 1/2 or 1
        # with probability 1/4, 1/2, 1/4, so the 95 % quantiles are 0 and 1;
        # drawing single values would give a narrower interval.
        groups = [[0.0] * 1000, [1.0] * 1000]
        self.assertEqual(intervals.bootstrap_interval(groups, intervals.mean),
                         (0.0, 1.0))


if __name__ == "__main__":
    unittest.main()
