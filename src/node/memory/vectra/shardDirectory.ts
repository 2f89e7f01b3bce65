import { WireError } from './wireReader.ts';

export interface ItemFacts {
  readonly owner: string;
  readonly hash: string;
  readonly ordinal: number;
  readonly startLine: number;
  readonly endLine: number;
}

export interface PlacedItem extends ItemFacts {
  /** Byte of the file at which the item's vector starts. */
  readonly offset: number;
}

/** JSON, which the engine reads faster than any code of ours reads messages: owners with how many items each has, and the items. */
export function writeDirectory(items: readonly { readonly facts: ItemFacts; readonly bytes: number }[]): string {
  const owners: (string | number)[] = [];
  const columns: (string | number)[] = [];
  let before: string | undefined;
  for (const { facts, bytes } of items) {
    if (facts.owner === before) {
      owners.push(Number(owners.pop()) + 1);
    } else {
      owners.push(facts.owner, 1);
      before = facts.owner;
    }
    columns.push(facts.hash, facts.ordinal, facts.startLine, facts.endLine, bytes);
  }
  return JSON.stringify([owners, columns]);
}

/** `firstItemAt` is a byte of the file. Throws `WireError`, and what the reader of JSON throws. */
export function readDirectory(text: string, firstItemAt: number, vectorBytes: number): readonly PlacedItem[] {
  const [owners, columns] = listOf(JSON.parse(text)).map(listOf);
  const items: PlacedItem[] = [];
  let end = firstItemAt;
  let at = 0;
  for (let index = 0; owners !== undefined && columns !== undefined && index < owners.length; index += 2) {
    const owner = textOf(owners[index]);
    for (let left = numberOf(owners[index + 1]); left > 0; left -= 1) {
      const hash = textOf(columns[at]);
      const ordinal = numberOf(columns[at + 1]);
      const startLine = numberOf(columns[at + 2]);
      const endLine = numberOf(columns[at + 3]);
      end += numberOf(columns[at + 4]);
      items.push({ owner, hash, ordinal, startLine, endLine, offset: end - vectorBytes });
      at += 5;
    }
  }
  return items;
}

function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) {
    throw new WireError('The directory has another form than was agreed.');
  }
  return value;
}

function textOf(value: unknown): string {
  if (typeof value !== 'string') {
    throw new WireError('The directory has another form than was agreed.');
  }
  return value;
}

function numberOf(value: unknown): number {
  if (typeof value !== 'number') {
    throw new WireError('The directory has another form than was agreed.');
  }
  return value;
}
