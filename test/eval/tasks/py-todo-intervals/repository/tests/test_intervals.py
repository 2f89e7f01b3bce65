import unittest

from intervals import is_open, merged, total


class Intervals(unittest.TestCase):
    def test_apart_stays_apart(self):
        self.assertEqual(merged([(600, 700), (60, 120)]), [(60, 120), (600, 700)])

    def test_overlapping_becomes_one(self):
        self.assertEqual(merged([(60, 120), (100, 180)]), [(60, 180)])

    def test_total_counts_each_minute_once(self):
        self.assertEqual(total([(0, 60), (30, 90)]), 90)

    def test_is_open(self):
        self.assertTrue(is_open([(60, 120)], 60))
        self.assertFalse(is_open([(60, 120)], 120))
