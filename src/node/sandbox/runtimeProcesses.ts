import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StoredItem } from '../../core/sandbox/housekeeping.ts';

/**
 * gVisor's sandboxes that run on although the engine knows their container no more: a removal that failed half way leaves them.
 * Those of another engine on this machine still have their keeper (the shim) above them and are not told. Linux only; only
 * processes of this machine are seen.
 */
export async function leakedRuntimes(known: ReadonlySet<string>, root = '/proc'): Promise<readonly StoredItem[]> {
  const processes = await readdir(root).catch((): string[] => []);
  const found = await Promise.all(
    processes.filter((name) => /^\d+$/.test(name)).map((pid) => leakedRuntime(pid, known, root)),
  );
  return found.filter((item) => item !== undefined);
}

async function leakedRuntime(pid: string, known: ReadonlySet<string>, root: string): Promise<StoredItem | undefined> {
  try {
    const [name = '', ...rest] = (await readFile(join(root, pid, 'cmdline'), 'utf8')).split('\0');
    if (!/(^|\/)runsc-sandbox$/.test(name)) {
      return undefined;
    }
    const id = /--bundle=\S*\/([0-9a-f]{64})$/m.exec(rest.join('\n'))?.[1];
    const status = await readFile(join(root, pid, 'status'), 'utf8');
    const field = (label: string): number => Number(new RegExp(`^${label}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    const parent = await readFile(join(root, String(field('PPid')), 'comm'), 'utf8').catch(() => '');
    if (id === undefined || known.has(id) || parent.startsWith('containerd-shim')) {
      return undefined;
    }
    const label = `process ${pid}, of the container ${id.slice(0, 12)}`;
    return { class: 'runtime-process', id: pid, name: label, bytes: field('VmRSS') * 1024, usedAt: Date.now() };
  } catch {
    // Processes end while one looks.
    return undefined;
  }
}
