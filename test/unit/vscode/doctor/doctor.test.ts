import { describe, expect, it } from 'vitest';
import { failure } from '../../../../src/base/failure.ts';
import { fail, ok } from '../../../../src/base/result.ts';
import type { DoctorCheck } from '../../../../src/protocol/doctorCheck.ts';
import { doctor } from '../../../../src/vscode/doctor/doctor.ts';
import { fixOf } from '../../../../src/vscode/doctor/doctorItems.ts';
import { checksOf } from '../../../../src/vscode/doctor/runDoctor.ts';
import { MemoryEditor } from '../../../fakes/editor/memoryEditor.ts';

const engine: DoctorCheck = { name: 'engine', status: 'ok', detail: 'engine 28' };
const model: DoctorCheck = { name: 'model', status: 'fail', detail: 'Ollama has no model', fix: 'Get one.' };
const runtime: DoctorCheck = { name: 'runtime', status: 'warn', detail: 'runc', fix: 'Install gVisor.' };

function open(...found: (readonly DoctorCheck[])[]): MemoryEditor {
  const editor = new MemoryEditor();
  editor.checkUps.push(...found.map((checks) => ok(checks)));
  return editor;
}

describe('the doctor', () => {
  it('shows what is missing first, and what is ready last', async () => {
    const editor = open([engine, model, runtime]);
    await doctor(editor.context, undefined);
    expect(editor.picks).toEqual([
      [
        ['missing', ['Local Model']],
        ['could be better', ['Sandbox Runtime']],
        ['ready', ['Container Engine', 'Memory']],
        ['then', ['Check Again', 'Copy as Text']],
      ],
    ]);
    expect(editor.checkedUp).toEqual(['/home/me/app']);
  });

  it('mends what was chosen and checks again, until nothing more is chosen', async () => {
    const editor = open([model], [engine]);
    editor.words.push('Local Model');
    expect(await doctor(editor.context, undefined)).toEqual([engine, expect.objectContaining({ name: 'memory' })]);
    expect(editor.ran).toEqual([['nightshift.selectModel']]);
    expect(editor.checkedUp).toHaveLength(2);
  });

  it('does not stand in front of a page that it opened', async () => {
    const editor = open([runtime]);
    editor.words.push('Sandbox Runtime');
    await doctor(editor.context, undefined);
    expect(editor.ran).toEqual([['link', expect.stringContaining('gvisor.dev')]]);
    expect(editor.checkedUp).toHaveLength(1);
  });

  it('types what changes the machine into a terminal, and leaves it to the person to run it', async () => {
    const editor = open([{ ...model, name: 'engine', fix: 'Run it.', command: 'sudo systemctl start docker' }]);
    editor.words.push('Container Engine');
    await doctor(editor.context, undefined);
    expect(editor.ran).toEqual([['terminal', 'sudo systemctl start docker']]);
    expect(editor.checkedUp).toHaveLength(1);
  });

  it('looks into no folder that is not trusted, and says so with a way out', async () => {
    const editor = open([engine]);
    editor.trusted = false;
    editor.words.push('Workspace Trust');
    await doctor(editor.context, undefined);
    expect(editor.checkedUp).toEqual([undefined]);
    expect(editor.ran).toEqual([['workbench.trust.manage']]);
  });

  it('copies what it found with the advice', async () => {
    const editor = open([engine, model]);
    editor.words.push('Copy as Text');
    await doctor(editor.context, undefined);
    const text = expect.stringContaining('fail model: Ollama has no model\n     Get one.');
    expect(editor.ran).toEqual([['copy', text]]);
  });

  it('says why when the checks cannot be run', async () => {
    const editor = new MemoryEditor();
    editor.checkUps.push(fail(failure('incomplete-installation', 'The checks could not be run: no such file')));
    await doctor(editor.context, undefined);
    expect(editor.notes).toMatchObject([{ kind: 'error', buttons: ['Show Log'] }]);
  });
});

describe('a way out', () => {
  it('is none for what is well, and fits what is missing', () => {
    expect(fixOf(engine, true)).toBeUndefined();
    expect(fixOf({ ...model, detail: 'Ollama did not answer within 3 s' }, true)).toMatchObject({
      label: 'Get Ollama',
    });
    expect(fixOf(model, true)).toMatchObject({ label: 'Select Model' });
    const server: DoctorCheck = {
      name: 'model server',
      status: 'fail',
      detail: 'It wants a key (401).',
      fix: 'Set it.',
    };
    expect(fixOf(server, true)).toMatchObject({ command: 'nightshift.setModelKey' });
    expect(fixOf({ ...server, detail: 'fetch failed' }, true)).toMatchObject({ label: 'Open Setting' });
    const repository: DoctorCheck = { name: 'repository', status: 'fail', detail: 'none', fix: 'Make one.' };
    expect(fixOf(repository, true)).toMatchObject({ command: 'git.init' });
    expect(fixOf(repository, false)).toMatchObject({ command: 'vscode.openFolder' });
    expect(fixOf({ name: 'one that is newer', status: 'fail', detail: '' }, true)).toBeUndefined();
  });
});

describe('the lines of the program', () => {
  it('are read where they are checks, and passed over where they are not', () => {
    expect(checksOf([{ type: 'check', ...engine }, { type: 'doctor', ok: true }, 'noise'])).toEqual([engine]);
  });
});
