import unittest

from directory.names import initials, key
from directory.people import Directory


class Hidden(unittest.TestCase):
    def test_composed_and_decomposed_are_the_same(self):
        directory = Directory()
        directory.add("Zoe\u0308", "1")
        self.assertEqual(directory.find("ZO\u00cb"), ("Zoe\u0308", "1"))

    def test_sharp_s_is_two_letters_s(self):
        self.assertEqual(key("Strauß"), key("STRAUSS"))

    def test_blanks_do_not_count(self):
        self.assertEqual(key("  Ada   Lovelace "), key("ada lovelace"))

    def test_initials_with_extra_blanks(self):
        self.assertEqual(initials("  Ada  Lovelace "), "AL")
