/** What the conditions in package.json may ask of us, each behind `nightshift.`; a test holds them against each other. */
export interface ContextKeys {
  readonly taskCount: number;
  readonly activeCount: number;
  /** The Tasks view shows some kinds of tasks only. */
  readonly tasksFiltered: boolean;
  readonly readyCount: number;
  /** Tasks whose agent asked something. */
  readonly askingCount: number;
  /** Tasks with changes to look at. */
  readonly reviewableCount: number;
  /** The active editor shows changes of a task that waits for its review. */
  readonly reviewing: boolean;
  /** As `reviewing`, of one file that is not decided yet. */
  readonly reviewingFile: boolean;
  /** Comments were written that no agent has got yet. */
  readonly hasDrafts: boolean;
  /** Findings of tools and agents, and those that were dismissed. */
  readonly findingCount: number;
  readonly dismissedCount: number;
  /** Whether an open folder is a repository. */
  readonly repository: 'present' | 'none';
  readonly memory: string;
  /** Tasks that the person accepted or discarded. */
  readonly decidedCount: number;
  /** What a look at this machine found; not told before the first. */
  readonly git: 'ready' | 'missing';
  readonly engine: 'ready' | 'missing';
  readonly model: 'ready' | 'missing';
  /** `isolated` once a box of gVisor ran here. */
  readonly runtime: 'isolated' | 'shared';
  /** Changes while a walkthrough may be opened; see `PartsWatch`. */
  readonly blink: 'even' | 'odd';
  /** An open folder is the sample. */
  readonly sample: boolean;
  /** A command failed in the terminal on screen. */
  readonly commandFailed: boolean;
}

/** Their names, for the test: complete, as the compiler sees to. */
export const contextKeys: Readonly<Record<keyof ContextKeys, true>> = {
  taskCount: true,
  activeCount: true,
  tasksFiltered: true,
  readyCount: true,
  askingCount: true,
  reviewableCount: true,
  reviewing: true,
  reviewingFile: true,
  hasDrafts: true,
  findingCount: true,
  dismissedCount: true,
  repository: true,
  memory: true,
  decidedCount: true,
  git: true,
  engine: true,
  model: true,
  runtime: true,
  blink: true,
  sample: true,
  commandFailed: true,
};
