import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';

export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Statements of one connection, each made once by its text. */
export interface Statements {
  run(sql: string, ...values: SQLInputValue[]): void;
  /** The new row's id. */
  insert(sql: string, ...values: SQLInputValue[]): number;
  get(sql: string, ...values: SQLInputValue[]): Row | undefined;
  all(sql: string, ...values: SQLInputValue[]): readonly Row[];
}

export function makeStatements(database: DatabaseSync): Statements {
  const made = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = made.get(sql) ?? database.prepare(sql);
    made.set(sql, known);
    return known;
  };
  return {
    run: (sql, ...values) => void statement(sql).run(...values),
    insert: (sql, ...values) => Number(statement(sql).run(...values).lastInsertRowid),
    get: (sql, ...values) => statement(sql).get(...values),
    all: (sql, ...values) => statement(sql).all(...values),
  };
}

/** Condition on a column of paths: this path, or one below it. Its three values are `boundsOf` the path. */
export function isWithin(column: string): string {
  return `(${column} = ? OR (${column} > ? AND ${column} < ?))`;
}

/** `0` is the character after the slash. */
export function boundsOf(path: string): readonly [string, string, string] {
  return [path, `${path}/`, `${path}0`];
}

/** The tables are strict: another type here is a mistake in a query. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`The column ${column} of a query has no text.`);
  return value;
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`The column ${column} of a query has no number.`);
  return value;
}
