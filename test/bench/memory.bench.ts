import type { BenchRow } from './benchRow.ts';
import { vectorRows } from './memory/vectorRows.ts';

/** What the memory costs; each part of it has its rows in the folder beside this. */
export async function memoryBench(): Promise<BenchRow[]> {
  return [...(await vectorRows())];
}
