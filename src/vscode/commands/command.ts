import type { Logger } from '../../base/logger.ts';
import type { TaskSettings } from '../../protocol/host.ts';
import type { TaskHosts } from '../host/taskHosts.ts';
import type { Dialogue } from '../window/dialogue.ts';
import type { TraceAnchors } from '../trace/traceAnchors.ts';
import type { EditorWindow } from '../window/editorWindow.ts';

/** What commands work with. Everything is a port, so that a command runs in a test without an editor. */
export interface CommandContext {
  readonly hosts: TaskHosts;
  readonly window: EditorWindow;
  readonly dialogue: Dialogue;
  readonly log: Logger;
  /** What this editor remembers of traces. */
  readonly anchors: TraceAnchors;
  /** The person's own settings at this moment. */
  settings(): { readonly model: string; readonly settings: TaskSettings };
  /** The repository that a file or folder is in. */
  repositoryOf(path: string): Promise<string | undefined>;
}

/** Arguments are whatever the caller gave: a row of the tree, an address, nothing. */
export type Command = (context: CommandContext, argument: unknown) => Promise<unknown>;
