import { z } from 'zod';
import type { ArmCounts } from './armRun.ts';

/** Reads what it needs of events and passes over the rest: traces of other versions can be counted too. */
const eventSchema = z.looseObject({ type: z.string(), data: z.looseObject({ step: z.number().optional() }) });
type Event = z.infer<typeof eventSchema>;

const repairsSchema = z.array(z.union([z.string(), z.looseObject({ rung: z.string() })])).catch([]);

/** Not the model's fault: it calls no tools, and answered as it was asked to. */
const asked = 'decision';

const editTools: ReadonlySet<string> = new Set(['edit_file', 'write_file']);

export type TraceCounts = Pick<ArmCounts, 'answers' | 'malformed' | 'edits' | 'failedEdits' | 'rungs'>;

/** What a task's trace says of how its model made its calls. */
export function countTrace(lines: readonly string[]): TraceCounts {
  const events = lines.filter((line) => line.trim() !== '').map((line) => eventSchema.parse(JSON.parse(line)));
  const rungs: Record<string, number> = {};
  for (const rung of events.flatMap(repairsOf)) {
    rungs[rung] = (rungs[rung] ?? 0) + 1;
  }
  const answers = splitAtAnswers(events);
  const edited = events.filter(({ type, data }) => type === 'tool-returned' && editTools.has(String(data['tool'])));
  return {
    answers: answers.length,
    malformed: answers.filter(isMalformed).length,
    edits: edited.length,
    failedEdits: edited.filter(({ data }) => data['ok'] === false).length,
    rungs,
  };
}

/** Each answer, an unreadable one too, with the events that came of it. */
function splitAtAnswers(events: readonly Event[]): Event[][] {
  const answers: Event[][] = [];
  for (const event of events) {
    if (event.data['purpose'] !== undefined) {
      // A question of another kind, as for a plan: no call is wanted.
      continue;
    }
    if (event.type === 'model-answered' || isUnreadable(event)) {
      answers.push([event]);
    } else if (event.type === 'model-asked' || event.type === 'run-ended') {
      answers.at(-1)?.push(event);
    } else if (event.type === 'call-refused' || event.type === 'tool-called') {
      answers.at(-1)?.push(event);
    }
  }
  return answers;
}

function isUnreadable({ type, data }: Event): boolean {
  const reason = z.looseObject({ code: z.string() }).safeParse(data['reason']);
  return type === 'model-failed' && reason.success && reason.data.code === 'malformed-call';
}

function isMalformed(answer: readonly Event[]): boolean {
  const called = answer.filter(({ type }) => type === 'tool-called');
  return (
    called.length === 0 ||
    answer.some(({ type }) => type === 'call-refused') ||
    called.some((event) => repairsOf(event).some((rung) => rung !== asked))
  );
}

function repairsOf({ type, data }: Event): readonly string[] {
  if (type !== 'tool-called' && type !== 'tool-returned') {
    return [];
  }
  return repairsSchema
    .parse(data['repairs'] ?? [])
    .map((repair) => (typeof repair === 'string' ? rungOfLine(repair) : repair.rung));
}

/** The rung of a repair that is recorded as a line for people. */
function rungOfLine(line: string): string {
  const rungs: readonly (readonly [RegExp, string])[] = [
    [/^tool name /, 'tool-name'],
    [/^arguments given as text /, 'arguments-text'],
    [/^argument .* read as /, 'argument-name'],
    [/^argument .* converted to /, 'argument-type'],
    [/ dropped$/, 'argument-dropped'],
  ];
  return rungs.find(([pattern]) => pattern.test(line))?.[1] ?? 'unnamed';
}
