import { expect, test } from 'vitest';
import { readWith } from './readWith.ts';

const program = String.raw`package shop

import "fmt"
import (
	log "github.com/x/log"
	_ "embed"
	. "math"
)

const Limit = 3
const (
	A = iota
	b
)
var count, Total int
var (
	x = 1
)

type Cart struct {
	items []Item
}
type Names = []string
type (
	Visitor interface {
		Visit(c *Cart) error
	}
	ID int
)

func New() *Cart { return &Cart{} }

// Add adds.
func (c *Cart) Add(i Item) {
	c.items = append(c.items, i)
	fmt.Println(i)
}
func (l List[T]) each(f func(T)) { f(l[0]); go l.run(); defer done() }
func Map[T any](l []T) { Do[T](l) }

func TestAdd(t *testing.T) {
	t.Run("adds", func(t *testing.T) { New().Add(1) })
}
`;

test('Go: methods by the type of their receiver, exported by the first letter', async () => {
  expect(await readWith('shop/cart_test.go', program)).toEqual({
    symbols: [
      'exported constant Limit 10-10',
      'exported constant A 12-12',
      'constant b 13-13',
      'variable count 15-15',
      'exported variable Total 15-15',
      'variable x 17-17',
      'exported class Cart 20-22',
      'exported type Names 23-23',
      'exported interface Visitor 25-27',
      'exported method Visitor.Visit 26-26',
      'exported type ID 28-28',
      'exported function New 31-31',
      'exported method Cart.Add 34-37',
      'method List.each 38-38',
      'exported function Map 39-39',
      'exported test TestAdd 41-43',
      'test TestAdd.adds 42-42',
    ],
    imports: ['fmt {} 3', 'github.com/x/log {} 5', 'embed {} 6', 'math {} 7'],
    calls: [
      'New > Cart 31',
      'Cart.Add > append 35',
      'Cart.Add > fmt.Println 36',
      'List.each > f 38',
      'List.each > l.run 38',
      'List.each > done 38',
      'Map > Do 39',
      'TestAdd.adds > t.Run 42',
      'TestAdd.adds > New 42',
      'TestAdd.adds > Add 42',
    ],
  });
});
