import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Journal } from '../../../src/core/tasks/taskStore.ts';
import type { TraceEvent } from '../../../src/core/trace/traceEvent.ts';
import { FileTaskStore } from '../../../src/node/tasks/fileTaskStore.ts';
import { taskFiles } from '../../../src/node/tasks/taskFiles.ts';
import { verifyTraceFile } from '../../../src/node/tasks/verifyTraceFile.ts';
import { testProtection } from '../../fakes/traceProtection.ts';

const protection = testProtection();

let root: string;
let roots: { directory: string; heads: string };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'nightshift-killed-'));
  roots = { directory: join(root, 'tasks'), heads: join(root, 'heads') };
});

afterEach(() => rm(root, { recursive: true, force: true }));

async function reopened(): Promise<{ journal: Journal; events: TraceEvent[] }> {
  const events: TraceEvent[] = [];
  const result = await new FileTaskStore({ ...roots, protection }).open('task-1', (event) => events.push(event));
  if (!result.ok) {
    throw new Error(result.error.message);
  }
  return { journal: result.value, events };
}

describe('a writer that is killed', () => {
  test('at any moment loses nothing that was acknowledged, and the trace verifies after the repair', async () => {
    let acknowledged = -1;
    for (let round = 0; round < 12; round += 1) {
      const script = join(import.meta.dirname, 'appendForever.ts');
      const child = spawn(process.execPath, [script, root, round === 0 ? 'create' : 'open'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        said += text;
      });
      await once(child.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, 5 + ((round * 37) % 60)));
      child.kill('SIGKILL');
      await once(child, 'close');
      acknowledged = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
      const { journal, events } = await reopened();
      expect(events.length).toBeGreaterThan(acknowledged);
      expect(events[acknowledged]?.seq).toBe(acknowledged);
      await journal.close();
      expect(await verifyTraceFile({ ...protection, files: taskFiles(roots, 'task-1'), task: 'task-1' })).toMatchObject(
        { ok: true },
      );
    }
    expect(acknowledged).toBeGreaterThan(12);
  });
});
