import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { FindingView } from '../../../../src/protocol/findings.ts';
import { applyFinding } from '../../../../src/vscode/findings/applyFinding.ts';
import { dismissFinding, restoreFinding } from '../../../../src/vscode/findings/decideFinding.ts';
import { exportFindings, importFindings } from '../../../../src/vscode/findings/importFindings.ts';
import { placeIn } from '../../../../src/vscode/findings/shownFindings.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';

const root = '/home/me/app';
const quote = { before: 'a', lines: ['b'], after: 'c' };
const region = { startLine: 1, startCharacter: 0, endLine: 1 };
const finding = (over: Partial<FindingView> = {}): FindingView => ({
  id: 'finding-000000000001',
  tool: 'lint',
  rule: 'r1',
  severity: 'warning',
  message: 'Too loose.',
  path: 'a.js',
  region,
  quote,
  stale: false,
  fix: [{ path: 'a.js', region, quote, oldText: 'b', text: 'B' }],
  ...over,
});

function editorWith(...findings: FindingView[]): MemoryEditor {
  const editor = new MemoryEditor();
  editor.host.findings = { open: 1, dismissed: 0, revision: 1 };
  editor.host.answers = {
    listFindings: () => ok({ findings }),
    dismissFinding: ({ reason }) => ok({ finding: finding({ dismissed: reason }) }),
    restoreFinding: () => ok({ finding: finding() }),
    importFindings: () => ok({ tools: ['lint'], imported: 2, elsewhere: 1 }),
    exportFindings: () => ok({ sarif: '{"version":"2.1.0"}' }),
  };
  return editor;
}
const asked = (editor: MemoryEditor) => editor.host.requests.filter(({ method }) => method !== 'listFindings');
const clicked = { root, id: finding().id };

describe('a suggested patch', () => {
  it('is made where its finding is known, and told how to go on', async () => {
    const editor = editorWith(finding());
    expect(await applyFinding(editor.context, clicked)).toBe(true);
    expect(editor.replaced).toEqual([[root, finding().fix]]);
    expect(editor.mentions).toEqual(['Applied. Look at it and save, or undo.']);
  });

  it.each([
    ['changed', /lines .* were changed/],
    ['unsafe', /not about plain files/],
  ] as const)('that is %s is not, and says so', async (outcome, words) => {
    const editor = editorWith(finding());
    editor.replacing = outcome;
    expect(await applyFinding(editor.context, clicked)).toBe(false);
    expect(editor.notes.map(({ message }) => message)).toEqual([expect.stringMatching(words)]);
  });

  it.each([undefined, {}, { root: '/etc', id: clicked.id }, { root, id: 7 }])('is none for %j', async (argument) => {
    const editor = editorWith(finding());
    expect(await applyFinding(editor.context, argument)).toBe(false);
    expect(editor.replaced).toEqual([]);
  });
});

describe('a finding is dismissed', () => {
  it.each([
    [['False Positive'], 'false positive'],
    [['Other Reason…', ' Checked by hand. '], 'Checked by hand.'],
  ])('with the reason %j', async (words, reason) => {
    const editor = editorWith(finding());
    editor.words.push(...words);
    expect(await dismissFinding(editor.context, clicked)).toBe(true);
    expect(asked(editor)).toEqual([{ method: 'dismissFinding', params: { id: clicked.id, reason } }]);
  });

  it('from a list where nothing was clicked, which has only open ones', async () => {
    const editor = editorWith(finding(), finding({ id: 'finding-000000000002', dismissed: 'no', message: 'Gone.' }));
    editor.words.push('Too loose.', 'Won’t Fix');
    expect(await dismissFinding(editor.context, undefined)).toBe(true);
    expect(editor.picks).toEqual([[['', ['Too loose.']]]]);
  });

  it('not without a reason, nor by somebody who turns away', async () => {
    const editor = editorWith(finding());
    editor.words.push('Other Reason…', '  ');
    expect(await dismissFinding(editor.context, clicked)).toBe(false);
    expect(await dismissFinding(editor.context, clicked)).toBe(false);
    expect(asked(editor)).toEqual([]);
  });

  it('and restored from the list of those', async () => {
    const editor = editorWith(finding(), finding({ id: 'finding-000000000002', dismissed: 'no', message: 'Gone.' }));
    editor.words.push('Gone.');
    expect(await restoreFinding(editor.context, undefined)).toBe(true);
    expect(asked(editor).map(({ params }) => params)).toEqual([{ id: 'finding-000000000002' }]);
  });

  it('nothing is where there is none', async () => {
    const editor = editorWith();
    await dismissFinding(editor.context, undefined);
    await restoreFinding(editor.context, undefined);
    expect(editor.mentions).toEqual(['There are no findings.', 'No finding was dismissed.']);
  });
});

describe('SARIF files', () => {
  it('are chosen, imported, and what is left out is said', async () => {
    const editor = editorWith();
    editor.words.push('/tmp/x.sarif');
    expect(await importFindings(editor.context, undefined)).toBe(2);
    expect(asked(editor)).toEqual([{ method: 'importFindings', params: { file: '/tmp/x.sarif' } }]);
    expect(editor.notes).toEqual([
      {
        kind: 'information',
        message: '2 findings imported, 1 result about no file of this repository left out.',
        buttons: ['Show Problems'],
      },
    ]);
  });

  it('that cannot be read are told with the host’s words', async () => {
    const editor = editorWith();
    editor.host.answers = { importFindings: () => fail(failure('bad-sarif', 'It is no SARIF 2.1.0.')) };
    expect(await importFindings(editor.context, '/tmp/x.sarif')).toBeUndefined();
    expect(editor.notes.map(({ message }) => message)).toEqual(['It is no SARIF 2.1.0.']);
  });

  it('are written where the person says, or why not', async () => {
    const editor = editorWith();
    expect(await exportFindings(editor.context, '/tmp/out.sarif')).toBe('/tmp/out.sarif');
    expect(editor.files.get('/tmp/out.sarif')).toContain('2.1.0');
    editor.gone = ['/nowhere/out.sarif'];
    expect(await exportFindings(editor.context, '/nowhere/out.sarif')).toBeUndefined();
    expect(editor.notes).toHaveLength(1);
  });

  it('are about a repository', async () => {
    const editor = editorWith();
    editor.repositories = [];
    expect(await importFindings(editor.context, '/tmp/x.sarif')).toBeUndefined();
    expect(await exportFindings(editor.context, '/tmp/x.sarif')).toBeUndefined();
    expect(asked(editor)).toEqual([]);
  });
});

describe('the place of a finding in a text that is not saved', () => {
  it.each([
    ['follows its lines', ['x', 'a', 'b', 'c'], 2],
    ['is none where they were changed', ['a', 'B', 'c'], undefined],
    ['is the host’s where no text is open', undefined, 1],
  ])('%s', (_, lines, line) => {
    expect(placeIn(finding(), lines)?.startLine).toBe(line);
  });
});
