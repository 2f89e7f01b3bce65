import { createHash } from 'node:crypto';
import { matchesGlob } from 'node:path';
import { fail, ok, type Result } from '../../src/base/result.ts';
import type { CallOptions, Sandbox, SandboxFailure, TreeFile } from '../../src/core/sandbox/sandbox.ts';
import type { SandboxEndCause } from '../../src/core/sandbox/sandboxEnd.ts';
import type { ProfileName, SandboxSpec } from '../../src/core/sandbox/sandboxSpec.ts';
import { decodeText, editText } from '../../src/core/tools/editText.ts';
import { judgeWholeWrite } from '../../src/core/tools/wholeWrite.ts';
import {
  type GuestChange,
  type GuestError,
  type GuestMethod,
  guestMethods,
  type GuestParams,
  type GuestResult,
} from '../../src/protocol/guest.ts';
import { maxReadBytes } from '../../src/protocol/guestLimits.ts';

export interface MemoryFile {
  readonly bytes: Uint8Array;
  readonly mode: '100644' | '100755' | '120000';
}

type MemoryMethods = {
  readonly [M in GuestMethod]: (params: GuestParams<M>) => GuestResult<M> | Promise<GuestResult<M>>;
};

type CommandAnswer = Partial<GuestResult<'run_command'>> | GuestFailure;

/** What stands for the programs in the box: may read and write its files and its scratch space (paths below `/tmp`). */
export type MemoryCommand = (
  params: GuestParams<'run_command'>,
  sandbox: MemorySandbox,
) => CommandAnswer | Promise<CommandAnswer>;

export interface MemorySandboxOptions {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly profile?: ProfileName;
  /** Without it every command is refused, as in profile `locked`. */
  readonly command?: MemoryCommand;
}

/** A refusal by the guest, thrown by a command or a method of the fake. */
export class GuestFailure extends Error {
  readonly reason: GuestError['reason'];

  constructor(reason: GuestError['reason'], message: string) {
    super(message);
    this.reason = reason;
  }
}

const encoder = new TextEncoder();
let boxes = 0;

/** A sandbox in memory that keeps the guest's contract: same parameters, same refusals, no container. */
export class MemorySandbox implements Sandbox {
  readonly id: string;
  readonly spec: SandboxSpec;
  readonly startMs = 0;
  readonly died: Promise<SandboxFailure>;
  readonly files = new Map<string, MemoryFile>();
  readonly scratch = new Map<string, Uint8Array>();
  /** Every request, in order. */
  readonly requests: { readonly method: GuestMethod; readonly params: unknown }[] = [];
  destroyed = false;

  private uploaded = new Map<string, MemoryFile>();
  private death: SandboxFailure | undefined;
  private readonly command: MemoryCommand | undefined;
  private readonly queuedFailures = new Map<GuestMethod | 'put_tree', SandboxFailure[]>();
  private settleDied: (failure: SandboxFailure) => void = () => undefined;

  constructor(options: MemorySandboxOptions = {}) {
    boxes += 1;
    this.id = `memory-${boxes}`;
    this.command = options.command;
    this.spec = memorySpec(options.profile ?? 'locked');
    this.died = new Promise((resolve) => {
      this.settleDied = resolve;
    });
    for (const [path, content] of Object.entries(options.files ?? {})) {
      this.files.set(path, { bytes: typeof content === 'string' ? encoder.encode(content) : content, mode: '100644' });
    }
    this.uploaded = new Map(this.files);
  }

  /** The text of a file, undefined where there is none. */
  text(path: string): string | undefined {
    const file = this.files.get(path);
    return file === undefined ? undefined : new TextDecoder('utf-8', { ignoreBOM: true }).decode(file.bytes);
  }

  setText(path: string, content: string): void {
    this.files.set(path, { bytes: encoder.encode(content), mode: this.files.get(path)?.mode ?? '100644' });
  }

  /** The box dies now; every later request answers so. */
  die(message = 'The sandbox died.', cause: SandboxEndCause = 'killed'): void {
    this.end({ reason: 'sandbox-died', message, cause });
  }

  /** The next request of this method answers this failure. */
  failNext(method: GuestMethod | 'put_tree', failure: SandboxFailure): void {
    this.queuedFailures.set(method, [...(this.queuedFailures.get(method) ?? []), failure]);
  }

  /** A shell that says nothing until the box is gone. */
  async openTerminal(): ReturnType<Sandbox['openTerminal']> {
    const { died } = this;
    const output = (async function* () {
      await died;
      yield* [];
    })();
    return ok({ output, write: () => undefined, resize: async () => undefined, exitCode: async () => undefined });
  }

  async request<M extends GuestMethod>(
    method: M,
    params: GuestParams<M>,
    options: CallOptions,
  ): Promise<Result<GuestResult<M>, SandboxFailure>> {
    this.requests.push({ method, params });
    const stopped = this.stopped(method, options.signal);
    if (stopped !== undefined) {
      return fail(stopped);
    }
    const checked = guestMethods[method].params.safeParse(params);
    if (!checked.success) {
      return fail(refused('invalid-request', `The parameters of ${method} are wrong.`));
    }
    try {
      const methods: MemoryMethods = this.methods();
      const result = await methods[method](params);
      return this.death === undefined ? ok(result) : fail(this.death);
    } catch (error) {
      if (error instanceof GuestFailure) {
        return fail(refused(error.reason, error.message));
      }
      throw error;
    }
  }

  async putTree(
    files: AsyncIterable<TreeFile>,
    options: CallOptions,
  ): Promise<Result<{ files: number }, SandboxFailure>> {
    this.files.clear();
    for await (const { path, mode, bytes } of files) {
      const stopped = this.stopped('put_tree', options.signal);
      if (stopped !== undefined) {
        return fail(stopped);
      }
      this.files.set(path, { bytes, mode });
    }
    const stopped = this.stopped('put_tree', options.signal);
    if (stopped !== undefined) {
      return fail(stopped);
    }
    this.uploaded = new Map(this.files);
    return ok({ files: this.files.size });
  }

  async destroy(): Promise<void> {
    this.destroyed = true;
    this.end({ reason: 'sandbox-died', message: 'The sandbox was destroyed.' });
  }

  private end(death: SandboxFailure): void {
    this.death ??= death;
    this.settleDied(this.death);
  }

  private stopped(method: GuestMethod | 'put_tree', signal: AbortSignal): SandboxFailure | undefined {
    const queued = this.queuedFailures.get(method)?.shift();
    return this.death ?? queued ?? (signal.aborted ? { reason: 'aborted', message: 'Cancelled.' } : undefined);
  }

  private methods(): MemoryMethods {
    return {
      hello: ({ protocolVersion }) => ({
        protocolVersion,
        uid: 10_001,
        node: 'v24.0.0',
        kernel: 'memory',
        isolatedKernel: true,
        confinement: { capabilities: '0000000000000000', noNewPrivileges: true, seccomp: 2, dumpable: false },
      }),
      begin_tree: () => ({}),
      end_tree: () => ({ files: this.files.size, bytes: 0 }),
      list_files: ({ directory, glob, limit }) => {
        const folder = directory === '' || directory === '.' ? '' : `${directory}/`;
        const paths = [...this.files.keys()]
          .filter((path) => path.startsWith(folder) && matches(path, glob))
          .toSorted();
        const files = paths.slice(0, limit).map((path) => ({ path, size: this.file(path).bytes.length }));
        return { files, truncated: paths.length > limit };
      },
      read_file: (params) => readLines(this.textOf(params.path), params),
      read_bytes: ({ path, from, offset, length }) => {
        const bytes = from === 'repository' ? this.file(path).bytes : this.scratch.get(path.replace(/^\/tmp\//, ''));
        if (bytes === undefined) {
          throw new GuestFailure('not-found', `There is no ${path}.`);
        }
        const part = bytes.subarray(offset, offset + Math.min(length, maxReadBytes));
        return { bytes: toBase64(part), size: bytes.length };
      },
      search_text: ({ pattern, regex, glob, limit }) => this.search(pattern, regex, glob, limit),
      write_file: ({ path, content }) => {
        checkPath(path);
        const old = this.files.get(path);
        const text = old === undefined ? undefined : decodeText(old.bytes);
        const left = text === undefined ? undefined : judgeWholeWrite(text, content, path);
        if (left !== undefined) {
          throw new GuestFailure(left.reason, left.message);
        }
        this.setText(path, content);
        const { bytes } = this.file(path);
        const change = { before: old === undefined ? null : sha256(old.bytes), after: sha256(bytes) };
        return { created: old === undefined, bytes: bytes.length, content: change };
      },
      edit_file: ({ path, oldText, newText }) => {
        const file = this.file(path);
        const edited = editText(file.bytes, oldText, newText, path);
        if (!edited.ok) {
          throw new GuestFailure(edited.error.reason, edited.error.message);
        }
        this.files.set(path, { ...file, bytes: edited.value.bytes });
        const change = { before: sha256(file.bytes), after: sha256(edited.value.bytes) };
        const { line, bytes, match } = edited.value;
        return { line, bytes: bytes.length, ...(match === 'exact' ? {} : { match }), content: change };
      },
      delete_file: ({ path }) => {
        this.file(path);
        this.files.delete(path);
        return {};
      },
      list_changes: () => ({ changes: this.changes(), truncated: false }),
      run_command: async (params) => {
        if (this.command === undefined) {
          throw new GuestFailure('unknown-method', 'Commands run only in profile build.');
        }
        const answer = await this.command(params, this);
        if (answer instanceof GuestFailure) {
          throw answer;
        }
        const ended = {
          exitCode: 0,
          signal: null,
          timedOut: false,
          outOfMemory: false,
          stdout: '',
          stderr: '',
          omittedBytes: 0,
        };
        return { ...ended, milliseconds: 1, ...answer };
      },
    };
  }

  private file(path: string): MemoryFile {
    checkPath(path);
    const file = this.files.get(path);
    if (file === undefined) {
      throw new GuestFailure('not-found', `There is no file ${path}; list_files shows what is there.`);
    }
    if (file.mode === '120000') {
      throw new GuestFailure('is-link', `${path} is a symbolic link.`);
    }
    return file;
  }

  private textOf(path: string): string {
    const text = decodeText(this.file(path).bytes);
    if (text === undefined) {
      throw new GuestFailure('binary', `${path} is not text.`);
    }
    return text;
  }

  private search(pattern: string, regex: boolean, glob: string | undefined, limit: number): GuestResult<'search_text'> {
    const expression = searchExpression(pattern, regex);
    const hits = [...this.files.keys()]
      .filter((path) => matches(path, glob))
      .toSorted()
      .flatMap((path) =>
        (decodeText(this.file(path).bytes) ?? '')
          .split('\n')
          .flatMap((text, index) => (expression.test(text) ? [{ path, line: index + 1, text }] : [])),
      );
    return { hits: hits.slice(0, limit), truncated: hits.length > limit };
  }

  private changes(): GuestChange[] {
    const paths = [...new Set([...this.uploaded.keys(), ...this.files.keys()])].toSorted();
    return paths.flatMap((path): GuestChange[] => {
      const before = this.uploaded.get(path);
      const after = this.files.get(path);
      if (after === undefined) {
        return [{ path, op: 'delete', mode: null, size: 0, sha256: null }];
      }
      const same =
        before !== undefined && before.mode === after.mode && toBase64(before.bytes) === toBase64(after.bytes);
      return same
        ? []
        : [{ path, op: 'write', mode: after.mode, size: after.bytes.length, sha256: sha256(after.bytes) }];
    });
  }
}

function memorySpec(profile: ProfileName): SandboxSpec {
  return {
    profile,
    runtime: 'runc',
    image: 'memory',
    user: '10001:10001',
    tmpfs: [],
    memoryBytes: 1024 ** 3,
    cpus: 1,
    pids: 128,
    labels: {},
  };
}

function refused(reason: GuestError['reason'], message: string): SandboxFailure {
  return { reason: 'request-refused', message, detail: reason };
}

function checkPath(path: string): void {
  const parts = path.split('/');
  if (path.startsWith('/') || parts.includes('..') || parts.includes('.git')) {
    throw new GuestFailure('path-outside', `${path} is outside of the repository.`);
  }
}

function matches(path: string, glob: string | undefined): boolean {
  return glob === undefined || matchesGlob(path, glob) || (!glob.includes('/') && matchesGlob(path, `**/${glob}`));
}

function searchExpression(pattern: string, regex: boolean): RegExp {
  try {
    return new RegExp(regex ? pattern : pattern.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`));
  } catch {
    throw new GuestFailure('invalid-pattern', `${pattern} is not a regular expression.`);
  }
}

/** Whole lines as far as `maxBytes` goes, at least one. */
function readLines(text: string, params: GuestParams<'read_file'>): GuestResult<'read_file'> {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const startLine = Math.max(1, params.startLine ?? 1);
  const wanted = lines.slice(startLine - 1, params.endLine ?? lines.length);
  let bytes = 0;
  const fitting = wanted.filter((line, index) => {
    bytes += encoder.encode(line).length + 1;
    return index === 0 || bytes <= params.maxBytes;
  });
  return {
    text: fitting.join('\n'),
    startLine,
    endLine: Math.max(startLine - 1, 0) + fitting.length,
    totalLines: lines.length,
    truncated: fitting.length < wanted.length,
  };
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
