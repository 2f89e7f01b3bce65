import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../base/result.ts';
import type { ProfileName } from '../core/sandbox/sandboxSpec.ts';
import type { GuestMethod, GuestParams, GuestResult } from '../protocol/guest.ts';
import { hasIsolatedKernel } from './confinement.ts';
import { describeGuest } from './greet.ts';
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
  /** Loads what requests will need, for a time when there are none. */
  readonly code: readonly (() => Promise<unknown>)[] = [
    () => import('./treeUpload.ts'),
    () => import('./readFile.ts'),
    () => import('./writeFile.ts'),
    () => import('./listChanges.ts'),
  ];
  readonly methods: GuestMethods;
  private readonly manifest: Manifest = new Map();
  private upload: TreeUpload | undefined;
  /** Nothing of it changes while this process lives; a box that is handed out is asked again. */
  private described: GuestResult<'hello'> | undefined;

  constructor(place: GuestPlace, scans: ScanRunner) {
    const repository = join(place.workspace, 'repo');
    this.methods = {
      hello: () => ok((this.described ??= describeGuest())),
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
            launcher: commandLauncher(hasIsolatedKernel()),
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
