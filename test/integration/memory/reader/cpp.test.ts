import { expect, test } from 'vitest';
import { readWith } from './readWith.ts';

const program = String.raw`#include <vector>
#include "cart/item.h"
#define SQUARE(x) ((x) * (x))
#define LIMIT 3
using std::string;
using namespace shop;
namespace shop::carts {
static const int kLimit = 3;
template <typename T>
class Cart : public Base {
 public:
  explicit Cart(string owner) : owner_(owner) {}
  ~Cart();
  void Add(const T& item) { items_.push_back(item); log::warn(1); }
  int Size() const;
  Cart& operator+=(const Cart& o) { return *this; }
 private:
  std::vector<T> items_;
  class Inner { void go(); };
};
struct Point { int x; };
union U { int a; };
enum class State { Open };
typedef int Id;
using Names = std::vector<string>;
template <typename T>
int Cart<T>::Size() const { return helper(items_)->size(); }
void Foo::bar() { new Thing(); Thing t(1); ns::make<int>(2); }
int* ptr(int a) { return nullptr; }
Foo& ref() { static Foo f; return f; }
int free_fn(int a, int b);
extern "C" { void c_fn(void) {} }
}
int main(int argc, char** argv) { auto f = [](int x) { return g(x); }; return f(1); }
TEST(CartTest, AddsItems) { EXPECT_EQ(1, Add(1)); }
TEST_CASE("adds items") { REQUIRE(add()); }
int counter = 0;
`;

test('C++: members inside and outside of their class, macros of tests', async () => {
  expect(await readWith('src/cart.cpp', program)).toEqual({
    symbols: [
      'function SQUARE 3-3',
      'constant LIMIT 4-4',
      'module shop::carts 7-33',
      'variable kLimit 8-8',
      'class Cart 10-20',
      'method Cart.Cart 12-12',
      'method Cart.~Cart 13-13',
      'method Cart.Add 14-14',
      'method Cart.Size 15-15',
      'method Cart.operator+= 16-16',
      'class Cart.Inner 19-19',
      'method Cart.Inner.go 19-19',
      'class Point 21-21',
      'class U 22-22',
      'enum State 23-23',
      'type Id 24-24',
      'type Names 25-25',
      'method Cart.Size 27-27',
      'method Foo.bar 28-28',
      'function ptr 29-29',
      'function ref 30-30',
      'function free_fn 31-31',
      'function c_fn 32-32',
      'function main 34-34',
      'test CartTest.AddsItems 35-35',
      'test adds items 36-36',
      'variable counter 37-37',
    ],
    imports: ['vector {} 1', 'cart/item.h {} 2'],
    calls: [
      'Cart.Add > items_.push_back 14',
      'Cart.Add > log.warn 14',
      'Cart.Size > helper 27',
      'Cart.Size > size 27',
      'Foo.bar > Thing 28',
      'Foo.bar > ns.make 28',
      'main > g 34',
      'main > f 34',
      'CartTest.AddsItems > EXPECT_EQ 35',
      'CartTest.AddsItems > Add 35',
      '> TEST_CASE 36',
      'adds items > REQUIRE 36',
      'adds items > add 36',
    ],
  });
});

const header = `#ifndef LIST_H
#define LIST_H
#include "node.h"
typedef struct node { struct node *next; } node_t;
int list_add(struct list *l, int v);
char *list_name(void);
static inline int twice(int x) { return x * 2; }
#endif
`;

const source = `#include <stdio.h>
static int count = 0;
int list_add(struct list *l, int v) {
  return check(l->n) ? l->ops.add(v) : -1;
}
char **names(void) { return NULL; }
static void
old_style(int a)
{
  list_add(NULL, twice(a));
}
`;

test('C: what a header declares and a source defines', async () => {
  expect(await readWith('src/list.h', header)).toEqual({
    symbols: [
      'type node_t 4-4',
      'class node 4-4',
      'function list_add 5-5',
      'function list_name 6-6',
      'function twice 7-7',
    ],
    imports: ['node.h {} 3'],
    calls: [],
  });
  expect(await readWith('src/list.c', source)).toEqual({
    symbols: ['variable count 2-2', 'function list_add 3-5', 'function names 6-6', 'function old_style 7-11'],
    imports: ['stdio.h {} 1'],
    calls: ['list_add > check 4', 'list_add > ops.add 4', 'old_style > list_add 10', 'old_style > twice 10'],
  });
});
