import unittest

from versions import is_newer, newest


class Versions(unittest.TestCase):
    def test_single_digits(self):
        self.assertTrue(is_newer("1.3.0", "1.2.9"))

    def test_ten_is_more_than_nine(self):
        self.assertEqual(newest(["1.9.0", "1.10.0", "1.2.0"]), "1.10.0")

    def test_a_release_is_newer_than_its_candidates(self):
        self.assertTrue(is_newer("2.0.0", "2.0.0-rc1"))
