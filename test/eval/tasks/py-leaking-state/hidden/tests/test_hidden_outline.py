import unittest

from outline import outline, slug


class Hidden(unittest.TestCase):
    def test_a_slug_alone_has_no_memory(self):
        self.assertEqual([slug("Notes"), slug("Notes")], ["notes", "notes"])

    def test_three_of_the_same(self):
        self.assertEqual([anchor for _, _, anchor in outline("# A\n# A\n# A\n")], ["a", "a-2", "a-3"])

    def test_a_given_list_is_kept_up(self):
        used = []
        self.assertEqual([slug("X", used), slug("X", used)], ["x", "x-2"])
