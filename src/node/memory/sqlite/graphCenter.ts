import * as z from 'zod';
import {
  authorEntityId,
  commitEntityId,
  fileEntityId,
  fileEntityKind,
  symbolEntityId,
  taskEntityId,
} from '../../../core/memory/graph/entityId.ts';
import type { Entity } from '../../../protocol/memory.ts';
import { number, type Row, text } from './statements.ts';

/** What a question is about: the entity, and where its rows are. */
export type GraphCenter =
  | { readonly kind: 'file'; readonly entity: Entity; readonly file: number; readonly path: string }
  | {
      readonly kind: 'symbol';
      readonly entity: Entity;
      readonly file: number;
      readonly path: string;
      readonly symbol: number;
      readonly qualified: string;
    }
  | { readonly kind: 'commit'; readonly entity: Entity; readonly commit: number; readonly author: string }
  | { readonly kind: 'author'; readonly entity: Entity; readonly author: string }
  | { readonly kind: 'task'; readonly entity: Entity; readonly task: string };

const fileKind = z.enum(['code', 'test', 'document', 'decision', 'guideline', 'configuration', 'data']);

/** Columns `path`, `kind`, `title` of `graph_files`. */
export function fileEntity(row: Row): Entity {
  const path = text(row, 'path');
  const kind = fileEntityKind(fileKind.parse(row['kind']));
  const title = text(row, 'title');
  return { id: fileEntityId(path), kind, label: kind === 'decision' && title !== '' ? title : path, path };
}

/** Columns `path`, `qualified`, `symbol_kind`, `start_line`. */
export function symbolEntity(row: Row): Entity {
  const path = text(row, 'path');
  const qualified = text(row, 'qualified');
  return {
    id: symbolEntityId(path, qualified),
    kind: text(row, 'symbol_kind') === 'test' ? 'test' : 'symbol',
    label: qualified,
    path,
    startLine: number(row, 'start_line'),
  };
}

/** Columns `hash`, `subject`. */
export function commitEntity(row: Row): Entity {
  const hash = text(row, 'hash');
  return { id: commitEntityId(hash), kind: 'commit', label: `${hash.slice(0, 8)} ${text(row, 'subject')}` };
}

export function authorEntity(author: string): Entity {
  return { id: authorEntityId(author), kind: 'author', label: author };
}

/** Columns `id`, `label` of `graph_tasks`. */
export function taskEntity(row: Row): Entity {
  return { id: taskEntityId(text(row, 'id')), kind: 'task', label: text(row, 'label') };
}
