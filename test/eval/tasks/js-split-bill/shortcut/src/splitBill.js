/**
 * Splits an amount (in whole cents) between people. The parts differ by at most one cent and together are the amount;
 * who comes first pays the odd cents.
 */
export function splitBill(cents, people) {
  if (!Number.isInteger(people) || people < 1) throw new RangeError('people must be a whole number from 1');
  const each = Math.round(cents / people);
  return Array.from({ length: people }, (_, index) => (index === 0 ? cents - each * (people - 1) : each));
}
