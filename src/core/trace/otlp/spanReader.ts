import type { Sha256 } from '../../../base/hash.ts';
import { settledStates } from '../../tasks/taskState.ts';
import type { TraceEvent, TraceEventData } from '../traceEvent.ts';
import { OpenSpan, type SpanEnd, type SpanStart } from './openSpan.ts';
import type { Attributes, Span, SpanLink } from './span.ts';
import { contentOf } from './spanContent.ts';
import { eventAttributes, modelNames, type ModelNames, taskAttributes } from './spanDetails.ts';
import { spanIdOf, timeOf, traceIdOf } from './spanIdentity.ts';
import { closingOf, openingOf, type SpanContext, spanFailure, type SpanOpening, type SpanPlace } from './spanPlaces.ts';

export interface SpanReaderOptions {
  readonly task: string;
  readonly sha256: Sha256;
  /** Also what people, models, tools and repositories wrote. */
  readonly content: boolean;
}

interface Totals {
  input: number;
  output: number;
  fresh: number;
  steps: number;
}

/** The end of a span whose end stands nowhere: the host was killed, or what it belongs to is over. */
const interrupted: SpanEnd = { errorType: 'interrupted' };

/**
 * Derives spans from the events of one task, in order from the first. Total: an event that makes no sense where it stands ends
 * nothing that is not open, and is kept as an event of the span around it, or as a span without length.
 *
 * The root span is the task from its creation until it first comes to rest. What happens after that (an accept, another round of
 * work) are further children of it.
 */
export class SpanReader {
  private readonly options: SpanReaderOptions;
  private readonly traceId: string;
  private readonly root: string;
  private readonly open = new Map<SpanPlace, OpenSpan>();
  private readonly totals = new Map<SpanPlace, Totals>();
  private begun = false;
  private lastWork: string | undefined;
  private lastRun: string | undefined;
  private names: ModelNames = { provider: 'unknown', model: 'unknown' };
  private lastTime = 0;

  constructor(options: SpanReaderOptions) {
    this.options = options;
    this.traceId = traceIdOf(options.task, options.sha256);
    this.root = spanIdOf(options.task, 'root', options.sha256);
  }

  /** The spans that this event ended, children before what they belong to. */
  take(event: TraceEvent): Span[] {
    const time = timeOf(event, this.lastTime);
    if (!this.begun) {
      this.begin(event, time);
    }
    const ended = this.read(event, time);
    this.lastTime = time;
    return ended;
  }

  /** The spans that no event has ended yet, as they stand now and marked so. Changes nothing. */
  unended(): Span[] {
    return [...this.open.values()].map((span) =>
      span.end(this.lastTime, { attributes: { 'nightshift.unended': true } }),
    );
  }

  private read(event: TraceEvent, time: number): Span[] {
    if (event.type === 'task-created') {
      return [];
    }
    if (event.type === 'task-moved') {
      return this.move(event, event.data, time);
    }
    if (event.type === 'task-resumed') {
      // The host that was at work is gone since some moment after its last event.
      return [...this.endAllWithin(this.lastTime), ...this.note(event, time)];
    }
    if (event.type === 'model-answered') {
      this.count(`run ${event.data.run}`, event.data);
    }
    const opening = openingOf(event, this.context());
    if (opening !== undefined) {
      return this.start(opening, event, time);
    }
    const closing = closingOf(event, this.context());
    if (closing === undefined || !this.open.has(closing.place)) {
      return this.note(event, time);
    }
    const { place, end } = closing;
    return this.end(place, time, {
      ...end,
      attributes: { ...end.attributes, ...spent(this.totals.get(place), 'gen_ai') },
    });
  }

  /** The first event opens the root, whatever it is: a trace may be damaged, and a task always has one root. */
  private begin(event: TraceEvent, time: number): void {
    this.begun = true;
    if (event.type === 'task-created') {
      this.names = modelNames(event.data.model);
      this.startWork({ spanId: this.root, parent: undefined, start: time }, taskAttributes(event.data), event);
    } else {
      this.startWork({ spanId: this.root, parent: undefined, start: time }, {});
    }
  }

  private startWork(
    place: Pick<SpanStart, 'spanId' | 'parent' | 'start'>,
    attributes: Attributes,
    event?: TraceEvent,
  ): void {
    const { task } = this.options;
    const written = event === undefined ? {} : this.content(event);
    this.totals.set('work', { input: 0, output: 0, fresh: 0, steps: 0 });
    this.open.set(
      'work',
      new OpenSpan({
        ...place,
        traceId: this.traceId,
        name: 'nightshift.task',
        attributes: { 'nightshift.task': task, 'gen_ai.conversation.id': task, ...attributes, ...written },
        links: link(this.lastWork, 'previous_work'),
      }),
    );
    this.lastWork = place.spanId;
  }

  private move(event: TraceEvent, { to, reason }: TraceEventData<'task-moved'>, time: number): Span[] {
    const settles = settledStates.has(to);
    if (!this.open.has('work') && !settles) {
      this.startWork({ spanId: this.spanId(event), parent: this.root, start: time }, {});
    }
    const noted = this.note(event, time);
    if (!settles) {
      return noted;
    }
    const failed = to === 'failed' || to === 'cancelled';
    const end = failed ? spanFailure(reason?.code ?? to, reason?.message, this.options.content) : {};
    const attributes = { 'nightshift.state': to, ...spent(this.totals.get('work'), 'nightshift') };
    return [...noted, ...this.endAllWithin(time), ...this.end('work', time, { ...end, attributes })];
  }

  /** A span that is in this place already was left behind: its end is not known. */
  private start({ place, within, goesBack, ...rest }: SpanOpening, event: TraceEvent, time: number): Span[] {
    const ended = this.end(place, time, interrupted);
    const around = within.map((each) => this.open.get(each)).find((span) => span !== undefined);
    const spanId = this.spanId(event);
    const parent = (around ?? this.open.get('work'))?.spanId ?? this.root;
    const links = goesBack === undefined ? [] : link(this.lastRun, goesBack);
    this.open.set(place, new OpenSpan({ ...rest, traceId: this.traceId, spanId, parent, start: time, links }));
    if (event.type === 'run-started') {
      this.totals.set(place, { input: 0, output: 0, fresh: 0, steps: 0 });
      this.lastRun = spanId;
    }
    return ended;
  }

  /** What is still open within a span ends with it. */
  private end(place: SpanPlace, time: number, end: SpanEnd): Span[] {
    const span = this.open.get(place);
    if (span === undefined) {
      return [];
    }
    const within = [...this.open].filter(([, other]) => other.parent === span.spanId).map(([inner]) => inner);
    const ended = within.flatMap((inner) => this.end(inner, time, interrupted));
    this.open.delete(place);
    this.totals.delete(place);
    return [...ended, span.end(time, end)];
  }

  private endAllWithin(time: number): Span[] {
    const places = [...this.open.keys()].filter((place) => place !== 'work');
    return places.flatMap((place) => this.end(place, time, interrupted));
  }

  /** An event of the innermost span it belongs to; a span without length where none is open. */
  private note(event: TraceEvent, time: number): Span[] {
    const name = `nightshift.${event.type}`;
    const run = 'run' in event.data && typeof event.data.run === 'string' ? event.data.run : '';
    const around = this.open.get(`run ${run}`) ?? this.open.get('work');
    const attributes = { ...eventAttributes(event), ...this.content(event) };
    if (around !== undefined) {
      around.addEvent({ time, name, attributes });
      return [];
    }
    const place = { traceId: this.traceId, spanId: this.spanId(event), parent: this.root, start: time };
    return [new OpenSpan({ ...place, name, attributes }).end(time)];
  }

  private count(run: SpanPlace, data: TraceEventData<'model-answered'>): void {
    for (const totals of [this.totals.get('work'), this.totals.get(run)]) {
      if (totals !== undefined) {
        totals.input += data.promptTokens;
        totals.output += data.outputTokens;
        totals.fresh += data.newTokens;
        totals.steps += 1;
      }
    }
  }

  private spanId({ seq }: TraceEvent): string {
    return spanIdOf(this.options.task, seq, this.options.sha256);
  }

  private context(): SpanContext {
    return { task: this.options.task, names: this.names, content: this.options.content };
  }

  private content(event: TraceEvent): Attributes {
    return this.options.content ? contentOf(event) : {};
  }
}

/** The work's own sums are not under the conventions' names: who adds those up has counted them in its runs. */
function spent(totals: Totals | undefined, namespace: 'gen_ai' | 'nightshift'): Attributes {
  return totals === undefined
    ? {}
    : {
        [`${namespace}.usage.input_tokens`]: totals.input,
        [`${namespace}.usage.output_tokens`]: totals.output,
        'nightshift.usage.new_tokens': totals.fresh,
        'nightshift.usage.steps': totals.steps,
      };
}

function link(spanId: string | undefined, relation: string): readonly SpanLink[] {
  return spanId === undefined ? [] : [{ spanId, attributes: { 'nightshift.link': relation } }];
}
