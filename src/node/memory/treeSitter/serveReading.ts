import { createHash } from 'node:crypto';
import { Serializer } from '../../../base/async.ts';
import { errorText } from '../../../base/failure.ts';
import type { SourceFacts, SourceReader } from '../../../core/memory/sourceFacts.ts';
import { grammarFolder } from './grammarFolder.ts';
import { createSourceReader } from './sourceReader.ts';

export interface ReadingOrder {
  /** Names the answer. */
  readonly id: number;
  readonly path: string;
  readonly text: string;
}

/** Why a file could not be understood, where it has no facts. */
export type ReadingAnswer =
  | { readonly id: number; readonly facts: SourceFacts }
  | { readonly id: number; readonly problem: string };

/** The life of a process that understands files: parsing holds up nobody but itself, and its memory goes when it ends. */
export function serveReading(grammars: string): void {
  const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
  serveOrders(createSourceReader({ grammars: grammarFolder(grammars), sha256 }));
}

/** Every order is answered, by its name: one that the reader failed of must not pass for another. */
export function serveOrders(reader: SourceReader): void {
  const orders = new Serializer();
  const answer = async ({ id, path, text }: ReadingOrder): Promise<ReadingAnswer> => {
    try {
      return { id, facts: await reader.read(path, text) };
    } catch (error) {
      return { id, problem: errorText(error) };
    }
  };
  process.on('message', (order: ReadingOrder) => {
    void orders.run(async () => process.send?.(await answer(order)));
  });
  process.once('disconnect', () => process.exit(0));
}
