import unittest

from report import count_by_day


class Hidden(unittest.TestCase):
    def test_the_small_hours_in_utc_are_the_day_before_in_the_west(self):
        self.assertEqual(count_by_day(["2024-01-01T03:00:00"], -5), {"2023-12-31": 1})

    def test_a_stamp_with_an_offset_is_that_moment(self):
        self.assertEqual(count_by_day(["2024-03-01T23:30:00-05:00"], 0), {"2024-03-02": 1})

    def test_mixed_stamps_are_sorted(self):
        stamps = ["2024-03-02T01:00:00+03:00", "2024-03-01T05:00:00"]
        self.assertEqual(count_by_day(stamps, 1), {"2024-03-01": 2})
