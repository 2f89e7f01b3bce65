import unittest

from versions import is_newer, newest


class Hidden(unittest.TestCase):
    def test_missing_parts_are_zero(self):
        self.assertFalse(is_newer("1.2.0", "1.2"))
        self.assertFalse(is_newer("1.2", "1.2.0"))
        self.assertTrue(is_newer("1.2.1", "1.2"))

    def test_candidates_are_counted(self):
        self.assertEqual(newest(["2.0.0-rc2", "2.0.0-rc10", "2.0.0-beta3"]), "2.0.0-rc10")

    def test_a_candidate_is_newer_than_the_last_release(self):
        self.assertTrue(is_newer("2.0.0-rc1", "1.9.9"))

    def test_none_is_an_error(self):
        with self.assertRaises(ValueError):
            newest([])
