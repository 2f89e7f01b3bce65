import type { ChunkSource, OwnerState } from '../../../src/core/memory/embedding/chunkSource.ts';
import type { Chunk } from '../../../src/core/memory/sourceFacts.ts';
import type { MemoryKind } from '../../../src/protocol/memory.ts';

/** Owners with chunks that tests put and take away. A chunk is written as its text; its hash is made of it. */
export class MemoryChunkSource implements ChunkSource {
  private readonly held = new Map<string, { readonly state: OwnerState; readonly chunks: readonly Chunk[] }>();

  put(
    owner: string,
    texts: readonly string[],
    facts: { readonly kind?: MemoryKind; readonly churn?: number; readonly firstLine?: number } = {},
  ) {
    const { kind = 'code', churn = 0, firstLine = 1 } = facts;
    const chunks = texts.map((text, at): Chunk => ({
      kind: 'window',
      text,
      hash: `hash of ${text}`,
      startLine: at * 10 + firstLine,
      endLine: at * 10 + firstLine + 9,
    }));
    this.held.set(owner, { state: { owner, kind, churn, hashes: chunks.map(({ hash }) => hash) }, chunks });
  }

  take(owner: string): void {
    this.held.delete(owner);
  }

  async *states(): AsyncIterable<readonly OwnerState[]> {
    yield [...this.held.values()].map(({ state }) => state);
  }

  async stateOf(owner: string): Promise<OwnerState | undefined> {
    return this.held.get(owner)?.state;
  }

  async chunksOf(owner: string): Promise<readonly Chunk[]> {
    return this.held.get(owner)?.chunks ?? [];
  }
}
