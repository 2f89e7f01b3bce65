import { type TraceError, traceError } from './errorSignature.ts';

/** Words that the names of errors end with or have in them. */
const errorName = /(?:Error|Exception|Fault|Failure|Panic|Interrupt|StopIteration|Abort|Violation|Timeout)/;

/** The error that a line tells, if it does; `cause`: of another one that stands above. `next` is the line below. */
export function readErrorLine(
  line: string,
  next: string,
): { readonly error: TraceError; readonly cause: boolean } | undefined {
  const whole = line.trim();
  const cause = /^(?:Caused by:?|\[cause\]:|Cause:|--->)/.test(whole);
  const text = whole
    .replace(
      /^(?:E {2,8}|Caused by: ?|\[cause\]: ?|Cause: ?|---> ?|Unhandled exception\. ?|Unhandled Exception: ?)/,
      '',
    )
    .replace(/^Uncaught (?:\(in promise\) )?/, '')
    .replace(/^Exception in thread "[^"]{0,200}" /, '')
    .replace(/^(?:\[ERROR\]|ERROR|FATAL|fatal:) +/, '')
    .replace(/^(?:\d+\) )/, '');
  const error = named(text) ?? rust(text, next) ?? sanitizer(text) ?? thrown(text, next) ?? plain(text);
  return error === undefined ? undefined : { error, cause };
}

/** `pkg.TypeError [CODE]: message`, `NullPointerException`. */
function named(text: string): TraceError | undefined {
  const type = /^[A-Za-z_][\w.$]{0,200}/.exec(text)?.[0];
  if (type === undefined || !errorName.test(type)) return undefined;
  const rest = text.slice(type.length).replace(/^ [[(][\w-]{1,60}[\])]/, '');
  if (rest !== '' && !rest.startsWith(':')) return undefined;
  return traceError(type, rest.slice(1));
}

/** The message is on the next line since Rust 1.73, between quotes before. */
function rust(text: string, next: string): TraceError | undefined {
  const match = /^thread '[^']{0,200}' (?:\(\d{1,12}\) )?panicked at (.*)$/.exec(text);
  if (match === null) return undefined;
  const quoted = /^'(.{0,800})', \S+:\d+:\d+$/.exec(match[1] ?? '')?.[1];
  return traceError('panic', quoted ?? next);
}

function sanitizer(text: string): TraceError | undefined {
  const match = /^(?:==\d{1,12}==)?\s?ERROR: (\w{1,30}Sanitizer): (.*)$/.exec(text);
  return match === null ? undefined : traceError(match[1] ?? '', match[2] ?? '');
}

function thrown(text: string, next: string): TraceError | undefined {
  const type = /^terminate called after throwing an instance of '([^']{1,200})'/.exec(text)?.[1];
  if (type !== undefined) return traceError(type, next.trim().replace(/^what\(\): */, ''));
  const signal = /^(?:Program|Thread .{0,60}) received signal (SIG\w{1,10}), (.{0,100})/.exec(text);
  return signal === null ? undefined : traceError(signal[1] ?? '', signal[2] ?? '');
}

/** `panic: …`, `error[E0308]: …`, `a.c:1:2: error: …`, `src/a.ts(1,2): error TS1: …`. */
function plain(text: string): TraceError | undefined {
  const go = /^(panic|fatal error): (.+)$/.exec(text);
  if (go !== null) return traceError(go[1] ?? '', (go[2] ?? '').replace(/ \[recovered\].*$/, ''));
  const compiler = /(?:^|: )(?:fatal )?error(?:\[(\w{1,20})\]| ((?:TS|CS|C)\d{1,6}))?: (.+)$/.exec(text.slice(0, 600));
  return compiler === null ? undefined : traceError(compiler[1] ?? compiler[2] ?? 'error', compiler[3] ?? '');
}

/** The test that a line says failed: `path > suite > name`, `TestAdd`, `tests::adds`. */
export function readTestLine(line: string): { readonly name: string; readonly path?: string } | undefined {
  const text = line.trim();
  const match =
    /^FAIL(?:ED)? {1,8}(?<path>[^\s:>|]{1,400}\.\w{1,8})(?:(?: > |::| › )(?<name>.{1,400}))?$/.exec(text) ??
    /^FAIL {1,4}\|?[\w-]{0,40}\|? {1,4}(?<path>[^\s:>|]{1,400}\.\w{1,8}) > (?<name>.{1,400})$/.exec(text) ??
    /^--- FAIL: (?<name>\S{1,300})/.exec(text) ??
    /^---- (?<name>\S{1,300}) stdout ----$/.exec(text) ??
    /^test (?<name>\S{1,300}) \.\.\. FAILED$/.exec(text) ??
    /^● (?<name>.{1,400} › .{1,400})$/.exec(text) ??
    /^(?:\[ERROR\] {1,4})?(?:Failed|FAILED:?) (?<name>[\w.$]{3,300}(?:\(.{0,100}\))?)(?: \[[^\]]{1,40}\])?$/.exec(text);
  const { path, name } = match?.groups ?? {};
  if (match === null || (path === undefined && name === undefined)) return undefined;
  const short = (name ?? '').replace(/ - .*$/, '').trim();
  return { name: short === '' ? (path ?? '') : short, ...(path === undefined ? {} : { path }) };
}
