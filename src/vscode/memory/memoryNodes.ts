import { t } from '@vscode/l10n';
import { plainLine } from '../../base/plainText.ts';
import { type Episode, type MemoryStatus, type Outcome, type ProblemPart, skipReasons } from '../../protocol/memory.ts';
import { outcomeWords, skipWords } from '../../protocol/memoryWords.ts';
import { formatBytes } from '../../protocol/storage.ts';

/** One row of the Memory view as data. */
export interface MemoryNode {
  readonly id: string;
  readonly root: string;
  readonly label: string;
  readonly description: string;
  readonly facts: readonly string[];
  readonly icon: { readonly name: string; readonly color?: string };
  /** Menus match on it. */
  readonly context: string;
  readonly expanded?: boolean;
  /** What a click does. */
  readonly command?: { readonly id: string; readonly title: string; readonly values: readonly unknown[] };
  readonly children: readonly MemoryNode[];
  readonly episode?: string;
  readonly task?: string;
}

/** What the view shows of one repository. */
export interface ShownMemory {
  readonly root: string;
  readonly status: MemoryStatus;
  readonly episodes: readonly Episode[];
  /** What is wrong with the person's settings. */
  readonly problem?: string | undefined;
}

const number = (value: number): string => value.toLocaleString('en-US');

const stateWords: Readonly<Record<MemoryStatus['state'], readonly [words: string, icon: string, color?: string]>> = {
  starting: [t('Starting'), 'loading~spin'],
  scanning: [t('Looking for files'), 'loading~spin'],
  indexing: [t('Indexing'), 'loading~spin'],
  embedding: [t('Ready, making vectors'), 'loading~spin'],
  ready: [t('Ready'), 'pass-filled', 'testing.iconPassed'],
  paused: [t('Paused'), 'debug-pause'],
  failed: [t('Failed'), 'error', 'testing.iconFailed'],
};

const pauseWords = {
  user: t('until you resume it'),
  battery: t('on battery'),
  load: t('while the machine is busy'),
} as const;

/** Rows of the view: those of the one repository, else one row for each with its own below. */
export function memoryNodes(memories: readonly ShownMemory[]): readonly MemoryNode[] {
  const [first, ...others] = memories;
  if (first === undefined || others.length === 0) {
    return first === undefined ? [] : rowsOf(first);
  }
  return memories.map((memory) => {
    const [words, name, color] = stateWords[memory.status.state];
    return {
      ...row(memory.root, 'root'),
      label: memory.root.replace(/^.*[\\/]/, ''),
      description: words,
      facts: [memory.root],
      icon: { name, ...(color === undefined ? {} : { color }) },
      context: `memory.root.${pausing(memory.status)}`,
      expanded: true,
      children: rowsOf(memory),
    };
  });
}

function row(root: string, name: string): Pick<MemoryNode, 'id' | 'root' | 'description' | 'facts' | 'children'> {
  return { id: `${root}#memory#${name}`, root, description: '', facts: [], children: [] };
}

function rowsOf(memory: ShownMemory): readonly MemoryNode[] {
  const { root, status } = memory;
  const small = (name: string, label: string, icon: string, value: number, fact: string): MemoryNode => ({
    ...row(root, name),
    label,
    description: number(value),
    facts: [fact],
    icon: { name: icon },
    context: `memory.${name}`,
  });
  return [
    statusNode(root, status),
    ...problemNodes(memory),
    filesNode(root, status),
    small('chunks', t('Chunks'), 'symbol-namespace', status.chunks, t('Parts of files that are searched by words.')),
    small(
      'symbols',
      t('Symbols'),
      'symbol-class',
      status.symbols,
      t`${number(status.edges)} ties between things in the graph.`,
    ),
    small('commits', t('Commits'), 'git-commit', status.commits, t('Commits whose messages and files are searched.')),
    vectorsNode(root, status),
    episodesNode(memory),
  ];
}

function statusNode(root: string, status: MemoryStatus): MemoryNode {
  const [words, name, color] = stateWords[status.state];
  const { known, indexed } = status.files;
  const isGrowing = status.state === 'indexing' && known > 0;
  const pause = status.paused === undefined ? '' : pauseWords[status.paused];
  return {
    ...row(root, 'status'),
    label: words,
    description: isGrowing
      ? t`${percent(indexed, known)} of files`
      : status.state === 'paused'
        ? pause
        : formatBytes(status.bytes),
    facts: [
      root,
      t`On disk: ${formatBytes(status.bytes)}`,
      t`Memory of the indexer: ${formatBytes(status.memoryBytes)}`,
      watchText(status),
    ],
    icon: { name, ...(color === undefined ? {} : { color }) },
    context: `memory.status.${status.state}.${pausing(status)}`,
  };
}

/** What a menu of the row does: a pause of the machine is not one of the person. */
function pausing({ paused }: MemoryStatus): 'pausable' | 'resumable' {
  return paused === 'user' ? 'resumable' : 'pausable';
}

function watchText({ watching }: MemoryStatus): string {
  const by = { chokidar: t('by the indexer'), window: t('by this window'), none: t('not now') }[watching.by];
  return t`Changes of files are seen ${by}${watching.problem === undefined ? '' : ` (${plainLine(watching.problem, 200)})`}`;
}

function filesNode(root: string, { files }: MemoryStatus): MemoryNode {
  const skipped = skipReasons
    .map((reason) => ({ reason, amount: files.skipped[reason] ?? 0 }))
    .filter(({ amount }) => amount > 0);
  const left = skipped.reduce((sum, { amount }) => sum + amount, 0);
  const reasons = skipped
    .toSorted((one, other) => other.amount - one.amount)
    .map(({ reason, amount }) => ({
      ...row(root, `skipped-${reason}`),
      label: skipWords[reason].few,
      description: number(amount),
      facts: [t('Nightshift: Explain File in Memory tells why a certain file is left out.')],
      icon: { name: 'circle-small' },
      context: 'memory.skipped.reason',
    }));
  return {
    ...row(root, 'files'),
    label: t('Files'),
    description: [
      files.indexed === files.known ? number(files.known) : `${number(files.indexed)} of ${number(files.known)}`,
      ...(left === 0 ? [] : [t`${number(left)} left out`]),
    ].join(' · '),
    icon: { name: 'files' },
    context: 'memory.files',
    expanded: false,
    children:
      left === 0
        ? []
        : [
            {
              ...row(root, 'skipped'),
              label: t('Left out'),
              description: number(left),
              icon: { name: 'exclude' },
              context: 'memory.skipped',
              expanded: true,
              children: reasons,
            },
          ],
  };
}

function vectorsNode(root: string, { vectors }: MemoryStatus): MemoryNode {
  const { state, done, total, model } = vectors;
  const words = {
    none: t('no model'),
    loading: t('loading the model'),
    embedding: t`${number(done)} of ${number(total)}, ${percent(done, total)}`,
    ready: number(done),
    paused: t`paused at ${percent(done, total)}`,
    failed: 'failed',
  }[state];
  return {
    ...row(root, 'vectors'),
    label: t('Vectors'),
    description: words,
    facts: [
      model === undefined
        ? t('Words, names and history are searched. Click to choose a model that searches by meaning as well.')
        : t`Model: ${plainLine(model, 100)}`,
    ],
    icon: state === 'failed' ? { name: 'error', color: 'testing.iconFailed' } : { name: 'graph-scatter' },
    context: `memory.vectors.${state}`,
    ...(state === 'none' ? { command: setUp(root) } : {}),
  };
}

function setUp(root: string): NonNullable<MemoryNode['command']> {
  return { id: 'nightshift.setUpMeaning', title: t('Set Up Search by Meaning…'), values: [{ root }] };
}

/**
 * What a click on a problem does. An indexer that gave up starts anew with a rebuild; what is wrong with a model or a setting is mended
 * where these are chosen. No click mends a full disk or a file that cannot be read: the log has the whole of it.
 */
function wayOut(root: string, part: ProblemPart): NonNullable<MemoryNode['command']> {
  switch (part) {
    case 'indexer':
      return { id: 'nightshift.rebuildMemory', title: t('Rebuild'), values: [{ root }] };
    case 'vectors':
    case 'settings':
      return setUp(root);
    case 'index':
    case 'database':
    case 'files':
    case 'history':
    case 'graph':
    case 'episodes':
    case 'watching':
    default:
      return { id: 'nightshift.showLog', title: t('Show Log'), values: [] };
  }
}

function problemNodes({ root, status, problem }: ShownMemory): readonly MemoryNode[] {
  const told: MemoryStatus['problems'] = [...status.problems];
  if (problem !== undefined) {
    told.unshift({ part: 'settings', message: problem });
  }
  if (status.watching.problem !== undefined) {
    told.push({ part: 'watching', message: status.watching.problem });
  }
  return told.map(({ part, message }, at) => {
    const command = wayOut(root, part);
    return {
      ...row(root, `problem-${at}`),
      label: plainLine(message, 200),
      description: part,
      facts: [plainLine(message), t`Click: ${command.title}`],
      icon: { name: 'warning', color: 'charts.yellow' },
      context: 'memory.problem',
      command,
    };
  });
}

const outcomeIcons: Readonly<Record<Outcome, MemoryNode['icon']>> = {
  accepted: { name: 'pass-filled', color: 'testing.iconPassed' },
  rejected: { name: 'circle-slash' },
  reverted: { name: 'discard', color: 'charts.yellow' },
  failed: { name: 'error', color: 'testing.iconFailed' },
  open: { name: 'circle-outline' },
};

function episodesNode({ root, status, episodes }: ShownMemory): MemoryNode {
  return {
    ...row(root, 'episodes'),
    label: t('Solved Before'),
    description: number(status.episodes),
    facts: [t('What finished tasks did, for agents and for you to recall.')],
    icon: { name: 'history' },
    context: 'memory.episodes',
    expanded: false,
    children: episodes.map((episode) => episodeNode(root, episode)),
  };
}

function episodeNode(root: string, episode: Episode): MemoryNode {
  const { id, task, goal, time, outcome, stale, changedSince, approach, files, proof } = episode;
  const marks = [outcomeWords[outcome], ...(stale ? [t('code changed since')] : []), time.slice(0, 10)];
  return {
    ...row(root, `episode-${id}`),
    label: plainLine(goal.split('\n')[0] ?? '', 60),
    description: marks.join(' · '),
    facts: [
      plainLine(goal, 500),
      plainLine(approach, 500),
      t`Files: ${plainLine(files.join(', '), 300)}`,
      ...(proof === '' ? [] : [t`Proof: ${plainLine(proof, 200)}`]),
      ...(stale ? [t`Changed since: ${plainLine(changedSince.join(', '), 300)}`] : []),
    ].filter((fact) => fact !== ''),
    icon: stale ? { name: 'history', color: 'charts.yellow' } : outcomeIcons[outcome],
    context: `memory.episode${stale ? '.stale' : ''}`,
    command: { id: 'nightshift.openEpisode', title: t('Open Task'), values: [{ root, task }] },
    episode: id,
    task,
  };
}

function percent(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.floor((100 * part) / whole)}%`;
}
