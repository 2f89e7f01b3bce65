import * as z from 'zod/mini';
import type { TraceLine } from '../../protocol/host.ts';
import { plainLine } from '../../base/plainText.ts';
import { counted } from '../../base/counted.ts';

const count = z.number();
const reason = z.looseObject({ message: z.string() });
const report = z.looseObject({
  passed: count,
  failed: count,
  skipped: z.optional(count),
  total: count,
  cannotRun: z.optional(z.string()),
});

type Say = (data: unknown) => string | undefined;

/** What a person wants to see of the trace while a task runs. Lines of other types, or of another shape, say nothing. */
const sayings: Readonly<Record<string, Say>> = {
  'snapshot-taken': say(
    z.looseObject({
      files: count,
      uncommitted: count,
      branch: z.nullable(z.string()),
      excluded: z.array(z.looseObject({ path: z.string(), reason: z.string() })),
    }),
    ({ files, uncommitted, branch, excluded }) => {
      const work = uncommitted === 0 ? '' : `, ${uncommitted} of them uncommitted work`;
      const left = excluded.slice(0, 3).map((file) => `${file.path} (${file.reason})`);
      const more = excluded.length > 3 ? ` and ${excluded.length - 3} more` : '';
      const without = left.length === 0 ? '' : `; left out: ${left.join(', ')}${more}`;
      return `snapshot of ${branch ?? 'a detached HEAD'}: ${counted(files, 'file')}${work}${without}`;
    },
  ),
  'sandbox-delayed': say(z.looseObject({ message: z.string() }), ({ message }) => plainLine(message, 200)),
  'model-delayed': say(z.looseObject({ message: z.string() }), ({ message }) => plainLine(message, 200)),
  'engine-awaited': say(z.looseObject({ message: z.string() }), ({ message }) => plainLine(message, 200)),
  'model-awaited': say(z.looseObject({ message: z.string() }), ({ message }) => plainLine(message, 200)),
  'environment-chosen': say(
    z.looseObject({
      source: z.string(),
      status: z.string(),
      problem: z.optional(z.string()),
      warnings: z.array(z.string()),
    }),
    ({ source, status, problem, warnings }) => {
      const state = status === 'ready' ? `environment of ${source} is ready` : problem;
      const said = [...(state === undefined ? [] : [state]), ...warnings].join(' · ');
      return said === '' ? undefined : said;
    },
  ),
  'approval-given': say(
    z.looseObject({ subject: z.string() }),
    ({ subject }) => `you agreed to the ${subject} of this repository`,
  ),
  'sandbox-started': say(
    z.looseObject({
      profile: z.string(),
      runtime: z.string(),
      isolatedKernel: z.boolean(),
      unenforced: z.optional(z.array(z.string())),
      startMs: count,
    }),
    ({ profile, runtime, startMs, ...badge }) =>
      `sandbox "${profile}" ${readyText(startMs)} · ${runtimeBadge({ ...badge, name: runtime })}`,
  ),
  'trial-started': say(
    z.looseObject({ model: z.looseObject({ driver: z.string(), name: z.string() }) }),
    ({ model }) => `nobody knows yet what ${model.driver}:${model.name} can do: trying it out, once`,
  ),
  'trial-ended': say(
    z.looseObject({ result: z.optional(z.looseObject({ words: z.string() })), reason: z.optional(reason) }),
    (data) =>
      data.result === undefined
        ? `the model could not be tried out: ${data.reason?.message ?? 'no reason was given'}`
        : `the model is ${data.result.words}`,
  ),
  'run-started': say(z.looseObject({ agent: z.string() }), ({ agent }) => `${agent} starts`),
  'model-answered': say(
    z.looseObject({
      step: count,
      text: z.string(),
      truncated: z.optional(z.boolean()),
      promptTokens: z.optional(count),
      read: z.optional(z.looseObject({ call: z.optional(z.unknown()) })),
      purpose: z.optional(z.string()),
    }),
    ({ step, text, truncated, promptTokens = 0, read, purpose }) => {
      const cut = truncated === true ? ` · the server cut the prompt to ${counted(promptTokens, 'token')}` : '';
      // A plan and a call have lines of their own.
      const isShownElsewhere = read?.call !== undefined || purpose === 'plan';
      const said = text.trim() === '' || isShownElsewhere ? '' : ` · "${plainLine(text, 100)}"`;
      return cut === '' && said === '' ? undefined : `step ${step}${cut}${said}`;
    },
  ),
  'model-failed': say(
    z.looseObject({ step: count, reason }),
    (data) => `step ${data.step} · model: ${data.reason.message}`,
  ),
  'memory-recalled': say(
    z.looseObject({ purpose: z.string(), sources: z.array(z.unknown()), reason: z.optional(reason) }),
    ({ purpose, sources, reason: why }) =>
      purpose !== 'start'
        ? undefined
        : why === undefined
          ? `memory: ${counted(sources.length, 'hit')}`
          : `goes on without memory: ${plainLine(why.message, 200)}`,
  ),
  'plan-made': say(z.looseObject({ steps: z.array(z.string()) }), ({ steps }) =>
    steps.length === 0 ? 'no plan could be made' : `plan: ${steps.map((step, at) => `${at + 1}. ${step}`).join(' ')}`,
  ),
  'tool-called': say(
    z.looseObject({ step: count, tool: z.string(), arguments: z.unknown() }),
    ({ step, tool, arguments: given }) => `step ${step} · ${`${tool} ${callDetail(given)}`.trimEnd()}`,
  ),
  'tool-returned': say(
    z.looseObject({
      step: count,
      tool: z.string(),
      ok: z.boolean(),
      output: z.string(),
      reason: z.optional(z.string()),
    }),
    ({ step, tool, ok, output, reason: why }) =>
      ok
        ? testVerdict(step, tool, output)
        : `step ${step} · ${tool} failed${why === undefined ? '' : ` (${why})`}: ${plainLine(withoutReason(output, why), 120)}`,
  ),
  'call-refused': say(
    z.looseObject({ step: count, reason }),
    (data) => `step ${data.step} · refused: ${data.reason.message}`,
  ),
  'tool-closed': say(
    z.looseObject({ tool: z.string(), failures: count }),
    ({ tool, failures }) => `${tool} is closed for this task after ${counted(failures, 'failure')}`,
  ),
  'limits-extended': say(z.looseObject({}), (data) => {
    const raised = Object.entries(data).map(([name, value]) => `${name} ${String(value)}`);
    return `limits raised: ${raised.join(', ')}`;
  }),
  'notice-given': say(z.looseObject({ guard: z.string() }), ({ guard }) => `the agent was told about: ${guard}`),
  'guard-tripped': say(
    z.looseObject({ guard: z.string(), reason }),
    (data) => `stopped by ${data.guard}: ${data.reason.message}`,
  ),
  'changeset-imported': say(
    z.looseObject({ changeset: z.looseObject({ files: z.array(z.unknown()) }) }),
    ({ changeset }) => `changes imported: ${counted(changeset.files.length, 'file')}`,
  ),
  'proof-started': say(
    z.looseObject({ command: z.array(z.string()) }),
    ({ command }) => `tests run in fresh sandboxes: ${command.join(' ')}`,
  ),
  'proof-ended': say(
    z.looseObject({ proof: z.looseObject({ verdict: z.string(), base: report, patched: report }) }),
    ({ proof }) =>
      `tests on base: ${reportText(proof.base)}; with the patch: ${reportText(proof.patched)} → ${proof.verdict}`,
  ),
  'vote-cast': say(
    z.looseObject({ agent: z.string(), vote: z.string() }),
    ({ agent, vote }) => `${agent} votes ${vote}`,
  ),
  'journal-recovered': say(
    z.looseObject({ bytes: count }),
    ({ bytes }) => `a torn last line of ${counted(bytes, 'byte')} was cut off the trace`,
  ),
};

/** One line, safe to show; undefined when the line is of no interest to a person. */
export function progressText(line: TraceLine): string | undefined {
  const text = Object.hasOwn(sayings, line.type) ? sayings[line.type]?.(line.data) : undefined;
  return text === undefined ? undefined : plainLine(text, 300);
}

/** A box that was started beforehand is there within milliseconds. */
export function readyText(startMs: number): string {
  return startMs < 100 ? `ready in ${Math.ceil(startMs)} ms` : `ready in ${(startMs / 1_000).toFixed(2)} s`;
}

export function runtimeBadge({
  name,
  isolatedKernel,
  unenforced = [],
}: {
  readonly name: string;
  readonly isolatedKernel: boolean;
  readonly unenforced?: readonly string[] | undefined;
}): string {
  const kernel = isolatedKernel ? `${name}, its own kernel` : `${name}, shared kernel`;
  return unenforced.length === 0 ? kernel : `${kernel}, limits not enforced: ${unenforced.join(', ')}`;
}

/** `9 passed, 1 failed`; a run without any test says so. */
export function reportText(counts: {
  passed: number;
  failed: number;
  skipped?: number | undefined;
  total: number;
  cannotRun?: string | undefined;
}): string {
  if (counts.cannotRun !== undefined) {
    return `cannot run (${counts.cannotRun})`;
  }
  if (counts.total === 0) {
    return 'no tests';
  }
  const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`;
  const skipped = counts.skipped === undefined || counts.skipped === 0 ? '' : `, ${counts.skipped} skipped`;
  return `${counts.passed} passed${failed}${skipped}`;
}

/** Of what went well only a test run has something to tell: its first line counts the tests. */
function testVerdict(step: number, tool: string, output: string): string | undefined {
  return tool === 'run_tests' ? `step ${step} · ${output.split('\n', 1)[0] ?? ''}` : undefined;
}

/** The agent is told `reason: message`; a person has read the reason already. */
function withoutReason(output: string, reason: string | undefined): string {
  return reason !== undefined && output.startsWith(`${reason}: `) ? output.slice(reason.length + 2) : output;
}

/** The argument that says most about a call. */
function callDetail(given: unknown): string {
  const parsed = z.record(z.string(), z.unknown()).safeParse(given);
  const values = parsed.success ? parsed.data : {};
  const told = ['path', 'pattern', 'query', 'directory', 'glob', 'summary'].map((name) => values[name]);
  const detail = told.find((value) => typeof value === 'string' && value !== '');
  return typeof detail === 'string' ? plainLine(detail, 100) : '';
}

function say<S extends z.ZodMiniType>(schema: S, text: (data: z.infer<S>) => string | undefined): Say {
  return (data) => {
    const parsed = z.safeParse(schema, data);
    return parsed.success ? text(parsed.data) : undefined;
  };
}
