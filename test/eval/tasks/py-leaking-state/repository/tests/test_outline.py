import unittest

from outline import outline


class Outline(unittest.TestCase):
    def test_a_repeated_title_gets_a_number(self):
        self.assertEqual(outline("# Usage\n## Usage\n"), [(1, "Usage", "usage"), (2, "Usage", "usage-2")])

    def test_each_text_begins_anew(self):
        outline("# Install\n")
        self.assertEqual(outline("# Install\n"), [(1, "Install", "install")])
