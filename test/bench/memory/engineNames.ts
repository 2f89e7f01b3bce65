import { join } from 'node:path';
import type { SearchEngine } from './searchEngine.ts';

export const engineNames = ['ours', 'vectra', 'plain', 'wasm', 'sqlite-vec', 'lancedb', 'usearch'] as const;
export type EngineName = (typeof engineNames)[number];

export function isEngineName(name: string): name is EngineName {
  return engineNames.some((known) => known === name);
}

/** Loads the code of this engine alone: what others would load is not in its memory. */
const loaders: Readonly<Record<EngineName, (folder: string, peers: string) => Promise<SearchEngine>>> = {
  ours: async (folder) => (await import('./engines/ours.ts')).ours(join(folder, '..', 'vectors.cjs')),
  vectra: async () => (await import('./engines/stockVectra.ts')).stockVectra,
  plain: async () => (await import('./engines/plainScan.ts')).plainScan,
  wasm: async () => (await import('./engines/wasmScan.ts')).wasmScan,
  'sqlite-vec': async (_, peers) => (await import('./engines/sqliteVec.ts')).sqliteVec(peers),
  lancedb: async (_, peers) => (await import('./engines/lance.ts')).lance(peers),
  usearch: async (_, peers) => (await import('./engines/usearch.ts')).usearch(peers),
};

/** `folder` holds the data, and beside it the bundle of ours; `peers` what was fetched for the others. */
export function loadEngine(name: EngineName, folder: string, peers: string): Promise<SearchEngine> {
  return loaders[name](folder, peers);
}
