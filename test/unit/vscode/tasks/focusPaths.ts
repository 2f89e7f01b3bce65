import { dirname, join } from 'node:path';
import { parseAst } from 'vitest/node';

/** A node of a parsed source, as far as it is looked at. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

interface Source {
  readonly text: string;
  /** Functions and methods by their names, and classes with all that runs when one is made. */
  readonly named: ReadonlyMap<string, readonly Node[]>;
  /** Where a name that is imported comes from, and what it is called there. */
  readonly imports: ReadonlyMap<string, { readonly file: string; readonly name: string }>;
  readonly imported: ReadonlySet<string>;
}

/** Calls that put something before the person, or the keyboard's focus elsewhere. */
const takers = [
  /\bwindow\.(show(?!(Information|Warning|Error)Message$)\w+|run|openLink|moveInReview|create(QuickPick|InputBox|WebviewPanel))$/,
  /\bdialogue\.(confirm|ask\w*|pick|search|compose|choose|check)$/,
  /\bcommands\.executeCommand$/,
  /\.(reveal|showTaskPage|showTerminal|showGraph)$/,
];
/** The same calls where they leave the focus alone. */
const harmless = /preserveFocus: true|^\w+\.commands\.executeCommand\('setContext'/;
const modal = /\bshow(Information|Warning|Error)Message\(.*modal: true/s;
/** Who is called with a function that runs when the person did something there and then. */
const personal =
  /(^|\.)(registerCommand|createRunProfile|onDidAccept|onDidHide|onDidTrigger\w+|onDidReceiveMessage|onDidChangeCheckboxState)$/;

/**
 * The ways from the functions that run by themselves, such as those of the start, to a call that takes the focus. Follows calls and
 * functions that are handed over, except those in a list or an object: these are what a button does, or a command.
 */
export function focusPaths(
  texts: ReadonlyMap<string, string>,
  start: { readonly file: string; readonly names: readonly string[] },
): readonly string[] {
  const sources = new Map([...texts].map(([file, text]) => [file, known(file, text)]));
  const seen = new Set<Node>();
  const found: string[] = [];

  const enter = (name: string, file: string, way: readonly string[], mayBeImported = true): void => {
    const source = sources.get(file);
    const origin = mayBeImported ? source?.imports.get(name) : undefined;
    if (origin !== undefined) {
      enter(origin.name, origin.file, way, false);
      return;
    }
    for (const node of source?.named.get(name) ?? []) {
      if (!seen.has(node)) {
        seen.add(node);
        follow(node, file, [...way, name]);
      }
    }
  };

  const follow = (node: Node, file: string, way: readonly string[]): void => {
    for (const child of childrenOf(node)) {
      const isKept = node.type === 'ArrayExpression' || node.type === 'Property';
      if (child.type === 'ClassDeclaration' || (isKept && isFunction(child))) {
        continue;
      }
      if (child.type === 'CallExpression' || child.type === 'NewExpression') {
        call(child, file, way);
      } else {
        follow(child, file, way);
      }
    }
  };

  const call = (node: Node, file: string, way: readonly string[]): void => {
    const { text = '', imported = new Set<string>() } = sources.get(file) ?? {};
    const callee = node['callee'] as Node;
    const called = text.slice(callee.start, callee.end);
    const whole = text.slice(node.start, node.end);
    if (modal.test(whole) || (takers.some((taker) => taker.test(called)) && !harmless.test(whole))) {
      found.push(`${[...way, called].join(' → ')} in ${file}`);
    }
    if (personal.test(called)) {
      return;
    }
    const member = callee.type === 'MemberExpression' ? nameOf(callee['property']) : undefined;
    if (member === undefined) {
      enter(nameOf(callee) ?? '', file, way);
    } else {
      for (const other of [file, ...imported]) {
        enter(member, other, way, false);
      }
    }
    for (const handed of node['arguments'] as readonly Node[]) {
      enter(nameOf(handed) ?? '', file, way);
    }
    follow(node, file, way);
  };

  for (const name of start.names) {
    enter(name, start.file, []);
  }
  return found;
}

/** Names that stand in the list of this name, also in the functions in it. */
export function namesInList(text: string, list: string): readonly string[] {
  const all = (node: Node): readonly Node[] => [node, ...childrenOf(node).flatMap(all)];
  const declared = all(parse(text)).find((node) => node.type === 'VariableDeclarator' && nameOf(node['id']) === list);
  return all(declared?.['init'] as Node).flatMap((node) => nameOf(node) ?? []);
}

const sourcesRead = new Map<string, Source>();

function known(file: string, text: string): Source {
  const before = sourcesRead.get(file);
  const source = before?.text === text ? before : read(file, text);
  sourcesRead.set(file, source);
  return source;
}

function read(file: string, text: string): Source {
  const named = new Map<string, Node[]>();
  const imports = new Map<string, { file: string; name: string }>();
  const imported = new Set<string>();
  const keep = (name: string | undefined, node: Node): void => {
    named.set(name ?? '', [...(named.get(name ?? '') ?? []), node]);
  };
  const look = (node: Node, within?: string): void => {
    const source = node['source'] as Node | undefined | null;
    const from = source?.['value'];
    if (typeof from === 'string' && from.startsWith('.')) {
      const target = join(dirname(file), from);
      imported.add(target);
      for (const specifier of (node['specifiers'] ?? []) as readonly Node[]) {
        const name = nameOf(specifier['imported']);
        imports.set(nameOf(specifier['local']) ?? '', { file: target, name: name ?? '' });
      }
    }
    const value = (node['init'] ?? node['value']) as Node | undefined | null;
    if (node.type === 'FunctionDeclaration') {
      keep(nameOf(node['id']), node);
    } else if (node.type === 'VariableDeclarator' && value && isFunction(value)) {
      keep(nameOf(node['id']), value);
    } else if (node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') {
      const made = node['kind'] === 'constructor' || (value && !isFunction(value));
      keep(made === true ? within : nameOf(node['key']), node);
    }
    const inner = node.type === 'ClassDeclaration' ? nameOf(node['id']) : within;
    for (const child of childrenOf(node)) {
      look(child, inner);
    }
  };
  look(parse(text));
  return { text, named, imports, imported };
}

function parse(text: string): Node {
  return parseAst(text, { lang: 'ts' }) as unknown as Node;
}

function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value === 'object' && value !== null && 'type' in value);
}

function isFunction({ type }: Node): boolean {
  return type === 'ArrowFunctionExpression' || type === 'FunctionExpression';
}

function nameOf(node: unknown): string | undefined {
  const { type, name } = (node ?? {}) as Partial<Node>;
  return (type === 'Identifier' || type === 'PrivateIdentifier') && typeof name === 'string' ? name : undefined;
}
