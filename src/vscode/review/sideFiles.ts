import { t } from '@vscode/l10n';
import * as vscode from 'vscode';
import { decodeBase64 } from '../../base/base64.ts';
import { type Disposable, DisposableStore } from '../../base/lifecycle.ts';
import type { TaskHosts } from '../host/taskHosts.ts';
import { absentScheme, parseRow, parseSide, sideScheme } from './sideAddress.ts';

/** A few are kept for the editor's repeated reads. */
const mostKept = 64;

/**
 * The sides of changed files, read-only and byte for byte: the editor itself decides on encoding, line ends and whether a
 * file is text or an image. Content is asked of the agent host when the editor opens it, and again where a person decided on a
 * part of the file.
 */
export class SideFiles implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly hosts: TaskHosts;
  private readonly kept = new Map<string, Promise<Uint8Array>>();
  /** Sides that follow decisions, by address: what was decided of the file when it was read last. */
  private readonly followed = new Map<string, { readonly address: vscode.Uri; readonly decided: string }>();
  /** Times that sides changed; the editor reads a file again only where its time of change is another one. */
  private changes = 0;
  private readonly changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
  readonly onDidChangeFile = this.changed.event;
  private readonly listening: Disposable;

  constructor(hosts: TaskHosts) {
    this.hosts = hosts;
    this.listening = hosts.onDidChange(() => this.dropDecided());
  }

  dispose(): void {
    this.listening.dispose();
    this.changed.dispose();
  }

  private dropDecided(): void {
    const stale = [...this.followed.values()].filter(({ address, decided }) => decided !== this.decided(address));
    if (stale.length > 0) {
      this.changes += 1;
      for (const { address } of stale) {
        this.kept.delete(address.toString());
        this.followed.delete(address.toString());
      }
      this.changed.fire(stale.map(({ address: uri }) => ({ type: vscode.FileChangeType.Changed, uri })));
    }
  }

  /** What was decided of the file, for sides that follow it; undefined for the others, which never change. */
  private decided(address: vscode.Uri): string | undefined {
    const side = parseSide(address);
    if (side === undefined || side.side === 'base' || side.side === 'result') {
      return undefined;
    }
    const files = this.hosts.find(side.root, side.task)?.task.changeset?.files;
    const file = files?.find(({ path }) => path === side.path);
    return JSON.stringify([file?.applied, file?.decided]);
  }

  readFile(address: vscode.Uri): Promise<Uint8Array> {
    const key = address.toString();
    const known = this.kept.get(key);
    if (known !== undefined) {
      return known;
    }
    const reading = this.read(address);
    this.kept.set(key, reading);
    const decided = this.decided(address);
    if (decided !== undefined) {
      this.followed.set(key, { address, decided });
    }
    reading.catch(() => this.kept.delete(key));
    const [oldest] = this.kept.keys();
    if (this.kept.size > mostKept && oldest !== undefined) {
      this.kept.delete(oldest);
    }
    return reading;
  }

  async stat(address: vscode.Uri): Promise<vscode.FileStat> {
    const { byteLength } = await this.readFile(address);
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: this.changes,
      size: byteLength,
      permissions: vscode.FilePermission.Readonly,
    };
  }

  private async read(address: vscode.Uri): Promise<Uint8Array> {
    const side = parseSide(address);
    if (side === undefined) {
      throw vscode.FileSystemError.FileNotFound(address);
    }
    const { root, task, path } = side;
    const answer = await this.hosts
      .of(root)
      .request('readSide', { task, path, side: side.side }, new AbortController().signal);
    if (!answer.ok) {
      throw vscode.FileSystemError.Unavailable(answer.error.message);
    }
    const bytes = answer.value.bytes === null ? undefined : decodeBase64(answer.value.bytes);
    if (bytes === undefined) {
      throw vscode.FileSystemError.FileNotFound(address);
    }
    return bytes;
  }

  watch(): vscode.Disposable {
    return { dispose: () => undefined };
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }
  writeFile(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }
  delete(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }
  rename(address: vscode.Uri): void {
    throw vscode.FileSystemError.NoPermissions(address);
  }
}

export function registerSideFiles(hosts: TaskHosts): vscode.Disposable {
  const owned = new DisposableStore();
  const isReadonly = new vscode.MarkdownString(
    t('This is the result of a background agent. Accept it to change your file.'),
  );
  owned.add(
    vscode.workspace.registerFileSystemProvider(sideScheme, owned.add(new SideFiles(hosts)), {
      isReadonly,
      isCaseSensitive: true,
    }),
  );
  owned.add(
    vscode.workspace.registerTextDocumentContentProvider(absentScheme, { provideTextDocumentContent: () => '' }),
  );
  owned.add(
    vscode.window.registerFileDecorationProvider({ provideFileDecoration: (address) => decoration(hosts, address) }),
  );
  return owned;
}

const letters = {
  added: new vscode.FileDecoration('A', t('Added'), new vscode.ThemeColor('gitDecoration.addedResourceForeground')),
  modified: new vscode.FileDecoration(
    'M',
    t('Modified'),
    new vscode.ThemeColor('gitDecoration.modifiedResourceForeground'),
  ),
  deleted: new vscode.FileDecoration(
    'D',
    t('Deleted'),
    new vscode.ThemeColor('gitDecoration.deletedResourceForeground'),
  ),
} as const;

/** The letters and colours that people know from git, on our rows only: tabs are read-only files and carry the editor's lock. */
function decoration(hosts: TaskHosts, address: vscode.Uri): vscode.FileDecoration | undefined {
  const side = parseRow(address);
  const reference = side === undefined ? undefined : hosts.find(side.root, side.task);
  const file = reference?.task.changeset?.files.find(({ path }) => path === side?.path);
  return file === undefined ? undefined : letters[file.status];
}
