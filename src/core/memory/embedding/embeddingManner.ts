export type Pooling = 'cls' | 'mean' | 'last';

/** How a model wants to be asked. */
export interface EmbeddingManner {
  readonly pooling: Pooling;
  /** Put before a text; models that were trained with other words for questions find less without them. */
  readonly query: string;
  readonly passage: string;
}

const searchWords = 'Represent this sentence for searching relevant passages: ';

/** From the cards of the models; the first that fits a name counts. */
const families: readonly { readonly name: RegExp; readonly manner: EmbeddingManner }[] = [
  { name: /\bbge-m3\b/, manner: { pooling: 'cls', query: '', passage: '' } },
  {
    name: /\bbge-[\w-]*-zh\b/,
    manner: { pooling: 'cls', query: '为这个句子生成表示以用于检索相关文章：', passage: '' },
  },
  { name: /\bbge\b/, manner: { pooling: 'cls', query: searchWords, passage: '' } },
  { name: /\bmxbai-embed-large\b/, manner: { pooling: 'cls', query: searchWords, passage: '' } },
  { name: /\barctic-embed[\w-]*-v2|\barctic-embed2/, manner: { pooling: 'cls', query: 'query: ', passage: '' } },
  { name: /\barctic-embed\b/, manner: { pooling: 'cls', query: searchWords, passage: '' } },
  { name: /\be5\b/, manner: { pooling: 'mean', query: 'query: ', passage: 'passage: ' } },
  { name: /\bnomic-embed\b/, manner: { pooling: 'mean', query: 'search_query: ', passage: 'search_document: ' } },
];

/** Of a model by its name alone; what its files say goes before. */
export function embeddingManner(name: string): EmbeddingManner {
  const plain = name.toLowerCase().replaceAll('_', '-');
  const known = families.find((family) => family.name.test(plain));
  return known?.manner ?? { pooling: 'mean', query: '', passage: '' };
}
