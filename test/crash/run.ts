// `npm run test:crash`: kills the agent host of a scripted task at its writes, renames, calls and programs, and compares the
// end with the undisturbed one. A sample by default; `--full` takes every point. Ends with the plain line
// `N killed, N recovered, N lost, N doubled`; the exit code is 0 only where everything recovered.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingEngine } from '../integration/requirements.ts';
import { buildPreload } from './buildPreload.ts';
import { everyKill, ofClass, sampleKills, seededRandom, steadyPoints } from './choosePoints.ts';
import type { Kill } from './injection/crashPlan.ts';
import { classOf, pointClasses } from './injection/pointLabel.ts';
import type { Outcome } from './judge.ts';
import { type Played, play } from './scenario.ts';

const artifacts = join(import.meta.dirname, '..', '..', '.artifacts');
/** A point that comes a time less often than in the undisturbed run, as syncs by the clock do, is looked for this often. */
const retries = 4;
/** Of every so many kills one is followed by a second one, in the host that recovers. */
const secondKillEvery = 4;
/** Of all kills, what may not be reached: an operation that a timer sets off may not come at all. */
const unreachedShare = 0.05;

interface Attempt extends Played {
  readonly kill: Kill;
  readonly reached: boolean;
}

const { values } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    points: { type: 'string', default: '25' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
});

async function main(): Promise<number> {
  const missing = missingEngine();
  if (missing !== undefined) {
    console.log(`skipped: ${missing}`);
    return process.env['CI'] === 'true' ? 1 : 0;
  }
  const folder = mkdtempSync(join(tmpdir(), 'nightshift-crash-'));
  const started = performance.now();
  try {
    const preload = await buildPreload(folder);
    const undisturbed = await play([], { preload });
    if (undisturbed.outcome === undefined || undisturbed.findings.length > 0) {
      const found = JSON.stringify(undisturbed.findings);
      console.log(`The undisturbed run is not well: ${found}\n${undisturbed.log}`);
      writeResults({ passed: 0, failures: [{ title: 'the undisturbed run', message: found }] });
      return 1;
    }
    const again = await play([], { preload, reference: undisturbed.outcome });
    const all = everyKill(steadyPoints(undisturbed.report, again.report)).filter(
      ({ point }) => values.only === undefined || point.includes(values.only),
    );
    const random = seededRandom(Number(values.seed));
    const chosen = values.full ? all : sampleKills(all, Number(values.points), random);
    console.log(`${all.length} kills are possible, ${chosen.length} are done, ${values.jobs} at a time.`);
    const attempts = await killAll(chosen, { preload, reference: undisturbed.outcome, all, random });
    const failed = report(all, attempts);
    console.log(`${((performance.now() - started) / 1_000).toFixed(0)} s`);
    return summarize(attempts, failed);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killAll(
  chosen: readonly Kill[],
  given: {
    readonly preload: string;
    readonly reference: Outcome;
    readonly all: readonly Kill[];
    readonly random: () => number;
  },
): Promise<Attempt[]> {
  const planned = chosen.map((kill, index) => {
    const second = given.all[Math.floor(given.random() * given.all.length)];
    return index % secondKillEvery === secondKillEvery - 1 && second !== undefined ? [kill, second] : [kill];
  });
  const queue = planned.entries();
  const attempts: Attempt[] = [];
  const work = async (): Promise<void> => {
    for (const [index, kills] of queue) {
      const attempt = await attemptKill(kills, given);
      attempts.push(attempt);
      tell(index, kills, attempt);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, work));
  return attempts;
}

async function attemptKill(
  [first, ...others]: readonly Kill[],
  { preload, reference }: { readonly preload: string; readonly reference: Outcome },
): Promise<Attempt> {
  if (first === undefined) {
    throw new Error('No kill is planned.');
  }
  let kill = first;
  for (let retry = 0; ; retry += 1) {
    const played = await play([kill, ...others], { preload, reference });
    const reached = played.report.some((line) => line.kind === 'killed');
    if (reached || retry === retries || kill.occurrence === 1) {
      return { ...played, kill, reached };
    }
    kill = { ...kill, occurrence: kill.occurrence - 1 };
  }
}

function tell(index: number, kills: readonly Kill[], { kill, findings, reached, milliseconds, log }: Attempt): void {
  const how = !reached ? 'not reached' : findings.length === 0 ? 'recovered' : 'FAILED';
  const name = kills.map(describe).join(', then ');
  console.log(`${how} in ${(milliseconds / 1_000).toFixed(1)} s: killed ${name}`);
  if (findings.length > 0) {
    const found = findings.map(({ kind, what }) => `  ${kind}: ${what}`).join('\n');
    const file = join(artifacts, 'crash', `${index}.log`);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, `${name}\nfirst kill as done: ${describe(kill)}\n${found}\n${log}`);
    console.log(`${found}\n  ${file}`);
  }
}

function describe({ point, occurrence, moment }: Kill): string {
  return `${moment} "${point}" no. ${occurrence}`;
}

/** A line for each class; answers how many kills were not recovered from. */
function report(all: readonly Kill[], attempts: readonly Attempt[]): number {
  const row = (...cells: (string | number)[]): string =>
    cells.map((cell, index) => (index === 0 ? String(cell).padEnd(10) : String(cell).padStart(10))).join('');
  console.log(`\n${row('class', 'possible', 'killed', 'recovered', 'lost', 'doubled', 'left')}`);
  for (const name of pointClasses) {
    const killed = attempts.filter(({ kill, reached }) => reached && classOf(kill.point) === name);
    const having = (kind: string): number =>
      killed.filter(({ findings }) => findings.some((finding) => finding.kind === kind)).length;
    const recovered = killed.filter(({ findings }) => findings.length === 0).length;
    console.log(
      row(name, ofClass(all, name).length, killed.length, recovered, having('lost'), having('doubled'), having('left')),
    );
  }
  return attempts.filter(({ findings }) => findings.length > 0).length;
}

function summarize(attempts: readonly Attempt[], failed: number): number {
  const killed = attempts.filter(({ reached }) => reached);
  const unreached = attempts.length - killed.length;
  const having = (kind: string): number =>
    attempts.filter(({ findings }) => findings.some((finding) => finding.kind === kind)).length;
  const twice = killed.filter(({ report }) => report.filter((line) => line.kind === 'killed').length > 1).length;
  console.log(`${twice} of them were killed again while they recovered; ${unreached} points were not reached.`);
  const recovered = killed.filter(({ findings }) => findings.length === 0).length;
  const isReached = killed.length > 0 && unreached <= Math.ceil(attempts.length * unreachedShare);
  const isWell = failed === 0 && isReached;
  writeResults({
    passed: recovered,
    failures: attempts
      .filter(({ findings, reached }) => findings.length > 0 || !(reached || isReached))
      .map(({ kill, findings }) => ({
        title: `killed ${describe(kill)}`,
        message: findings.map(({ kind, what }) => `${kind}: ${what}`).join('; ') || 'not reached',
      })),
  });
  console.log(`${killed.length} killed, ${recovered} recovered, ${having('lost')} lost, ${having('doubled')} doubled`);
  return isWell ? 0 : 1;
}

function writeResults(results: {
  readonly passed: number;
  readonly failures: readonly { readonly title: string; readonly message: string }[];
}): void {
  mkdirSync(artifacts, { recursive: true });
  const counts = { ...results, failed: results.failures.length, skipped: 0 };
  writeFileSync(join(artifacts, 'crash-results.json'), JSON.stringify(counts));
}

process.exitCode = await main();
