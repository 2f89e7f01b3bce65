import type { Outcome, SkipReason } from './memory.ts';

/** Why files are left out of the index: a few words for a list of them, and a sentence for one file. */
export const skipWords: Readonly<Record<SkipReason, { readonly few: string; readonly one: string }>> = {
  ignored: { few: 'Ignored by git or .nightshiftignore', one: 'Git or .nightshiftignore ignores it.' },
  excluded: { few: 'Excluded in settings', one: 'The setting nightshift.memory.exclude leaves it out.' },
  binary: { few: 'Binary', one: 'It is binary.' },
  'too-large': { few: 'Too large', one: 'It is too large to be read as source.' },
  generated: { few: 'Generated or minified', one: 'It is generated or minified: what it was made of is indexed.' },
  secret: { few: 'May hold secrets', one: 'It may hold secrets, which are never indexed.' },
  link: { few: 'Links', one: 'It is a link: what it leads to is indexed where it lies.' },
  submodule: {
    few: 'In submodules or other repositories',
    one: 'It is in a submodule or another repository: open that folder to index it.',
  },
  'not-utf8': { few: 'Not text in UTF-8', one: 'It is not text in UTF-8.' },
  unreadable: { few: 'Cannot be read', one: 'It cannot be read.' },
};

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  accepted: 'accepted',
  rejected: 'rejected',
  reverted: 'reverted',
  failed: 'failed',
  open: 'not decided yet',
};
