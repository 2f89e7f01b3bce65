import { expect, test } from 'vitest';
import { readWith } from './readWith.ts';

const program = String.raw`"""Doc."""
import os, sys as system
import a.b.c as d
from . import sibling
from ..pkg.mod import One, Two as Three
from x import *
LIMIT = 3
_count: int = 0
__all__ = ["Cart"]

@dataclass(frozen=True)
class Cart(Base):
    """Holds."""
    items: list[int] = []

    def __init__(self, owner):
        self.owner = owner

    @property
    def size(self) -> int:
        return len(self.items)

    @staticmethod
    async def load(path):
        await fetch(path)

def _private(): pass
def outer():
    def inner():
        return Cart()
    return inner()

if TYPE:
    import late
    def cond(): pass

class TestCart(unittest.TestCase):
    def test_add(self):
        self.assertEqual(mod.add(1), 2)
def test_free(): ...
`;

test('Python: decorated definitions, relative imports, names that are for others', async () => {
  expect(await readWith('tests/test_cart.py', program)).toEqual({
    symbols: [
      'exported constant LIMIT 7-7',
      'variable _count 8-8',
      'exported class Cart 11-25',
      'exported method Cart.__init__ 16-17',
      'exported method Cart.size 19-21',
      'exported method Cart.load 23-25',
      'function _private 27-27',
      'exported function outer 28-31',
      'function outer.inner 29-30',
      'exported function cond 35-35',
      'exported class TestCart 37-39',
      'exported test TestCart.test_add 38-39',
      'exported test test_free 40-40',
    ],
    imports: ['os {} 2', 'sys {} 2', 'a.b.c {} 3', '. {sibling} 4', '..pkg.mod {One,Two} 5', 'x {} 6', 'late {} 34'],
    calls: [
      'Cart > dataclass 11',
      'Cart.size > len 21',
      'Cart.load > fetch 25',
      'outer.inner > Cart 30',
      'outer > inner 31',
      'TestCart.test_add > self.assertEqual 39',
      'TestCart.test_add > mod.add 39',
    ],
  });
});
