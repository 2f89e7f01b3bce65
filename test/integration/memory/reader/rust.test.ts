import { expect, test } from 'vitest';
import { readWith } from './readWith.ts';

const program = String.raw`//! doc
use std::collections::HashMap;
use crate::shop::{self, cart::Cart, item::{Item, Price as Cost}};
use super::*;
use a as b;
extern crate serde;
pub mod store;
mod inner {
    pub fn deep() {}
}

pub const LIMIT: usize = 3;
static COUNT: u32 = 0;

#[derive(Debug)]
pub struct Cart<T> {
    items: Vec<T>,
}
pub enum State { Open, Closed }
union U { a: u32 }
pub trait Visitor {
    fn visit(&self);
    fn twice(&self) { self.visit(); }
}
type Names = Vec<String>;
impl<T> Cart<T> {
    pub fn new() -> Self { Cart { items: Vec::new() } }
    fn add(&mut self, t: T) { self.items.push(t); helper::run(); println!("{}", x()); }
}
impl Visitor for Cart<Item> {
    fn visit(&self) { crate::log::warn(1); foo::<u8>(); }
}
impl std::fmt::Display for State { fn fmt(&self) {} }
macro_rules! square { ($x:expr) => { $x * $x }; }
#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn adds() { assert_eq!(square!(2), 4); }
    #[tokio::test]
    async fn later() {}
}
`;

test('Rust: methods by the type of their impl, uses as they are written, tests by their attribute', async () => {
  expect(await readWith('src/cart.rs', program)).toEqual({
    symbols: [
      'module inner 8-10',
      'exported function inner.deep 9-9',
      'exported constant LIMIT 12-12',
      'variable COUNT 13-13',
      'exported class Cart 16-18',
      'exported enum State 19-19',
      'class U 20-20',
      'exported interface Visitor 21-24',
      'method Visitor.visit 22-22',
      'method Visitor.twice 23-23',
      'type Names 25-25',
      'exported method Cart.new 27-27',
      'method Cart.add 28-28',
      'method Cart.visit 31-31',
      'method State.fmt 33-33',
      'function square 34-34',
      'module tests 36-42',
      'test tests.adds 39-39',
      'test tests.later 41-41',
    ],
    imports: [
      'std::collections::HashMap {HashMap} 2',
      'crate::shop::{self, cart::Cart, item::{Item, Price as Cost}} {Cart,Item,Price} 3',
      'super::* {} 4',
      'a as b {a} 5',
      'serde {serde} 6',
      'store {store} 7',
      'super::* {} 37',
    ],
    calls: [
      'Visitor.twice > self.visit 23',
      'Cart.new > Cart 27',
      'Cart.new > Vec.new 27',
      'Cart.add > items.push 28',
      'Cart.add > helper.run 28',
      'Cart.add > println 28',
      'Cart.visit > log.warn 31',
      'Cart.visit > foo 31',
      'tests.adds > assert_eq 39',
    ],
  });
});
