import unittest

from settings import SettingsError, load


class Load(unittest.TestCase):
    def test_reads_values_of_their_type(self):
        self.assertEqual(load(["port = 9000", "", "# remark", "host = example.org"])["port"], 9000)

    def test_a_wrong_number_is_an_error_that_names_the_line(self):
        with self.assertRaisesRegex(SettingsError, "line 2"):
            load(["host = a", "port = eighty"])

    def test_false_is_false(self):
        self.assertIs(load(["debug = false"])["debug"], False)
