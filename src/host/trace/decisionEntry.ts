import { counted } from '../../base/counted.ts';
import type { TraceEvent } from '../../core/trace/traceEvent.ts';
import { placeText } from './placeText.ts';
import type { TimelineEntry } from './timelineEntry.ts';

type DecisionEvent = Extract<
  TraceEvent,
  {
    type:
      | 'apply-intended'
      | 'apply-ended'
      | 'changes-rejected'
      | 'file-reviewed'
      | 'terminal-opened'
      | 'taken-over'
      | 'task-archived'
      | 'undo-intended'
      | 'undo-ended';
  }
>;

/** What a person decided of a result. */
export function decisionEntry(event: DecisionEvent): TimelineEntry {
  switch (event.type) {
    case 'apply-intended': {
      const { writes, placement, merged = [] } = event.data;
      const paths = writes.map(({ path, after }) => `${after === null ? 'delete' : 'write'} ${path}`);
      const byHand = merged.length === 0 ? '' : `, ${merged.join(', ')} as merged by hand`;
      const place = placement === undefined ? byHand : `, ${placeText(placement)}`;
      const text =
        writes.length === 0 && placement !== undefined
          ? `${counted(placement.paths.length, 'file')} to be accepted${place}`
          : `${counted(paths.length, 'file')} to be written to the checkout${place}`;
      return { label: 'apply', text, detail: (writes.length === 0 ? (placement?.paths ?? []) : paths).join('\n') };
    }
    case 'changes-rejected': {
      const { path, hunks, of } = event.data;
      const what = hunks === 'whole' ? 'the whole change' : `${hunks.length} of ${of} changes`;
      return { label: 'review', text: `rejected ${what} of ${path}` };
    }
    case 'terminal-opened':
      return { label: 'terminal', text: `opened in sandbox ${event.data.sandbox.slice(0, 12)}; nothing of it is kept` };
    case 'taken-over': {
      const { directory, branch, files, left } = event.data;
      const text = `taken over in ${directory}, on ${branch}: ${counted(files, 'changed file')}`;
      return { label: 'review', text, ...(left.length === 0 ? {} : { detail: `left out:\n${left.join('\n')}` }) };
    }
    case 'task-archived':
      return { label: 'state', text: event.data.archived ? 'archived' : 'back from the archive' };
    case 'file-reviewed': {
      const { path, reviewed } = event.data;
      return { label: 'review', text: reviewed ? `looked at ${path}` : `will look at ${path} again` };
    }
    case 'apply-ended': {
      const { applied, conflicts } = event.data;
      const text = `${counted(applied.length, 'file')} applied, ${counted(conflicts.length, 'conflict')}`;
      const listed = [...applied, ...conflicts.map(({ path, message }) => `${path}: ${message}`)];
      return { label: 'apply', style: conflicts.length === 0 ? 'green' : 'red', text, detail: listed.join('\n') };
    }
    case 'undo-intended':
      return {
        label: 'undo',
        text: `the accept of ${counted(event.data.paths.length, 'file')} to be undone`,
        detail: event.data.paths.join('\n'),
      };
    case 'undo-ended':
      break;
  }
  const { undone, conflicts } = event.data;
  const text = `the accept of ${counted(undone.length, 'file')} undone, ${counted(conflicts.length, 'conflict')}`;
  const listed = [...undone, ...conflicts.map(({ path, message }) => `${path}: ${message}`)];
  return { label: 'undo', style: conflicts.length === 0 ? 'green' : 'red', text, detail: listed.join('\n') };
}
