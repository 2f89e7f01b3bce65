import { t } from '@vscode/l10n';
import type { TaskView } from '../../protocol/taskView.ts';
import {
  hasChanges,
  hasFiles,
  isActive,
  isAsking,
  isCancellable,
  isDiscardable,
  isResumable,
  isTakeable,
} from '../tasks/taskText.ts';
import type { PageAction } from './taskPageMessages.ts';

/** What is used of a limit. */
export interface Meter {
  readonly name: string;
  readonly used: number;
  readonly limit: number;
  /** `1,834 of 50,000`, in words a person reads. */
  readonly text: string;
  /** Nearly nothing is left, or nothing. */
  readonly isShort: boolean;
}

const shortShare = 0.9;

export function taskMeters({ usage, limits }: TaskView): readonly Meter[] {
  const meter = (name: string, used: number, limit: number, text = shown): Meter => ({
    name,
    used,
    limit,
    text: `${text(used)} of ${text(limit)}`,
    isShort: used >= limit * shortShare,
  });
  return [
    meter(t('Steps'), usage.steps, limits.steps),
    meter(t('New tokens'), usage.newTokens, limits.newTokens),
    meter(t('Working time'), usage.seconds, limits.seconds, (seconds) => durationText(seconds * 1_000)),
  ];
}

export interface ActionButton {
  readonly action: PageAction;
  readonly label: string;
  /** The one that people want most, others of its kind, and tools that change nothing. */
  readonly kind: 'primary' | 'secondary' | 'tool';
}

/** What can be done with a task as it stands, what people want most first. */
export function taskActions(task: TaskView): readonly ActionButton[] {
  const buttons: ActionButton[] = [];
  const add = (fits: boolean, action: PageAction, label: string): void => {
    if (fits) {
      buttons.push({
        action,
        label,
        kind: buttons.length === 0 && action !== 'cancel' && action !== 'takeOver' ? 'primary' : 'secondary',
      });
    }
  };
  add(isAsking(task), 'answer', t('Answer…'));
  add(hasChanges(task), 'review', t('Review Changes'));
  add(task.state === 'ready' && hasChanges(task), 'accept', t('Accept All'));
  add(isResumable(task), 'resume', isAsking(task) ? t('Let the Agent Decide') : t('Resume…'));
  add(isTakeable(task), 'takeOver', t('Take Over…'));
  add(isCancellable(task), 'cancel', t('Cancel'));
  add(isDiscardable(task), 'discard', t('Discard'));
  return [
    ...buttons,
    ...(hasFiles(task)
      ? [{ action: 'openTerminal', label: t('Open Terminal in Sandbox'), kind: 'tool' } as const]
      : []),
    { action: 'openTrace', label: t('Open Trace'), kind: 'tool' },
    { action: 'verifyTrace', label: t('Verify Trace'), kind: 'tool' },
    { action: 'copy', label: t('Copy as Text'), kind: 'tool' },
  ];
}

/** Milliseconds from the creation to now, or to the last change of a task at rest. */
export function elapsed({ createdAt, updatedAt, ...task }: TaskView, now: number): number {
  const end = isActive({ createdAt, updatedAt, ...task }) ? now : Date.parse(updatedAt);
  return Math.max(0, end - Date.parse(createdAt) || 0);
}

/** `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(milliseconds: number): string {
  if (milliseconds < 1_000) {
    return `${Math.round(milliseconds)} ms`.replace(/^0 ms$/, '0 s');
  }
  const seconds = Math.floor(milliseconds / 1_000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 === 0 ? `${minutes} min` : t`${minutes} min ${seconds % 60} s`;
  }
  return minutes % 60 === 0 ? `${minutes / 60} h` : t`${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `just now`, `5 minutes ago`, `3 days ago`. */
export function ageText(createdAt: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(createdAt)) / 60_000);
  if (Number.isNaN(minutes) || minutes < 1) {
    return t('just now');
  }
  const [number, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 1_440
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / 1_440), 'day'];
  return `${number} ${unit}${number === 1 ? '' : 's'} ago`;
}

function shown(value: number): string {
  return value.toLocaleString('en-US');
}
