import type { EntityKind } from '../../../protocol/memory.ts';
import type { FileKind } from '../sourceFacts.ts';

/** Ids of entities as clients see them: stable for as long as the thing has its path and name. */

export const fileEntityId = (path: string): string => `file:${path}`;
/** `qualified` is the name with what it stands in: `Cart.add`. */
export const symbolEntityId = (path: string, qualified: string): string => `symbol:${path}#${qualified}`;
export const commitEntityId = (hash: string): string => `commit:${hash}`;
export const authorEntityId = (name: string): string => `author:${name}`;
export const taskEntityId = (id: string): string => `task:${id}`;

const fileEntityKinds: Readonly<Record<FileKind, EntityKind>> = {
  code: 'file',
  configuration: 'file',
  data: 'file',
  test: 'test',
  document: 'document',
  guideline: 'document',
  decision: 'decision',
};

export function fileEntityKind(kind: FileKind): EntityKind {
  return fileEntityKinds[kind];
}
