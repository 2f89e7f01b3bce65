import type { EdgeKind } from '../../../protocol/memory.ts';

/** A file that belongs to another one, and how. */
export interface RelatedPath {
  readonly path: string;
  readonly kind: EdgeKind;
  /** 0 to 1. */
  readonly weight: number;
  /** For people: `changed with src/cart.ts in 5 commits`, `imports src/cart.ts`. */
  readonly through: string;
}
