import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder that stands for a box's workspace for one test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-guest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
