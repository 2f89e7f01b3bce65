import { z } from 'zod';
import type { Repair } from '../../src/core/models/callRepair.ts';
import type { ToolCall } from '../../src/core/models/languageModel.ts';
import { type ReadCall, readCalls } from '../../src/core/tools/callLadder.ts';
import { validateCall } from '../../src/core/tools/callValidation.ts';
import type { Tool } from '../../src/core/tools/tool.ts';
import { allTools } from '../../src/core/tools/toolRegistry.ts';
import type { TraceEvent, TraceEventData } from '../../src/core/trace/traceEvent.ts';

type Answer = TraceEventData<'model-answered'>;

/** What the ladder makes of one answer, read anew from the trace alone. */
export interface ReplayedAnswer {
  readonly answer: Answer;
  readonly calls: readonly ReadCall[];
  readonly offered: readonly Tool[];
}

const requestSchema = z.object({
  tools: z.array(z.object({ name: z.string() })),
  format: z.object({ properties: z.object({ action: z.object({ enum: z.array(z.string()) }) }) }).optional(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
});

/** Every answer of a trace with its calls; `read` gives the payloads that are kept beside it. */
export function replayLadder(
  events: readonly TraceEvent[],
  read: (sha256: string) => Uint8Array | undefined,
): readonly ReplayedAnswer[] {
  const answers: ReplayedAnswer[] = [];
  let told: string[] = [];
  let goal: string[] = [];
  let asked: TraceEventData<'model-asked'> | undefined;
  for (const event of events) {
    if (event.type === 'run-started') {
      told = [];
      goal = [];
    } else if (event.type === 'context-added') {
      goal.push(event.data.text ?? '');
    } else if (event.type === 'model-asked') {
      asked = event.data;
    } else if (event.type === 'tool-returned') {
      told.push(event.data.output);
    } else if (event.type === 'call-refused') {
      told.push(event.data.reason.message);
    } else if (event.type === 'model-answered') {
      const bytes = asked === undefined ? undefined : read(asked.request.sha256);
      const request = requestSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
      const named = new Set(request.format?.properties.action.enum ?? request.tools.map(({ name }) => name));
      const form = asked?.form ?? 'tools';
      const system = request.messages[0]?.content ?? '';
      const offered = allTools.filter(({ name }) =>
        form === 'text' ? system.includes(`\n- ${name} {`) : named.has(name),
      );
      const outside = [goal.join('\n\n'), ...told];
      const { calls } = readCalls(event.data, { offered, form, step: event.data.step, told: () => outside });
      answers.push({ answer: event.data, calls, offered });
    }
  }
  return answers;
}

/** What the trace must say of a call that was made. */
export function replayedCall({ call, repairs }: ReadCall, offered: readonly Tool[]): MadeCall | undefined {
  const valid = validateCall(call, offered);
  return valid.ok
    ? {
        call: call.id,
        tool: valid.value.tool.name,
        arguments: valid.value.args,
        repairs: [...repairs, ...valid.value.repairs],
      }
    : undefined;
}

interface MadeCall {
  readonly call: ToolCall['id'];
  readonly tool: string;
  readonly arguments: unknown;
  readonly repairs: readonly Repair[];
}
