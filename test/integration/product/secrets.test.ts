import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sampleSecrets } from '../../fakes/sampleSecrets.ts';
import { type FakeOllama, startFakeOllama } from '../../fakes/ollama/fakeOllama.ts';
import { requireEngine } from '../requirements.ts';
import { editTurn } from './counterScript.ts';
import { Product } from './product.ts';

const { skip, why } = requireEngine();

const secrets = sampleSecrets.filter(({ kind }) => ['AWS key id', 'AWS secret key', 'private key'].includes(kind));
const settings = secrets.map(({ text }) => text).join('');
const password = ['Tr0ub4dor', '&', 'three'].join('');

describe.skipIf(skip)(`secrets in files that an agent reads ${why}`, () => {
  let product: Product;
  let fake: FakeOllama;
  let id: string;

  beforeAll(async () => {
    product = new Product({ fixture: 'node-counter', variables: { NIGHTSHIFT_SANDBOX_RUNTIME: 'runc' } });
    writeFileSync(join(product.root, 'src', 'settings.txt'), settings);
    // It reads the file, copies it, says it, and asks for a tool that does not exist with it.
    fake = await startFakeOllama({
      script: [
        {
          text: `I see ${settings}`,
          thinking: settings,
          calls: [{ name: 'read_file', arguments: { path: 'src/settings.txt' } }],
        },
        { calls: [{ name: 'write_file', arguments: { path: 'notes.txt', content: settings } }] },
        { calls: [{ name: 'send', arguments: { password, text: settings } }] },
        editTurn,
        { calls: [{ name: 'finish', arguments: { summary: `It stops at zero. ${settings}` } }] },
      ],
    });
    const goal = `stop at zero; the database is postgres://app:${password}@db/app`;
    const run = await product.task(['run', goal, '--model', 'ollama:scripted', '--ollama-host', fake.url]);
    expect(run).toMatchObject({ code: 0, task: { state: 'ready' } });
    ({ id } = run.task);
  });

  afterAll(async () => {
    await fake.close();
    await product.remove();
  });

  it('stand nowhere in the state folder but among the objects of the tree store', async () => {
    await product.run(['host', 'stop']);
    const objects = `${sep}store.git${sep}objects${sep}`;
    const files = readdirSync(product.state, { recursive: true, encoding: 'utf8' })
      .map((name) => join(product.state, name))
      .filter((path) => statSync(path).isFile() && !path.includes(objects));
    expect(files.some((path) => path.endsWith('trace.jsonl'))).toBe(true);
    expect(files.some((path) => path.includes(`${sep}artifacts${sep}`))).toBe(true);
    expect(files.some((path) => path.endsWith('host.log'))).toBe(true);
    const parts = [password, ...secrets.flatMap(({ secret }) => secret.match(/[A-Za-z0-9+/]{16,}/g) ?? [])];
    expect(parts.length).toBeGreaterThan(4);
    for (const path of files) {
      const text = readFileSync(path, 'latin1');
      expect(parts.filter((part) => text.includes(part)).map(() => path)).toEqual([]);
    }
    expect(readFileSync(join(product.paths.tasks, id, 'trace.jsonl'), 'utf8')).toMatch(
      /\[redacted:[a-z-]+:[0-9a-f]{8}\]/,
    );
  });

  it('are in the patch all the same: what the agent wrote is not changed', async () => {
    const patch = await product.run(['patch', id]);
    expect(patch.stdout).toContain(secrets[0]?.secret);
  });

  it('leave a trace that verifies, with a key, a statement and the small verifier', async () => {
    expect(await product.run(['trace', 'verify', id])).toMatchObject({ code: 0, stderr: '' });
    const key = await product.run(['trace', 'key']);
    const [verifier = '', fingerprint] = key.stdout.trim().split('\n');
    expect(verifier).toMatch(/^nightshift\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
    expect(fingerprint).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    const statement = await product.run(['trace', 'statement', id]);
    expect(statement.code).toBe(0);
    const { payload, payloadType } = JSON.parse(statement.stdout);
    expect(payloadType).toBe('application/vnd.in-toto+json');
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8'));
    expect(predicate).toMatchObject({ task: id, proof: { verdict: 'green' }, model: { replay: false } });
    expect(predicate.policy.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(predicate.prompts).toHaveLength(5);
    const script = join(import.meta.dirname, '../../../media/verify/verify.mjs');
    const files = [join(product.paths.tasks, id, 'trace.jsonl'), join(product.paths.heads, `${id}.checkpoint`)];
    const said = execFileSync(process.execPath, [script, ...files, verifier], { encoding: 'utf8' });
    expect(said).toMatch(/^intact: \d+ events/);
  });

  it('the key is for its user only, and one that others can read is not used', async () => {
    const path = join(product.state, 'keys', 'trace-signing.pem');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(product.state, 'keys')).mode & 0o777).toBe(0o700);
    await product.run(['host', 'stop']);
    execFileSync('chmod', ['644', path]);
    const refused = await product.run(['trace', 'key']);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('other users can read it') });
    expect((await product.run(['tasks'])).code).not.toBe(0);
    execFileSync('chmod', ['600', path]);
    expect((await product.run(['tasks'])).code).toBe(0);
  });
});
