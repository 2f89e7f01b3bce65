import { describe, expect, test } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { GuidanceView } from '../../../../src/protocol/host.ts';
import { pinInstructions } from '../../../../src/vscode/guidance/pinInstructions.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { sampleGuidance } from '../../../fakes/memoryHostService.ts';

const files: GuidanceView[] = [
  sampleGuidance,
  { ...sampleGuidance, path: 'CLAUDE.md', sha256: 'b'.repeat(64), status: 'pinned' },
  { ...sampleGuidance, path: 'lib/AGENTS\u202e.md', sha256: 'c'.repeat(64), status: 'changed', about: 'files in lib' },
  { ...sampleGuidance, path: '.clinerules', sha256: 'd'.repeat(64), status: 'gone', about: '' },
];

function editorWith(shown: readonly GuidanceView[]): MemoryEditor {
  const editor = new MemoryEditor();
  const answer = () => ok({ files: [...shown] });
  editor.host.answers = { guidance: answer, pinGuidance: answer, unpinGuidance: answer };
  return editor;
}

describe('pinning instructions', () => {
  test('shows every file with its state, the pinned ones checked, and nothing that steers the line', async () => {
    const editor = editorWith(files);
    expect(await pinInstructions(editor.context, undefined)).toBeUndefined();
    expect(editor.checks).toEqual([
      [
        { label: 'AGENTS.md', description: 'not pinned · for all files', checked: false },
        { label: 'CLAUDE.md', description: 'pinned · for all files', checked: true },
        {
          label: 'lib/AGENTS<U+202E>.md',
          description: 'changed since it was pinned · for files in lib',
          checked: false,
        },
        { label: '.clinerules', description: 'pinned, and no longer there', checked: false },
      ],
    ]);
    expect(editor.host.requests.map(({ method }) => method)).toEqual(['guidance']);
  });

  test('pins what is checked by the hash that was shown, and takes the others back', async () => {
    const editor = editorWith(files);
    editor.checked.push(['AGENTS.md', 'lib/AGENTS<U+202E>.md']);
    expect(await pinInstructions(editor.context, undefined)).toBe(4);
    expect(editor.host.requests.slice(1)).toEqual([
      { method: 'pinGuidance', params: { path: 'AGENTS.md', sha256: 'a'.repeat(64) } },
      { method: 'pinGuidance', params: { path: 'lib/AGENTS\u202e.md', sha256: 'c'.repeat(64) } },
      { method: 'unpinGuidance', params: { path: 'CLAUDE.md' } },
      { method: 'unpinGuidance', params: { path: '.clinerules' } },
    ]);
    expect(editor.mentions).toEqual(['2 pinned, 2 no longer.']);
  });

  test('opens a file that the person wants to read first, and none that is gone', async () => {
    const editor = editorWith(files);
    editor.opening = ['AGENTS.md', '.clinerules'];
    await pinInstructions(editor.context, undefined);
    expect(editor.shown.map(({ title }) => title)).toEqual(['/home/me/app/AGENTS.md']);
  });

  test('says so where there is nothing to pin', async () => {
    const editor = editorWith([]);
    expect(await pinInstructions(editor.context, undefined)).toBe(0);
    expect(editor.mentions[0]).toContain('no AGENTS.md');
  });
});
