import { badTraceText } from '../../protocol/badTraceText.ts';
import { escapedJson } from '../../base/plainText.ts';
import type { Failure } from '../../base/failure.ts';
import { ok, type Result } from '../../base/result.ts';
import type { Verification } from '../../core/trace/hashChain.ts';
import { exportJson } from '../../host/trace/exportJson.ts';
import { exportSpans, sendSpans } from '../../host/trace/exportSpans.ts';
import { otlpAddress, parseHeaders } from '../../host/trace/otlpSettings.ts';
import type { TraceFile } from '../../host/trace/openTrace.ts';
import { type CliFailure, type Command, type Invocation, isFailure } from '../command.ts';
import { usage } from '../commandLine.ts';
import { exitCode } from '../exitCode.ts';
import { flag, stringOption, stringOptions } from '../optionValues.ts';
import { taskOperand } from '../withTask.ts';
import { withTrace } from '../withTrace.ts';
import { counted } from '../../base/counted.ts';

const seeHelp = 'See `nightshift trace export --help`.';

export const traceExportCommand: Command = {
  name: 'trace export',
  summary: 'Print the trace of a task as JSON lines or as OpenTelemetry spans, or send the spans to a receiver',
  operands: [taskOperand],
  options: {
    format: {
      type: 'string',
      value: 'json|otlp',
      required: true,
      help: 'JSON lines, the last one the check of the trace; or OTLP requests',
    },
    content: {
      type: 'boolean',
      help: 'also what people, models, tools and the repository wrote (default for json: events only)',
    },
    endpoint: { type: 'string', value: 'URL', help: 'send the spans there instead (OTLP over HTTP)' },
    header: { type: 'string', multiple: true, value: 'NAME=VALUE', help: 'sent with them' },
  },
  json: false,
  run: (invocation) => {
    const format = stringOption(invocation.values, 'format');
    if (format !== 'json' && format !== 'otlp') {
      return Promise.resolve(usage(`--format is json or otlp. ${seeHelp}`));
    }
    const endpoint = stringOption(invocation.values, 'endpoint');
    if (endpoint === undefined && stringOptions(invocation.values, 'header').length > 0) {
      return Promise.resolve(usage(`--header goes with --endpoint. ${seeHelp}`));
    }
    if (format === 'json') {
      return endpoint === undefined
        ? withTrace(invocation, (trace) => printJson(invocation, trace))
        : Promise.resolve(usage(`--endpoint goes with --format otlp. ${seeHelp}`));
    }
    return withTrace(invocation, (trace, _, workspace) =>
      endpoint === undefined ? printSpans(invocation, trace, workspace) : send(invocation, trace, workspace, endpoint),
    );
  },
};

async function printJson({ io, values }: Invocation, trace: TraceFile): Promise<number | CliFailure> {
  const print = (line: object): void => io.stdout.write(`${escapedJson(line)}\n`);
  const read = await exportJson(trace, flag(values, 'content'), print);
  if (read.ok) {
    const { ok: intact, events, firstBad } = read.value;
    print({ type: 'verify', ok: intact, events, ...(firstBad === undefined ? {} : { firstBad }) });
  }
  return outcome(trace, read);
}

async function printSpans(invocation: Invocation, trace: TraceFile, workspace: string): Promise<number | CliFailure> {
  const { io, values } = invocation;
  const read = await exportSpans({
    trace,
    source: { productVersion: io.version, workspace },
    content: flag(values, 'content'),
    unended: true,
    onRequest: async (body) => {
      io.stdout.write(`${body}\n`);
      return ok(undefined);
    },
  });
  return outcome(trace, read);
}

async function send(
  { io, values, writer, signal }: Invocation,
  trace: TraceFile,
  workspace: string,
  endpoint: string,
): Promise<number | CliFailure> {
  const url = otlpAddress(endpoint);
  if (!url.ok) {
    return usage(`--endpoint: ${url.error.message}`);
  }
  const headers = parseHeaders(stringOptions(values, 'header'));
  if (headers === undefined) {
    return usage(`--header is NAME=VALUE. ${seeHelp}`);
  }
  let sent = 0;
  const read = await exportSpans({
    trace,
    source: { productVersion: io.version, workspace },
    content: flag(values, 'content'),
    unended: false,
    onRequest: async (body, spans) => {
      sent += spans;
      return sendSpans({ url: url.value, headers, compress: false }, body, signal);
    },
  });
  const ended = outcome(trace, read);
  if (!isFailure(ended)) {
    writer.note(`${counted(sent, 'span')} sent to ${url.value}.`);
  }
  return ended;
}

/** What could be read of a damaged trace was exported; that it is damaged is still an error. */
function outcome({ task }: TraceFile, read: Result<Verification, Failure>): number | CliFailure {
  if (!read.ok) {
    return read.error.reason === 'receiver-unreachable'
      ? { ...read.error, exitCode: exitCode.environment }
      : read.error;
  }
  const { firstBad } = read.value;
  return firstBad === undefined
    ? exitCode.done
    : {
        reason: firstBad.version === undefined ? 'trace-damaged' : 'trace-foreign',
        message: `The trace of ${task} ${badTraceText(firstBad)}. What could be read was exported.`,
      };
}
