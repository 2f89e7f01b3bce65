import { nameOf, withoutExtension } from './graph/modulePath.ts';

const patterns: readonly RegExp[] = [
  /^(?<subject>.+)[._-](?:tests?|specs?|e2e|integration|unit|bench)$/i,
  /^tests?[_-](?<subject>.+)$/i,
  /^(?<subject>\w*[a-z0-9])(?:Tests?|Spec|IT|TestCase)$/,
  /^Test(?<subject>[A-Z]\w*)$/,
];

/** Name of the module that a file of this name tests: `cart` for `cart.test.ts`, `test_cart.py`, `cart_test.go`; `Cart` for `CartTest.java`. */
export function testedName(path: string): string {
  let name = withoutExtension(nameOf(path));
  // `cart.integration.test.ts` is one of `cart` as well.
  for (let round = 0; round < 2; round += 1) {
    name = patterns.map((pattern) => pattern.exec(name)?.groups?.['subject']).find((one) => one !== undefined) ?? name;
  }
  return name;
}

/**
 * What a test and that which it tests have in common, in lower case. Empty where so little is left that files without any relation
 * would share it.
 */
export function sharedName(path: string): string {
  const name = testedName(path).toLowerCase();
  return name.length > 2 ? name : '';
}
