import { t } from '@vscode/l10n';
import type { TimelineRow } from '../../../protocol/timeline.ts';
import { durationText } from '../taskFigures.ts';
import { addRow, emptyTimeline, groupSummary, type Timeline, type TimelineGroup } from '../timelineGroups.ts';
import { element } from './element.ts';

interface ShownGroup {
  readonly section: HTMLElement;
  readonly title: HTMLElement;
  readonly facts: HTMLElement;
  readonly list: HTMLElement;
}

/** Milliseconds of drawing before the window is let breathe again, and rows between two looks at the clock. */
const share = 8;
const batch = 20;

/** The timeline on the page. Rows wait in a queue and are drawn in small pieces, so that thousands of them stop nothing. */
export class ShownTimeline {
  timeline: Timeline = emptyTimeline();
  private readonly root: HTMLElement;
  private readonly onDetail: (seq: number) => void;
  private readonly onDrawn: () => void;
  private shown = new Map<TimelineGroup, ShownGroup>();
  private waiting: TimelineRow[] = [];
  private start = Number.NaN;
  private scheduled = false;
  /** The row that Tab reaches. */
  private current: HTMLElement | undefined;

  constructor(root: HTMLElement, onDetail: (seq: number) => void, onDrawn: () => void) {
    this.root = root;
    this.onDetail = onDetail;
    this.onDrawn = onDrawn;
    root.addEventListener('keydown', (event) => this.onKey(event));
    root.addEventListener('focusin', ({ target }) => this.makeCurrent(target));
  }

  add(from: number, rows: readonly TimelineRow[]): void {
    if (from === 0) {
      this.timeline = emptyTimeline();
      this.shown = new Map();
      this.waiting = [];
      this.current = undefined;
      this.root.replaceChildren();
    }
    this.waiting.push(...rows);
    this.schedule();
  }

  showDetail(seq: number, detail: string): void {
    const pre = this.root.querySelector(`[data-detail="${seq}"]`);
    if (pre !== null) {
      pre.textContent = detail === '' ? t('Nothing more is kept of this.') : detail;
      pre.removeAttribute('aria-busy');
    }
  }

  private schedule(): void {
    if (!this.scheduled && this.waiting.length > 0) {
      this.scheduled = true;
      // A window that is not looked at draws no frames; its rows must not pile up.
      setTimeout(() => this.draw(), 0);
    }
  }

  private draw(): void {
    this.scheduled = false;
    const touched = new Set<TimelineGroup>();
    const end = performance.now() + share;
    const rows = this.waiting;
    let drawn = 0;
    while (drawn < rows.length && (drawn % batch !== 0 || drawn === 0 || performance.now() < end)) {
      const row = rows[drawn];
      drawn += 1;
      if (row === undefined) {
        break;
      }
      const group = addRow(this.timeline, row);
      if (group !== undefined) {
        this.start = row.seq === 0 || Number.isNaN(this.start) ? Date.parse(row.ts) : this.start;
        this.show(row, this.groupOf(group));
        touched.add(group);
      }
    }
    this.waiting = rows.slice(drawn);
    touched.forEach((group) => this.summarize(group));
    this.onDrawn();
    this.schedule();
  }

  private groupOf(group: TimelineGroup): ShownGroup {
    const known = this.shown.get(group);
    if (known !== undefined) {
      return known;
    }
    const heading = element('h3', {}, group.title);
    const facts = element('span', { class: 'quiet' });
    const list = element('ol');
    const title = element('div', { class: 'title' }, heading, facts);
    const section = element('section', { class: `group ${group.kind}` }, title, list);
    const made = { section, title, facts, list };
    this.shown.set(group, made);
    this.root.append(section);
    return made;
  }

  private summarize(group: TimelineGroup): void {
    const { tools, milliseconds, failed } = groupSummary(group);
    const { section, facts } = this.groupOf(group);
    const took = group.kind === 'step' ? durationText(milliseconds) : '';
    facts.textContent = [tools, took].filter((part) => part !== '').join(' · ');
    section.classList.toggle('bad', failed);
  }

  /** A move that says no more than the title of its phase is that title. */
  private show(row: TimelineRow, { title, list }: ShownGroup): void {
    if (row.state === row.text) {
      title.append(element('span', { class: 'time', title: row.ts, 'data-seq': row.seq }, this.timeText(row.ts)));
    } else {
      list.append(this.rowOf(row));
    }
  }

  private rowOf({ seq, ts, label, style, text, more }: TimelineRow): HTMLElement {
    const parts = [
      element('span', { class: 'time', title: ts }, this.timeText(ts)),
      element('span', { class: 'label' }, label),
      element('span', { class: 'text' }, text),
    ];
    const attributes = {
      class: style === undefined ? 'row' : `row ${style}`,
      tabindex: this.current === undefined ? 0 : -1,
    };
    const row = element(more ? 'summary' : 'div', attributes, ...parts);
    this.current ??= row;
    if (!more) {
      return element('li', { 'data-seq': seq }, row);
    }
    const details = element('details', {}, row);
    details.addEventListener('toggle', () => {
      if (details.open && details.querySelector('.detail') === null) {
        details.append(
          element('pre', { class: 'detail', 'data-detail': seq, 'aria-busy': 'true', tabindex: 0 }, t('Reading…')),
        );
        this.onDetail(seq);
      }
    });
    return element('li', { 'data-seq': seq }, details);
  }

  private timeText(ts: string): string {
    const seconds = Math.max(0, (Date.parse(ts) - this.start) / 1_000) || 0;
    const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
    if (seconds < 60) {
      return `+${seconds.toFixed(1)} s`;
    }
    return seconds < 3_600
      ? `+${Math.floor(seconds / 60)}:${two(seconds % 60)}`
      : `+${Math.floor(seconds / 3_600)}:${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  }

  /** One row is reached by Tab, the others from it by arrow keys: thousands of stops would bury what comes after. */
  private onKey(event: KeyboardEvent): void {
    const row = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('.row') : null;
    if (row === null || event.ctrlKey || event.metaKey || event.altKey || event.target !== row) {
      return;
    }
    const details = row.parentElement instanceof HTMLDetailsElement ? row.parentElement : undefined;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      neighbour(row, event.key === 'ArrowDown' ? 1 : -1)?.focus();
    } else if (event.key === 'Home') {
      this.root.querySelector<HTMLElement>('.row')?.focus();
    } else if (event.key === 'End') {
      this.focusLast();
    } else if (event.key === 'ArrowRight' && details !== undefined) {
      details.open = true;
    } else if (event.key === 'ArrowLeft' && details !== undefined) {
      details.open = false;
    } else {
      return;
    }
    event.preventDefault();
  }

  focusLast(): void {
    const sections = this.root.children;
    [...(sections[sections.length - 1]?.querySelectorAll<HTMLElement>('.row') ?? [])].at(-1)?.focus();
  }

  private makeCurrent(target: EventTarget | null): void {
    if (target instanceof HTMLElement && target.classList.contains('row')) {
      this.current?.setAttribute('tabindex', '-1');
      this.current = target;
      target.setAttribute('tabindex', '0');
    }
  }
}

function neighbour(row: HTMLElement, by: 1 | -1): HTMLElement | undefined {
  const beside = (from: Element | null | undefined): Element | null =>
    (by === 1 ? from?.nextElementSibling : from?.previousElementSibling) ?? null;
  const item = row.closest('li');
  const next = beside(item);
  if (next !== null) {
    return next.querySelector<HTMLElement>('.row') ?? undefined;
  }
  const rows = beside(row.closest('.group'))?.querySelectorAll<HTMLElement>('.row') ?? [];
  return [...rows].at(by === 1 ? 0 : -1);
}
