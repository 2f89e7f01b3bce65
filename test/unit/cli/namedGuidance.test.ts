import { expect, test } from 'vitest';
import { namedGuidance } from '../../../src/cli/namedGuidance.ts';
import { guidanceLines } from '../../../src/cli/writers/guidanceText.ts';
import { sampleGuidance } from '../../fakes/memoryHostService.ts';

const other = { ...sampleGuidance, path: 'lib/AGENTS.md', sha256: `${'a'.repeat(8)}${'b'.repeat(56)}` };
const files = [sampleGuidance, other];

test('a file of instructions is named by its path, or by 8 or more digits of a hash that only it has', () => {
  expect(namedGuidance(files, 'AGENTS.md')).toEqual({ ok: true, value: sampleGuidance });
  expect(namedGuidance(files, 'AAAAAAAAB')).toEqual({ ok: true, value: other });
  for (const wrong of [undefined, '', 'agents.md', 'aaaaaaa', 'cccccccc']) {
    expect(namedGuidance(files, wrong)).toMatchObject({ ok: false });
  }
  const both = namedGuidance(files, 'aaaaaaaa');
  expect(both.ok ? '' : both.error.message).toContain('names 2 files');
});

test('a list of instructions says what is pinned, and shows no path that steers the terminal', () => {
  const plain = (_style: unknown, text: string): string => text;
  const lines = guidanceLines(
    [
      { ...sampleGuidance, status: 'pinned' },
      { ...other, path: 'x\u001b[2J/AGENTS.md' },
    ],
    plain,
  );
  expect(lines[0]).toMatch(/^AGENTS\.md +a{12} {2}120 bytes · for all files · pinned$/);
  expect(lines[1]).toContain('x<U+001B>[2J/AGENTS.md');
  expect(lines.at(-1)).toContain('`nightshift guidance pin PATH`');
  expect(guidanceLines([], plain)).toHaveLength(1);
});
