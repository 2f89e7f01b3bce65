import unittest

from settings import DEFAULTS, SettingsError, load


class Hidden(unittest.TestCase):
    def test_an_unknown_name_is_an_error(self):
        with self.assertRaisesRegex(SettingsError, "line 1"):
            load(["prot = 1"])

    def test_a_line_without_an_equals_sign_is_an_error(self):
        with self.assertRaisesRegex(SettingsError, "line 3"):
            load(["", "# a = b", "port 80"])

    def test_a_value_may_hold_an_equals_sign(self):
        self.assertEqual(load(["host = a=b"])["host"], "a=b")

    def test_truth_values(self):
        self.assertIs(load(["debug = True"])["debug"], True)
        with self.assertRaises(SettingsError):
            load(["debug = maybe"])

    def test_nothing_said_is_the_defaults(self):
        self.assertEqual(load([]), DEFAULTS)
