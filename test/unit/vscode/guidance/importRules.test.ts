import { describe, expect, it } from 'vitest';
import { ok } from '../../../../src/base/result.ts';
import type { GuidanceView } from '../../../../src/protocol/host.ts';
import { withRules } from '../../../../src/vscode/guidance/importedRules.ts';
import { importRules } from '../../../../src/vscode/guidance/importRules.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';
import { sampleGuidance } from '../../../fakes/memoryHostService.ts';

const file = (path: string, text: string, about = 'all files'): GuidanceView => ({
  ...sampleGuidance,
  path,
  text,
  about,
});
const found: readonly GuidanceView[] = [
  file('.clinerules/style.md', '# Style\n\nUse tabs.'),
  file('.continue/rules/tests.md', 'Write tests.', '**/*.test.ts'),
  file('.cursorrules', 'Use tabs in JSON.'),
  file('.github/copilot-instructions.md', 'Be brief.'),
  file('.kilocode/rules/a.md', 'Write tests.'),
  file('.roo/rules/a.md', 'Name things well.'),
  file('AGENTS.md', '# Ours\n\nBe kind.'),
];
const agents = '/home/me/app/AGENTS.md';

function editor(files: readonly GuidanceView[] = found): MemoryEditor {
  const made = new MemoryEditor();
  made.host.answers = { guidance: () => ok({ files: [...files] }) };
  made.files.set(agents, '# Ours\n\nBe kind.\n');
  return made;
}

describe('Import Rules', () => {
  it('shows the rules of other tools, and puts the chosen ones below what stands there, with their source', async () => {
    const made = editor();
    made.checked.push(['.clinerules/style.md', '.continue/rules/tests.md']);
    made.opening = ['.roo/rules/a.md'];
    expect(await importRules(made.context, undefined)).toBe(2);
    expect(made.host.requests).toEqual([{ method: 'guidance', params: { texts: true } }]);
    expect(made.checks[0]?.map(({ description }) => description)).toEqual([
      'Cline · all files',
      'Continue · **/*.test.ts',
      'Cursor · all files',
      'Copilot · all files',
      'Kilo Code · all files',
      'Roo Code · all files',
    ]);
    expect(made.shown.map(({ title }) => title)).toEqual(['/home/me/app/.roo/rules/a.md']);
    expect(made.files.get(agents)).toBe(
      [
        '# Ours\n\nBe kind.\n',
        '## Cline: .clinerules/style.md\n\n### Style\n\nUse tabs.\n',
        '## Continue: .continue/rules/tests.md\n\nFor **/*.test.ts:\n\nWrite tests.\n',
      ].join('\n'),
    );
  });

  it('does nothing twice: neither the same rule again, nor the same words of another tool', async () => {
    const made = editor();
    const all = found.map(({ path }) => path);
    made.checked.push(all, all);
    await importRules(made.context, undefined);
    const once = made.files.get(agents);
    expect(once?.match(/Write tests\./g)).toHaveLength(1);
    await importRules(made.context, undefined);
    expect(made.files.get(agents)).toBe(once);
    const saved = editor([...found.slice(0, 6), file('AGENTS.md', once ?? '')]);
    expect(await importRules(saved.context, undefined)).toBe(0);
    expect(saved.mentions).toEqual([expect.stringContaining('already')]);
  });

  it('makes the file where there is none, and says where there is nothing to import', async () => {
    const made = editor(found.slice(2, 3));
    made.files.delete(agents);
    made.checked.push(['.cursorrules']);
    await importRules(made.context, undefined);
    expect(made.files.get(agents)).toBe('# Instructions for agents\n\n## Cursor: .cursorrules\n\nUse tabs in JSON.\n');
    const none = editor([]);
    expect(await importRules(none.context, undefined)).toBe(0);
    expect(none.mentions).toEqual([expect.stringContaining('no rules')]);
  });
});

describe('sections', () => {
  it('leave lines of code alone, and every byte that stands there already', () => {
    const text = '# Build\n```sh\n# not a heading\nnpm test\n```\n###### Deep';
    const before = 'first\r\nsecond';
    const after = withRules(before, [{ path: '.roo/rules/a.md', tool: 'Roo Code', about: '', text }]);
    expect(after.startsWith(`${before}\n\n## Roo Code`)).toBe(true);
    expect(after).toContain('### Build\n```sh\n# not a heading\nnpm test\n```\n###### Deep\n');
  });
});
