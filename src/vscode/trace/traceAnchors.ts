import { Serializer } from '../../base/async.ts';
import type { TraceHead } from '../../protocol/host.ts';

/** Where the editor keeps what must not be changed behind its back; its secret storage fits. */
export interface SecretMemory {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

/** What is remembered of one repository's traces. */
interface Anchors {
  /** The public key that its checkpoints were signed with when it was first seen. */
  readonly key?: string;
  readonly heads: Readonly<Record<string, TraceHead>>;
}

/** Traces remembered of one repository; the oldest go first. */
const mostHeads = 500;

/**
 * The newest place of each trace that this editor has seen, and the key, kept apart from the folder of the traces. Somebody who
 * can write that folder, and even read the key in it, cannot put a trace back or write it anew without this telling.
 */
export class TraceAnchors {
  private readonly memory: SecretMemory;
  private readonly writes = new Serializer();

  constructor(memory: SecretMemory) {
    this.memory = memory;
  }

  async head(root: string, task: string): Promise<TraceHead | undefined> {
    const { heads } = await this.read(root);
    return Object.hasOwn(heads, task) ? heads[task] : undefined;
  }

  async key(root: string): Promise<string | undefined> {
    return (await this.read(root)).key;
  }

  /** Keeps a place that is further on than the one known. */
  rememberHead(root: string, task: string, head: TraceHead): Promise<void> {
    return this.change(root, (anchors) => {
      const known = Object.hasOwn(anchors.heads, task) ? anchors.heads[task] : undefined;
      if (known !== undefined && known.seq >= head.seq) {
        return anchors;
      }
      const others = Object.entries(anchors.heads).filter(([id]) => id !== task);
      return { ...anchors, heads: Object.fromEntries([...others.slice(1 - mostHeads), [task, head]]) };
    });
  }

  /** The first key seen stays: another one is what this is to find. */
  rememberKey(root: string, key: string): Promise<void> {
    return this.change(root, (anchors) => (anchors.key === undefined ? { ...anchors, key } : anchors));
  }

  private change(root: string, next: (anchors: Anchors) => Anchors): Promise<void> {
    return this.writes.run(async () => {
      const before = await this.read(root);
      const after = next(before);
      if (after !== before) {
        await this.memory.store(memoryKey(root), JSON.stringify(after));
      }
    });
  }

  private async read(root: string): Promise<Anchors> {
    return parseAnchors(await this.memory.get(memoryKey(root)));
  }
}

function memoryKey(root: string): string {
  return `nightshift.traces:${root}`;
}

/** Checked by hand: this is read before the first connection, and schemas are only loaded with one. */
function parseAnchors(text: string | undefined): Anchors {
  const value = parseJson(text);
  const key = field(value, 'key');
  const heads = field(value, 'heads');
  const entries = typeof heads === 'object' && heads !== null ? Object.entries(heads) : [];
  return {
    ...(typeof key === 'string' ? { key } : {}),
    heads: Object.fromEntries(entries.filter((entry): entry is [string, TraceHead] => isHead(entry[1]))),
  };
}

function isHead(value: unknown): value is TraceHead {
  return typeof field(value, 'seq') === 'number' && typeof field(value, 'hash') === 'string';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
