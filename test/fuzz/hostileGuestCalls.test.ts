import { createHash } from 'node:crypto';
import {
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { fail, ok } from '../../src/base/result.ts';
import type { RestrictedSandbox } from '../../src/core/sandbox/sandbox.ts';
import { validateCall } from '../../src/core/tools/callValidation.ts';
import { maxToolOutputBytes, capOutput } from '../../src/core/tools/capOutput.ts';
import { allTools } from '../../src/core/tools/toolRegistry.ts';
import { GuestRequests } from '../../src/guest/guestMethods.ts';
import { ScanRunner } from '../../src/guest/scanWorker.ts';
import { guestMethods } from '../../src/protocol/guest.ts';
import { guestBundle } from '../fakes/guestBundle.ts';
import { hostileArguments, hostileName, hostilePath } from './hostileWords.ts';
import { amount, Randomness, seedOfRun } from './randomness.ts';

const calls = amount(1_000, 20_000);
/** Calls between two looks at the file system outside. */
const stretch = 50;
const canary = 'CANARY-7f3a91';

test(
  `tool calls of any kind reach nothing outside of the repository's copy, on a real file system (${calls} calls)`,
  { timeout: amount(2, 20) * 60_000 },
  async () => {
    const seed = seedOfRun();
    const random = new Randomness(seed);
    const place = makePlace();
    const scans = new ScanRunner(guestBundle());
    onTestFinished(() => scans.dispose());
    const requests = new GuestRequests(
      { profile: 'locked', workspace: place.workspace, scratch: place.scratch },
      scans,
    );
    const sandbox = boxOf(requests);
    const outcomes = new Map<string, number>();
    for (let made = 0; made < calls; made += stretch) {
      const before = digest(place.outside);
      for (let count = 0; count < stretch; count += 1) {
        disturb(random, place);
        const { kind, output } = await callTool(random, sandbox);
        outcomes.set(kind, (outcomes.get(kind) ?? 0) + 1);
        expect(output, `seed ${seed}`).not.toContain(canary);
      }
      expect(digest(place.outside), `seed ${seed}, before call ${made + stretch}`).toEqual(before);
      expect(readdirSync(place.root).sort()).toEqual(['outside', 'scratch', 'workspace']);
      expect(readdirSync(place.workspace)).toEqual(['repo']);
    }
    console.log(`${calls} calls from seed ${seed}: ${JSON.stringify(Object.fromEntries(outcomes))}`);
    // Honest calls went through, and every kind of refusal was met.
    for (const kind of ['ok', 'path-outside', 'is-link', 'not-found', 'unknown-tool', 'invalid-arguments']) {
      expect(outcomes.get(kind), kind).toBeGreaterThan(0);
    }
  },
);

interface Place {
  readonly root: string;
  readonly outside: string;
  readonly workspace: string;
  readonly scratch: string;
  readonly repository: string;
}

function makePlace(): Place {
  const root = mkdtempSync(join(tmpdir(), 'nightshift-fuzz-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const place = {
    root,
    outside: join(root, 'outside'),
    workspace: join(root, 'workspace'),
    scratch: join(root, 'scratch'),
    repository: join(root, 'workspace', 'repo'),
  };
  mkdirSync(join(place.outside, 'folder'), { recursive: true });
  mkdirSync(place.scratch);
  writeFileSync(join(place.outside, 'secret.txt'), `${canary}\na - b\n`);
  writeFileSync(join(place.outside, 'folder', 'deep.txt'), canary);
  mkdirSync(join(place.repository, 'src'), { recursive: true });
  writeFileSync(join(place.repository, 'src', 'sum.js'), 'export const add = (a, b) => a - b;\n');
  return place;
}

/** What programs of the agent could do to the copy between two calls: links out of it in all their kinds, and files back again. */
function disturb(random: Randomness, { repository, outside }: Place): void {
  const at = join(repository, random.pick(['link', 'linkfile', 'src', 'src/sum.js', 'loop', 'd', 'new.js', 'test']));
  const target = random.pick([
    outside,
    join(outside, 'secret.txt'),
    '../../outside',
    '../../../outside/secret.txt',
    '.',
    'loop',
    '/etc',
    '/proc/self/cwd',
  ]);
  const draw = random.below(10);
  if (draw === 0) {
    // Never through a link: what is outside must not be changed by the test itself.
    if (existsSync(join(at, '..')) && !isLink(join(at, '..'))) {
      rmSync(at, { recursive: true, force: true });
      symlinkSync(target, at);
    }
  } else if (draw === 1) {
    rmSync(join(repository, 'src'), { recursive: true, force: true });
    mkdirSync(join(repository, 'src'));
    writeFileSync(join(repository, 'src', 'sum.js'), 'export const add = (a, b) => a - b;\n');
    if (random.chance(0.3)) linkSync(join(repository, 'src', 'sum.js'), join(repository, 'src', 'hard.js'));
  }
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

/** The guest's own methods behind the schemas that guard them on the wire. */
function boxOf(requests: GuestRequests): RestrictedSandbox {
  return {
    request: async (method, params) => {
      const checked = guestMethods[method].params.safeParse(params);
      if (!checked.success) {
        return fail({ reason: 'request-refused', message: 'It fits no schema.', detail: 'invalid-request' });
      }
      const answer = await requests.methods[method](params);
      return answer.ok
        ? ok(answer.value)
        : fail({ reason: 'request-refused', message: answer.error.message, detail: answer.error.reason });
    },
  };
}

async function callTool(
  random: Randomness,
  sandbox: RestrictedSandbox,
): Promise<{ readonly kind: string; readonly output: string }> {
  const name = hostileName(random);
  const wanted = hostileArguments(random, name);
  const given = random.chance(0.2) && isRecord(wanted) ? { ...wanted, path: `link/${hostilePath(random)}` } : wanted;
  const valid = validateCall({ name, arguments: given }, allTools);
  if (!valid.ok) {
    return { kind: valid.error.reason, output: valid.error.message };
  }
  const outcome = await valid.value.tool.execute(valid.value.args, {
    sandbox,
    signal: new AbortController().signal,
    runTests: async () => ({ unavailable: 'There are no tests.' }),
  });
  const output = outcome.ok ? outcome.output : outcome.message;
  expect(new TextEncoder().encode(capOutput(output)).length).toBeLessThanOrEqual(maxToolOutputBytes);
  return { kind: outcome.ok ? 'ok' : outcome.reason, output };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names, kinds, modes, times and contents of everything below a folder. */
function digest(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const stats = lstatSync(path);
      const content = stats.isSymbolicLink() ? readlinkSync(path) : stats.isFile() ? readFileSync(path) : '';
      const hash = createHash('sha256').update(content).digest('hex');
      return [name, stats.mode, stats.nlink, stats.mtimeMs, stats.ctimeMs, hash].join(' ');
    });
}
