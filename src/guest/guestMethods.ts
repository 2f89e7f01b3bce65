import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { ok } from '../base/result.ts';
import type { ProfileName } from '../core/sandbox/sandboxSpec.ts';
import { type GuestMethod, type GuestParams, guestProtocolVersion, type GuestResult } from '../protocol/guest.ts';
import { seeConfinement } from './confinement.ts';
import type { Manifest } from './manifest.ts';
import { type Answer, refuse } from './refusal.ts';
import type { ScanRunner } from './scanWorker.ts';
import type { TreeUpload } from './treeUpload.ts';

export type GuestMethods = {
  readonly [M in GuestMethod]: (params: GuestParams<M>) => Answer<GuestResult<M>> | Promise<Answer<GuestResult<M>>>;
};

export interface GuestPlace {
  readonly profile: ProfileName;
  /** The only writable folder beside `/tmp`; the repository is made in it. */
  readonly workspace: string;
  readonly scratch: string;
}

/**
 * What the guest does for each request. One request at a time: the caller waits for an answer before it passes the next.
 * The code of a request is loaded when the first of its kind comes: half of the time to the first reply went into it.
 */
export class GuestRequests {
  readonly methods: GuestMethods;
  private readonly manifest: Manifest = new Map();
  private upload: TreeUpload | undefined;

  constructor(place: GuestPlace, scans: ScanRunner) {
    const repository = join(place.workspace, 'repo');
    this.methods = {
      hello: () =>
        ok({
          protocolVersion: guestProtocolVersion,
          uid: process.getuid?.() ?? -1,
          node: process.version,
          kernel: release(),
          isolatedKernel: isGvisor(kernelVersion()),
          confinement: seeConfinement(),
        }),
      begin_tree: async () => {
        const { TreeUpload } = await import('./treeUpload.ts');
        if (existsSync(repository)) {
          return refuse('exists', 'This sandbox has a tree already; start another one.');
        }
        this.upload = new TreeUpload(repository, this.manifest);
        return ok({});
      },
      end_tree: async () => {
        const upload = this.upload;
        this.upload = undefined;
        return upload === undefined ? refuse('invalid-request', 'No tree upload is in progress.') : upload.end();
      },
      list_files: (params) => scans.list(repository, params),
      read_file: async (params) => (await import('./readFile.ts')).readTextFile(repository, params),
      read_bytes: async (params) =>
        (await import('./readFile.ts')).readBytes({ repository, scratch: place.scratch }, params),
      search_text: (params) => scans.search(repository, params),
      write_file: async (params) => (await import('./writeFile.ts')).writeTextFile(repository, params),
      edit_file: async (params) => (await import('./writeFile.ts')).editTextFile(repository, params),
      delete_file: async (params) => (await import('./writeFile.ts')).deleteFile(repository, params),
      list_changes: async () => (await import('./listChanges.ts')).listChanges(repository, this.manifest),
      run_command: async (params) => {
        if (place.profile !== 'build') {
          return refuse('unknown-method', 'Commands do not run in this sandbox; it only reads, searches and edits.');
        }
        if (!existsSync(repository)) {
          return refuse('invalid-request', 'This sandbox has no tree yet; upload one first.');
        }
        const { runCommand } = await import('./runCommand.ts');
        const { killLeftovers } = await import('./leftoverProcesses.ts');
        const { commandLauncher } = await import('./commandLauncher.ts');
        return runCommand(
          {
            repository,
            temporary: join(place.workspace, 'tmp'),
            home: place.workspace,
            searchPath: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
            launcher: commandLauncher(isGvisor(kernelVersion())),
            killLeftovers,
          },
          params,
        );
      },
    };
  }

  /** Bytes of the tree in progress; without one they are dropped, and the end of the upload is refused. */
  async receive(bytes: Uint8Array): Promise<void> {
    await this.upload?.push(bytes);
  }
}

/**
 * gVisor answers a fixed version: `4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016` in releases up to 2025, a release that names it
 * after that.
 */
export function isGvisor(version: string): boolean {
  return /gvisor/i.test(version) || version.includes('4.4.0 #1 SMP Sun Jan 10 15:06:54 PST 2016');
}

function kernelVersion(): string {
  try {
    return readFileSync('/proc/version', 'utf8');
  } catch {
    // No /proc: then nothing says that the kernel is another one.
    return '';
  }
}
