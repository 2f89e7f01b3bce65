import unittest

from intervals import merged, total


class Hidden(unittest.TestCase):
    def test_touching_becomes_one(self):
        self.assertEqual(merged([(120, 180), (60, 120)]), [(60, 180)])

    def test_one_inside_another(self):
        self.assertEqual(merged([(0, 100), (10, 20), (90, 95)]), [(0, 100)])

    def test_empty_and_backward_ones_go(self):
        self.assertEqual(merged([(5, 5), (9, 3)]), [])
        self.assertEqual(total([]), 0)

    def test_an_empty_one_joins_nothing(self):
        self.assertEqual(merged([(0, 10), (10, 10), (20, 30)]), [(0, 10), (20, 30)])

    def test_the_input_is_left_alone(self):
        given = [(3, 4), (1, 2)]
        merged(given)
        self.assertEqual(given, [(3, 4), (1, 2)])
