import { expect, test } from 'vitest';
import { readWith } from './readWith.ts';

const program = String.raw`using System;
using static System.Math;
using Alias = System.Collections.Generic;
global using Foo.Bar;

namespace Shop.Carts;

/// <summary>Doc</summary>
[Serializable]
public class Cart<T> : Base, IVisitor
{
    public const int Limit = 3;
    private readonly List<T> items = new();
    public int Size => items.Count;
    public string Owner { get; set; }
    public Cart(string owner) : base(owner) { Init(); }
    ~Cart() { }
    public void Add(T item) { items.Add(item); this.Notify?.Invoke(item); Helper.Log<T>(item); }
    public static Cart<T> operator +(Cart<T> a, Cart<T> b) => new Cart<T>("x");
    void Outer() { int Local() => 1; Local(); }
    [Fact]
    public void AddsItems() { var c = new Cart<int>("a"); c.Add(1); }
    [Theory, InlineData(1)]
    public async Task More() { await Go(); }
}
public interface IVisitor { void Visit(); }
public struct Point { public int X; }
public record Person(string Name);
public record struct P2(int A);
enum State { Open }
public delegate void Changed(int a);
namespace Inner { class Deep { } }
`;

test('C#: names without their namespace, tests by their attribute', async () => {
  expect(await readWith('src/Cart.cs', program)).toEqual({
    symbols: [
      'module Shop.Carts 6-6',
      'exported class Cart 9-25',
      'exported constant Cart.Limit 12-12',
      'exported variable Cart.Size 14-14',
      'exported variable Cart.Owner 15-15',
      'exported method Cart.Cart 16-16',
      'exported method Cart.Add 18-18',
      'method Cart.Outer 20-20',
      'function Cart.Outer.Local 20-20',
      'exported test Cart.AddsItems 21-22',
      'exported test Cart.More 23-24',
      'exported interface IVisitor 26-26',
      'method IVisitor.Visit 26-26',
      'exported class Point 27-27',
      'exported class Person 28-28',
      'exported class P2 29-29',
      'enum State 30-30',
      'exported type Changed 31-31',
      'module Inner 32-32',
      'class Deep 32-32',
    ],
    imports: ['System {} 1', 'System.Math {} 2', 'System.Collections.Generic {} 3', 'Foo.Bar {} 4'],
    calls: [
      'Cart.Cart > Init 16',
      'Cart.Add > items.Add 18',
      'Cart.Add > Invoke 18',
      'Cart.Add > Helper.Log 18',
      'Cart > Cart 19',
      'Cart.Outer > Local 20',
      'Cart.AddsItems > Cart 22',
      'Cart.AddsItems > c.Add 22',
      'Cart.More > Go 24',
    ],
  });
});
