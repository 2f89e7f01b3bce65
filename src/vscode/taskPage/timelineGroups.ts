import { t } from '@vscode/l10n';
import type { TaskStateView } from '../../protocol/taskView.ts';
import type { SandboxReport, SetupReport, TimelineRow } from '../../protocol/timeline.ts';

/** Rows that belong together: a step of an agent, or what happened between steps. */
export interface TimelineGroup {
  readonly kind: 'step' | 'phase';
  readonly title: string;
  /** Of a step. */
  readonly run?: string;
  readonly step?: number;
  /** In the order of the trace; never empty. */
  readonly rows: TimelineRow[];
}

/** What the rows of a trace, from its first on, make up. Grows with `addRow` and is valid after each. */
export interface Timeline {
  readonly groups: TimelineGroup[];
  /** Number of the row that comes next. */
  next: number;
  /** The newest box of each profile. */
  readonly boxes: Map<SandboxReport['profile'], SandboxReport>;
  setup?: SetupReport;
}

export function emptyTimeline(): Timeline {
  return { groups: [], next: 0, boxes: new Map() };
}

/** Adds the row that follows, and answers the group that it went to; undefined for one that is there already. */
export function addRow(timeline: Timeline, row: TimelineRow): TimelineGroup | undefined {
  if (row.seq < timeline.next) {
    return undefined;
  }
  timeline.next = row.seq + 1;
  if (row.sandbox !== undefined) {
    timeline.boxes.set(row.sandbox.profile, row.sandbox);
  }
  if (row.setup !== undefined) {
    timeline.setup = row.setup;
  }
  const last = timeline.groups.at(-1);
  if (last !== undefined && continues(last, row)) {
    last.rows.push(row);
    return last;
  }
  const group = startGroup(row);
  timeline.groups.push(group);
  return group;
}

export interface GroupSummary {
  /** Tools that were called, each once, with how often where that is more: `read_file ×2`. */
  readonly tools: string;
  /** From its first row to its last. */
  readonly milliseconds: number;
  /** Something of it went wrong. */
  readonly failed: boolean;
}

export function groupSummary({ rows }: TimelineGroup): GroupSummary {
  const called = new Map<string, number>();
  for (const { label, tool } of rows) {
    if (label === 'call' && tool !== undefined) {
      called.set(tool, (called.get(tool) ?? 0) + 1);
    }
  }
  const [first, last] = [rows[0], rows.at(-1)];
  const milliseconds = Date.parse(last?.ts ?? '') - Date.parse(first?.ts ?? '');
  return {
    tools: [...called].map(([tool, times]) => (times === 1 ? tool : `${tool} ×${times}`)).join(', '),
    milliseconds: Number.isNaN(milliseconds) ? 0 : Math.max(0, milliseconds),
    failed: rows.some(({ style }) => style === 'red'),
  };
}

const phases: Readonly<Record<TaskStateView, string>> = {
  queued: t('Delegated'),
  preparing: t('Preparation'),
  working: t('Work'),
  verifying: t('Proof'),
  reviewing: t('Check of the result'),
  ready: t('Ready for review'),
  revising: t('Revision'),
  waiting: t('Waiting for you'),
  paused: t('Paused'),
  applied: t('Accepted'),
  merged: t('Merged'),
  discarded: t('Discarded'),
  failed: t('Failed'),
  cancelled: t('Cancelled'),
};

/** What ends the steps of a run, and what comes then. */
const endings: Readonly<Record<string, string>> = {
  'changeset-imported': t('Result'),
  'run-ended': t('End of the run'),
};

function continues(group: TimelineGroup, row: TimelineRow): boolean {
  if (row.state !== undefined || row.type === 'run-started') {
    return false;
  }
  if (row.step !== undefined) {
    return group.kind === 'step' && group.step === row.step && group.run === row.run;
  }
  return group.kind === 'phase' || !Object.hasOwn(endings, row.type);
}

function startGroup(row: TimelineRow): TimelineGroup {
  const { run, step, state, type } = row;
  if (step !== undefined) {
    return { kind: 'step', title: t`Step ${step}`, step, ...(run === undefined ? {} : { run }), rows: [row] };
  }
  const title =
    state !== undefined
      ? phases[state]
      : type === 'run-started'
        ? t('Briefing')
        : Object.hasOwn(endings, type)
          ? (endings[type] ?? '')
          : phases.queued;
  return { kind: 'phase', title, rows: [row] };
}
