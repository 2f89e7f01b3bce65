import { expect, test } from 'vitest';
import { readWith } from './readWith.ts';

const program = String.raw`package shop.cart;

import java.util.List;
import java.util.*;
import static org.junit.Assert.assertEquals;

/** Doc. */
@Service
public class Cart<T> extends Base implements Visitor {
    public static final int LIMIT = 3;
    private List<T> items = new ArrayList<>();

    public Cart(String owner) { super(owner); this.init(); }

    @Override
    public int size() { return items.size(); }

    void add(T t) { items.add(t); Helper.log("x"); }

    enum State { OPEN, CLOSED; boolean open() { return this == OPEN; } }
    interface Inner { void go(); }
    record Point(int x, int y) { Point { check(x); } }
    @interface Mark { String value(); }

    @Test
    void addsItems() { new Cart<Integer>("a").add(1); Runnable r = () -> run(); }
    @ParameterizedTest
    public void more() {}
}
`;

test('Java: nested types, static and wildcard imports, tests by their annotation', async () => {
  expect(await readWith('src/Cart.java', program)).toEqual({
    symbols: [
      'exported class Cart 8-29',
      'exported constant Cart.LIMIT 10-10',
      'exported method Cart.Cart 13-13',
      'exported method Cart.size 15-16',
      'method Cart.add 18-18',
      'enum Cart.State 20-20',
      'method Cart.State.open 20-20',
      'interface Cart.Inner 21-21',
      'method Cart.Inner.go 21-21',
      'class Cart.Point 22-22',
      'method Cart.Point.Point 22-22',
      'interface Cart.Mark 23-23',
      'method Cart.Mark.value 23-23',
      'test Cart.addsItems 25-26',
      'exported test Cart.more 27-28',
    ],
    imports: ['java.util.List {List} 3', 'java.util.* {} 4', 'org.junit.Assert.assertEquals {assertEquals} 5'],
    calls: [
      'Cart > ArrayList 11',
      'Cart.Cart > this.init 13',
      'Cart.size > items.size 16',
      'Cart.add > items.add 18',
      'Cart.add > Helper.log 18',
      'Cart.Point.Point > check 22',
      'Cart.addsItems > Cart 26',
      'Cart.addsItems > add 26',
      'Cart.addsItems > run 26',
    ],
  });
});
