import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { VectorIndex, VectorItem } from '../../../../src/core/memory/vectorIndex.ts';
import type { openVectorIndex } from '../../../../src/node/memory/vectra/openVectorIndex.ts';
import { dimensions, type OpenedEngine, type SearchEngine, type VectorData, vectorsPerFile } from '../searchEngine.ts';

interface Bundle {
  readonly openVectorIndex: typeof openVectorIndex;
}

/** From the bundle that is measured, as it is shipped; from source the whole library would be loaded with it. */
export function ours(bundle: string): SearchEngine {
  const openIn = async (folder: string): Promise<VectorIndex> => {
    const bundled: Bundle = await import(pathToFileURL(bundle).href);
    const opened = await bundled.openVectorIndex({ directory: join(folder, 'ours'), identity: 'bench', dimensions });
    if (!opened.ok) {
      throw new Error(opened.error.message);
    }
    return opened.value;
  };
  return {
    async build(folder, data) {
      const index = await openIn(folder);
      const files = data.count / vectorsPerFile;
      for (let first = 0; first < files; first += 2000) {
        const length = Math.min(2000, files - first);
        await done(
          index.replaceAll(Array.from({ length }, (_, at) => change(first + at, vectorsOf(data, first + at)))),
        );
      }
      await index.close();
    },
    async open(folder): Promise<OpenedEngine> {
      const index = await openIn(folder);
      return {
        search: async (query, count) =>
          (await index.search(query, count)).map(
            ({ owner, ordinal }) => Number(owner.slice(9, -3)) * vectorsPerFile + ordinal,
          ),
        update: (file, vectors) => done(index.replaceAll([change(file, vectors)])),
        close: () => index.close(),
      };
    },
  };
}

function vectorsOf(data: VectorData, file: number): Float32Array[] {
  return Array.from({ length: vectorsPerFile }, (_, ordinal) => data.vector(file * vectorsPerFile + ordinal));
}

function change(file: number, vectors: readonly Float32Array[]): { owner: string; items: VectorItem[] } {
  const items = vectors.map((vector, ordinal) => ({
    hash: `${file}.${ordinal}.${Math.abs(vector[0] ?? 0)}`.padEnd(40, '0'),
    ordinal,
    startLine: ordinal * 20 + 1,
    endLine: ordinal * 20 + 20,
    vector,
  }));
  return { owner: `src/file/${file}.ts`, items };
}

async function done(changing: Promise<{ readonly ok: boolean }>): Promise<void> {
  const result = await changing;
  if (!result.ok) {
    throw new Error(`The change was refused: ${JSON.stringify(result)}`);
  }
}
