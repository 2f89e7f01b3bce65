import * as z from 'zod/mini';
import { plainLine, plainText } from '../../base/plainText.ts';
import { sandboxReport } from '../../core/sandbox/sandboxReport.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import type { TimelineRow } from '../../protocol/timeline.ts';
import { timelineEntry } from './timelineEntry.ts';

/** Characters of a row; the rest of what it says is in its detail. */
const rowLength = 240;

/** Characters of a detail: all of what an agent is told or shown at once fits. */
const detailLength = 400_000;

/** Reads a payload kept beside the trace. */
export type ReadArtifact = (sha256: string) => Promise<Uint8Array | undefined>;

/** An event as clients show it, without its detail. */
export function timelineRow(event: TraceEvent): TimelineRow {
  const { step, label, style, text, detail = '' } = timelineEntry(event);
  const { seq, ts, type, data } = event;
  return {
    seq,
    ts,
    type,
    label,
    text: plainLine(text, rowLength),
    more: type === 'model-asked' || detail.trim() !== '',
    ...('run' in data ? { run: data.run } : {}),
    ...(step === undefined ? {} : { step }),
    ...(style === undefined ? {} : { style }),
    ...('tool' in data ? { tool: data.tool } : {}),
    ...(event.type === 'task-moved' ? { state: event.data.to } : {}),
    ...reports(event),
  };
}

/** The rest of an event, of several lines, safe to show; empty where there is none. */
export async function timelineDetail(event: TraceEvent, artifact: ReadArtifact): Promise<string> {
  const { detail = '' } = timelineEntry(event, await askedText(event, artifact));
  const text = plainText(detail.trimEnd());
  return text.length <= detailLength ? text : `${text.slice(0, detailLength)}\n…`;
}

const requestSchema = z.looseObject({ messages: z.array(z.looseObject({ content: z.string() })) });

/** What the model had not been told before: the last message of the request. */
export async function askedText(event: TraceEvent, artifact: ReadArtifact): Promise<string | undefined> {
  if (event.type !== 'model-asked') {
    return undefined;
  }
  const bytes = await artifact(event.data.request.sha256);
  try {
    const request: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return z.safeParse(requestSchema, request).data?.messages.at(-1)?.content.trim();
  } catch {
    return undefined;
  }
}

function reports(event: TraceEvent): Pick<TimelineRow, 'sandbox' | 'setup'> {
  if (event.type === 'sandbox-started') {
    return { sandbox: sandboxReport(event.data) };
  }
  if (event.type === 'environment-chosen') {
    const { source, status, image, network, reached } = event.data;
    return { setup: { source, status, image, network, reached } };
  }
  return {};
}
