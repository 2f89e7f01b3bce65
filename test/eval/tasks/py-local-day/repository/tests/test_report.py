import unittest

from report import count_by_day


class CountByDay(unittest.TestCase):
    def test_counts_days_in_utc(self):
        stamps = ["2024-03-01T10:00:00", "2024-03-01T12:00:00", "2024-03-02T00:00:00"]
        self.assertEqual(count_by_day(stamps, 0), {"2024-03-01": 2, "2024-03-02": 1})

    def test_the_evening_in_utc_is_the_next_day_in_the_east(self):
        self.assertEqual(count_by_day(["2024-02-28T20:30:00"], 9), {"2024-02-29": 1})


if __name__ == "__main__":
    unittest.main()
