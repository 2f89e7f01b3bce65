import type { VectorItem } from '../../../../src/core/memory/vectorIndex.ts';
import { randomNumbers, unitVector } from './vectorFixtures.ts';

export const killedDimensions = 384;

/** More owners with each version, so that the index grows while it is killed; each version writes several of them. */
export function killedOwners(version: number): string[] {
  const known = 40 + version;
  return [version % known, (version * 7) % known, (version * 13 + 5) % known].map((number) => `owner ${number}`);
}

export function killedItems(owner: string, version: number): VectorItem[] {
  const random = randomNumbers(version * 1000 + Number(owner.split(' ')[1]));
  return Array.from({ length: 1 + Math.floor(random() * 9) }, (_, ordinal) => ({
    hash: `${owner} ${version} ${ordinal}`,
    ordinal,
    startLine: version,
    endLine: version + ordinal,
    vector: unitVector(random, killedDimensions),
  }));
}
