import type { Sha256 } from '../../base/hash.ts';
import { changeCaps } from './pathPolicy.ts';
import { protectedRules } from './protectedPaths.ts';
import { refusedPathRules } from './refusedPaths.ts';

/** Names the path rules in force, as far as they are data; what of them is code is named by the product's version. */
export function policyHash(sha256: Sha256): string {
  const refused = refusedPathRules.map(({ rule, message, portability }) => ({ rule, message, portability }));
  return sha256(
    JSON.stringify({ changeCaps, protectedRules, refused }, (_, value: unknown) =>
      value instanceof RegExp ? String(value) : value,
    ),
  );
}
