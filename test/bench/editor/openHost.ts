import { setTimeout as delay } from 'node:timers/promises';
import { connectHost, type HostClient } from '../../../src/host/client/hostClient.ts';
import { readHostLock } from '../../../src/host/hostLock.ts';
import { workspacePaths } from '../../../src/host/paths.ts';
import type { MemoryStatus } from '../../../src/protocol/memory.ts';
import { familyOf, memoryOf, type ProcessMemory } from './processMemory.ts';

/** The agent host that a window started for a repository, as another client sees it. */
export class OpenHost {
  readonly client: HostClient;
  readonly pid: number;

  private constructor(client: HostClient, pid: number) {
    this.client = client;
    this.pid = pid;
  }

  /** Waits until a window has started it. */
  static async find(root: string, home: string): Promise<OpenHost> {
    process.env['NIGHTSHIFT_HOME'] = home;
    for (let tries = 0; tries < 300; tries += 1) {
      const entry = { node: process.execPath, script: '' };
      const signal = AbortSignal.timeout(60_000);
      const connected = await connectHost({ root, entry, client: 'bench', trace: false, start: false, signal });
      const pid = readHostLock(workspacePaths(root, process.env).lock)?.pid;
      if (connected.ok && pid !== undefined) {
        return new OpenHost(connected.value, pid);
      }
      await delay(100);
    }
    throw new Error('No window started an agent host.');
  }

  async status(): Promise<MemoryStatus> {
    const status = await this.client.request('memoryStatus', {});
    if (!status.ok) {
      throw new Error(status.error.message);
    }
    return status.value;
  }

  async settle(vectors: boolean): Promise<MemoryStatus> {
    const settled = await this.client.request('memorySettle', { vectors });
    if (!settled.ok) {
      throw new Error(settled.error.message);
    }
    return settled.value;
  }

  async finds(query: string, path: string): Promise<boolean> {
    const answer = await this.client.request('recall', { query, count: 5, snippetTokens: 0 });
    return answer.ok && answer.value.hits.some((hit) => hit.path === path);
  }

  /** The host and whatever it started: indexer, reader, git. */
  processes(): ProcessMemory[] {
    return familyOf(this.pid).flatMap((pid) => memoryOf(pid) ?? []);
  }

  indexer(): number {
    const found = familyOf(this.pid).find((pid) => memoryOf(pid)?.name === 'indexer');
    if (found === undefined) {
      throw new Error('No indexer runs.');
    }
    return found;
  }

  async end(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.client.onDidClose(() => resolve()));
    const answer = await this.client.request('shutdown', { force: true });
    if (answer.ok) {
      await ended;
    }
    this.client.dispose();
  }
}
