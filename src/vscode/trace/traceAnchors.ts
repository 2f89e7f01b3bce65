import { Serializer } from '../../base/async.ts';
import type { TraceHead } from '../../protocol/host.ts';

/** Where the editor keeps what must not be changed behind its back; its secret storage fits. */
export interface SecretMemory {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
}

/**
 * The newest place of each trace that this editor has seen, and the key, kept apart from the folder of the traces. Somebody who
 * can write that folder, and even read the key in it, cannot put a trace back or write it anew without this telling.
 *
 * Each task has an entry of its own, some 150 bytes: windows share the memory, and one that wrote them all in one piece would put
 * back what another had written meanwhile.
 */
export class TraceAnchors {
  private readonly memory: SecretMemory;
  private readonly writes = new Serializer();

  constructor(memory: SecretMemory) {
    this.memory = memory;
  }

  async head(root: string, task: string): Promise<TraceHead | undefined> {
    const own = parseJson(await this.memory.get(headKey(root, task)));
    if (isHead(own)) {
      return own;
    }
    const earlier = field(field(await this.inOnePiece(root), 'heads'), task);
    return isHead(earlier) ? earlier : undefined;
  }

  /** The public key that the checkpoints of a repository were signed with when it was first seen. */
  async key(root: string): Promise<string | undefined> {
    const key = field(await this.inOnePiece(root), 'key');
    return typeof key === 'string' ? key : this.memory.get(keyKey(root));
  }

  /** Keeps a place that is further on than the one known. */
  rememberHead(root: string, task: string, head: TraceHead): Promise<void> {
    return this.writes.run(async () => {
      const known = await this.head(root, task);
      if (known === undefined || known.seq < head.seq) {
        await this.memory.store(headKey(root, task), JSON.stringify(head));
      }
    });
  }

  /** The first key seen stays: another one is what this is to find. */
  rememberKey(root: string, key: string): Promise<void> {
    return this.writes.run(async () => {
      if ((await this.key(root)) === undefined) {
        await this.memory.store(keyKey(root), key);
      }
    });
  }

  /** What earlier versions kept of a repository: its key, and the places of all its traces. Never written any more. */
  private async inOnePiece(root: string): Promise<unknown> {
    return parseJson(await this.memory.get(`nightshift.traces:${root}`));
  }
}

function headKey(root: string, task: string): string {
  return `nightshift.trace:${task}:${root}`;
}

function keyKey(root: string): string {
  return `nightshift.traceKey:${root}`;
}

/** Checked by hand: this is read before the first connection, and schemas are only loaded with one. */
function isHead(value: unknown): value is TraceHead {
  return typeof field(value, 'seq') === 'number' && typeof field(value, 'hash') === 'string';
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
