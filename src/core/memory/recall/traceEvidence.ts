import { repositoryPath } from './framePath.ts';
import { baseName, type QueryFrame } from './understandQuery.ts';

/** What the entity graph answers about places of a stack. */
export interface TraceGraph {
  /** Files whose name, of whatever extension, is that of the path. */
  pathsNamed(path: string): readonly string[];
  /** The innermost symbol at a line; where the line has none or is not given, the one with this name. */
  symbolAt(
    path: string,
    line: number | undefined,
    name: string | undefined,
  ): { readonly qualified: string; readonly line: number } | undefined;
  /** Newest first. */
  commitsOf(path: string, count: number): readonly { readonly hash: string; readonly subject: string }[];
  /** Best outcome first; `weight` 0 to 1. */
  tasksOf(path: string, count: number): readonly { readonly id: string; readonly weight: number }[];
}

/** Something that a stack trace leads to. */
export interface TraceEvidence {
  readonly kind: 'file' | 'commit' | 'task';
  /** A path, the hash of a commit, the id of an episode. */
  readonly id: string;
  /** Of a file, where the frame or its symbol tells one. */
  readonly line?: number;
  /** 0 to 1: the innermost frame of own code has 1. */
  readonly weight: number;
  /** For people: `frame 2: Cart.add at src/cart.ts:12`. */
  readonly reason: string;
}

/** Frames that are followed; commits and tasks of each file, and of all. */
const mostFrames = 40;
const ofFile = 3;
const ofAll = 3;

/**
 * Frames of own code, innermost first, to the files and symbols of the repository, the commits that touched those, and the tasks that
 * were solved there; best first, each once. Frames of files that the repository does not have lead nowhere.
 */
export function traceEvidence(frames: readonly QueryFrame[], graph: TraceGraph): readonly TraceEvidence[] {
  const found = new Map<string, TraceEvidence>();
  const add = (evidence: TraceEvidence): void => {
    const key = `${evidence.kind} ${evidence.id}`;
    if ((found.get(key)?.weight ?? 0) < evidence.weight) {
      found.set(key, evidence);
    }
  };
  const seen = new Set<string>();
  let depth = 0;
  for (const frame of frames.slice(0, mostFrames)) {
    const path = repositoryPath(frame.path, graph.pathsNamed(frame.path));
    if (path === undefined) {
      continue;
    }
    depth += 1;
    const weight = 1 / (1 + (depth - 1) / 4);
    // Lines of what was built from the file are none of its own.
    const written = baseName(path) === baseName(frame.path) ? frame.line : undefined;
    const symbol = graph.symbolAt(path, written, frame.symbol);
    const line = written ?? symbol?.line;
    const name = symbol?.qualified ?? frame.symbol;
    const reason = `frame ${depth}: ${name === undefined ? '' : `${name} at `}${line === undefined ? path : `${path}:${line}`}`;
    add({ kind: 'file', id: path, ...(line === undefined ? {} : { line }), weight, reason });
    if (seen.has(path)) {
      continue;
    }
    seen.add(path);
    for (const [age, { hash, subject }] of graph.commitsOf(path, ofFile).entries()) {
      const share = namesSymbol(subject, name) ? 0.8 : 0.6;
      const why = `touched ${path} of ${reason}`;
      add({ kind: 'commit', id: hash, weight: (share * weight) / (1 + age), reason: why });
    }
    for (const task of graph.tasksOf(path, ofFile)) {
      add({ kind: 'task', id: task.id, weight: 0.5 * weight * task.weight, reason: `changed ${path} of ${reason}` });
    }
  }
  const sorted = [...found.values()].toSorted((one, other) => other.weight - one.weight);
  const best = (kind: TraceEvidence['kind']): readonly TraceEvidence[] =>
    sorted.filter((evidence) => evidence.kind === kind).slice(0, ofAll);
  const kept = new Set([...best('commit'), ...best('task')]);
  return sorted.filter((evidence) => evidence.kind === 'file' || kept.has(evidence));
}

/** Of a qualified name the last part: `add` of `Cart.add`. */
function namesSymbol(subject: string, name: string | undefined): boolean {
  const bare = name?.split(/[.:#]+/).at(-1) ?? '';
  return bare.length > 2 && subject.split(/[^\w$]+/).includes(bare);
}
