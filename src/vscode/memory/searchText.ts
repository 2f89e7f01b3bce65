import { t } from '@vscode/l10n';
import { longestQuery, type MemoryKind, memoryKinds, type RecallQuery } from '../../protocol/memory.ts';
import { recallTime } from '../../protocol/recallTime.ts';

/** What was typed, as a question to the memory, and what of it could not be used. */
export interface SearchText {
  /** Undefined where nothing is asked yet: no words, and no filter that finds something by itself. */
  readonly query: Pick<RecallQuery, 'query' | 'kinds' | 'paths' | 'languages' | 'since' | 'until'> | undefined;
  /** One line each, for people. */
  readonly notes: readonly string[];
}

/** The filters that can be typed before or between the words, with what each is for. */
export const searchFilters = [
  { name: 'kind', sample: 'kind:commit', what: memoryKinds.join(', ') },
  { name: 'path', sample: 'path:src/**', what: t('files that fit a glob; path:!test/** takes away') },
  { name: 'lang', sample: 'lang:typescript', what: t('files of a language') },
  { name: 'since', sample: 'since:2w', what: t('changed since a date or the last 3d, 2w, 6m, 1y') },
  { name: 'until', sample: 'until:2026-01-31', what: t('changed up to a date') },
] as const;

/**
 * `kind:commit path:src/** why is the total wrong` as a question. A filter with a value that means nothing is searched for as the
 * words that it is, so that `kind:of` in an error message still finds something. `now` is in milliseconds.
 */
export function parseSearch(text: string, now: number): SearchText {
  const kinds = new Set<MemoryKind>();
  const paths: string[] = [];
  const languages: string[] = [];
  const times: { since?: string; until?: string } = {};
  const notes: string[] = [];
  const words = text.replace(/(?<=^|\s)(kind|path|lang|since|until):(\S+)/g, (whole, name: string, value: string) => {
    if (name === 'kind') {
      const wanted = value.split(',').map((each) => memoryKinds.find((kind) => kind === each.toLowerCase()));
      if (wanted.some((kind) => kind === undefined)) {
        notes.push(t`There is no kind "${value}": ${memoryKinds.join(', ')}.`);
        return whole;
      }
      wanted.forEach((kind) => kind !== undefined && kinds.add(kind));
    } else if (name === 'path') {
      paths.push(value.slice(0, 1_000));
    } else if (name === 'lang') {
      languages.push(value.toLowerCase().slice(0, 100));
    } else {
      const time = recallTime(value, now, name === 'until' ? name : 'since');
      if (time === undefined) {
        notes.push(`${name}:${value} is no date: write 2026-01-31, or 2w for the last two weeks.`);
        return whole;
      }
      times[name === 'since' ? 'since' : 'until'] = time;
    }
    return ' ';
  });
  const query = words.trim();
  if (query.length > longestQuery) {
    notes.push(t`Only the first ${longestQuery.toLocaleString('en-US')} characters are looked for.`);
  }
  const isFiltered = kinds.size + paths.length + languages.length + Object.keys(times).length > 0;
  return {
    query:
      query === '' && !isFiltered
        ? undefined
        : {
            query: query.slice(0, longestQuery),
            ...(kinds.size === 0 ? {} : { kinds: [...kinds] }),
            ...(paths.length === 0 ? {} : { paths }),
            ...(languages.length === 0 ? {} : { languages }),
            ...times,
          },
    notes,
  };
}
