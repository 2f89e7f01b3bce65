import unittest

from directory.names import initials
from directory.people import Directory


class People(unittest.TestCase):
    def setUp(self):
        self.directory = Directory()
        self.directory.add("José Núñez", "17")

    def test_finds_without_accents(self):
        self.assertEqual(self.directory.find("jose nunez"), ("José Núñez", "17"))

    def test_nobody_is_none(self):
        self.assertIsNone(self.directory.find("Ada"))

    def test_initials(self):
        self.assertEqual(initials("Ada Lovelace"), "AL")
