import { cleanPath, isLibraryPath } from './framePath.ts';

/** One place of a stack, as it was written. */
export interface StackFrame {
  /** With `/`; of whichever machine it was. */
  readonly path: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
  /** `Cart.add`, without packages and arguments where the form allows to tell. */
  readonly symbol?: string;
  /** Of a package or the language itself. */
  readonly library: boolean;
}

interface Place {
  readonly path: string;
  readonly line: number;
  readonly column?: number;
}

const jvmFrame =
  /^(?:[\w.@$-]{0,200}\/{1,2})?([\w.$<>-]{1,400})\(([\w$.-]{1,200}\.(?:java|kt|kts|scala|groovy|clj)):(\d{1,9})\)/;
const frameNumber = /^#\d{1,6}\s+/;
const extension = /\.[A-Za-z][A-Za-z0-9+]{0,9}$/;

/**
 * The frame that a line of text is, if it is one. `before` is the line above: Go and Rust write the function there. Every pattern is
 * bounded or anchored; lines come cut.
 */
export function readFrameLine(line: string, before: string): StackFrame | undefined {
  const text = line.trim();
  if (text === '' || text.length < 4) return undefined;
  if (text.startsWith('at ')) return atFrame(text.slice(3), before);
  if (text.startsWith('File "')) return pythonFrame(text);
  if (text.startsWith('#')) return numberedFrame(text.replace(frameNumber, ''));
  if (/^[❯→➜›]\s/.test(text)) return arrowFrame(text.slice(1).trim());
  if (text.startsWith('--> ')) return frame(placeAtEnd(text.slice(4)));
  return goFrame(line, before) ?? browserFrame(text) ?? compilerFrame(text) ?? leadingPlace(text);
}

/** `at fn (place)`, `at place`, `at pkg.Class.method(File.java:1)`, `at N.C.M(A a) in file.cs:line 1`; Rust's `at ./src/a.rs:1:2`. */
function atFrame(rest: string, before: string): StackFrame | undefined {
  const jvm = jvmFrame.exec(rest);
  if (jvm !== null) return jvmPlace(jvm[1] ?? '', jvm[2] ?? '', Number(jvm[3]));
  const dotnet = rest.lastIndexOf(':line ');
  if (dotnet !== -1) {
    const cut = rest.lastIndexOf(' in ', dotnet);
    const line = /^\d{1,9}/.exec(rest.slice(dotnet + 6))?.[0];
    if (cut === -1 || line === undefined) return undefined;
    return frame({ path: rest.slice(cut + 4, dotnet), line: Number(line) }, lastNames(rest.slice(0, cut)));
  }
  // Node prints what else an error has after its last frame.
  const text = rest.replace(/^async /, '').replace(/ \{$/, '');
  if (text.endsWith(')')) {
    const evaluated = text.indexOf('(eval at ');
    // Of code made at run time, the place that made it.
    const inner = evaluated === -1 ? text : text.slice(0, text.indexOf(')', evaluated) + 1);
    const open = inner.lastIndexOf('(');
    const place = placeAtEnd(inner.slice(open + 1, -1));
    if (open > 0) return frame(place, scriptName(text.slice(0, evaluated === -1 ? open : evaluated)));
  }
  const rust = /^\s*\d{1,6}:\s+(?:0x[0-9a-f]{1,16}\s+-\s+)?(\S.{0,400})$/.exec(before)?.[1];
  return frame(placeAtEnd(text.replace(/^file:\/\/(?=\/)/, '')), rust === undefined ? undefined : rustName(rust));
}

function pythonFrame(text: string): StackFrame | undefined {
  const match = /^File "([^"]{1,900})", line (\d{1,9})(?:, in (.{1,200}))?/.exec(text);
  if (match === null) return undefined;
  const name = match[3]?.replace(/^<module>$/, '').replace(/\(.*$/, '');
  return frame({ path: match[1] ?? '', line: Number(match[2]) }, name?.split('.<locals>.').join('.'));
}

/** `0x1 in fn (a=1) at file.c:1`, `0x1 in fn(int) /path/file.c:1:2`; PHP's `/path/file.php(1): fn()`. */
function numberedFrame(text: string): StackFrame | undefined {
  const php = /^([^\s()]{1,400}\.php)\((\d{1,9})\): (.{1,200})/.exec(text);
  if (php !== null) return frame({ path: php[1] ?? '', line: Number(php[2]) }, lastNames(php[3] ?? ''));
  const rest = text.replace(/^0x[0-9a-f]{1,16}\s+/i, '').replace(/^in\s+/, '');
  const at = rest.lastIndexOf(' at ');
  const cut = at === -1 ? rest.lastIndexOf(' ') : at;
  if (cut <= 0) return undefined;
  return frame(placeAtEnd(rest.slice(at === -1 ? cut + 1 : cut + 4)), lastNames(rest.slice(0, cut)));
}

/** `❯ fn src/a.ts:1:2`, `❯ src/a.ts:1:2`. */
function arrowFrame(text: string): StackFrame | undefined {
  const place = placeAtEnd(text);
  if (place === undefined) return undefined;
  const cut = place.path.lastIndexOf(' ');
  return cut === -1
    ? frame(place)
    : frame({ ...place, path: place.path.slice(cut + 1) }, scriptName(place.path.slice(0, cut)));
}

/** A tab, a path, `+0x1d`; the function on the line above. */
function goFrame(line: string, before: string): StackFrame | undefined {
  const match = /^\s+(\S.{0,600}\.(?:go|s)):(\d{1,9})(?: \+0x[0-9a-f]{1,16})?\s*$/.exec(line);
  if (match === null) return undefined;
  const called = before
    .trim()
    .replace(/^created by /, '')
    .replace(/ in goroutine \d{1,12}$/, '');
  const open = called.endsWith(')') ? called.lastIndexOf('(') : called.length;
  return frame({ path: match[1] ?? '', line: Number(match[2]) }, goName(called.slice(0, open)));
}

/** Firefox and Safari: `fn@https://host/a.js:1:2`. */
function browserFrame(text: string): StackFrame | undefined {
  const cut = text.indexOf('@');
  if (cut === -1 || cut > 200 || /\s/.test(text.slice(cut))) return undefined;
  const place = placeAtEnd(text.slice(cut + 1));
  return place?.column === undefined || /[\s:]/.test(text.slice(0, cut))
    ? undefined
    : frame(place, scriptName(text.slice(0, cut)));
}

/** `src/a.ts(1,2): error TS1: …` */
function compilerFrame(text: string): StackFrame | undefined {
  const match = /^([^\s()]{1,400})\((\d{1,9}),(\d{1,9})\): (?:error|warning) /.exec(text);
  return match === null ? undefined : frame({ path: match[1] ?? '', line: Number(match[2]), column: Number(match[3]) });
}

/** `a.c:1:2: error: …`, `test_a.py:1: AssertionError`, `a_test.go:1: …`, `a.rb:1:in 'fn'`. */
function leadingPlace(text: string): StackFrame | undefined {
  const match =
    /^(?:from )?((?:[A-Za-z]:)?[^\s:()"'`]{1,400}):(\d{1,9})(?::(\d{1,9}))?(?::\s(?:in ([\w.<>]{1,200}))?|:in [`'](.{1,200})'|:?$)/.exec(
      text,
    );
  if (match === null) return undefined;
  const column = match[3] === undefined ? {} : { column: Number(match[3]) };
  return frame(
    { path: match[1] ?? '', line: Number(match[2]), ...column },
    match[4] ?? (match[5] === undefined ? undefined : lastNames(match[5])),
  );
}

/** The place that a text ends with: `path:1:2`. */
function placeAtEnd(text: string): Place | undefined {
  const match = /:(\d{1,9})(?::(\d{1,9}))?$/.exec(text.trimEnd());
  if (match === null || match.index === 0) return undefined;
  const column = match[2] === undefined ? {} : { column: Number(match[2]) };
  return { path: text.slice(0, match.index), line: Number(match[1]), ...column };
}

function frame(place: Place | undefined, symbol?: string): StackFrame | undefined {
  if (place === undefined) return undefined;
  const path = cleanPath(place.path);
  const library = isLibraryPath(path);
  // A clock or a port also ends with `:1`: what is no file of code has no extension.
  if (path === '' || path.length > 1_000 || (!library && !extension.test(path))) return undefined;
  return {
    path,
    line: place.line,
    ...(place.column === undefined ? {} : { column: place.column }),
    ...(symbol === undefined || symbol === '' ? {} : { symbol: symbol.slice(0, 200) }),
    library,
  };
}

function jvmPlace(called: string, file: string, line: number): StackFrame | undefined {
  const parts = called.split('.');
  const [type = '', method = ''] = parts.slice(-2);
  const owner = type.split('$')[0] ?? type;
  const symbol =
    method === '<init>' || method === '<clinit>' ? owner : `${type.replaceAll('$', '.')}.${method.split('$')[0]}`;
  return frame({ path: [...parts.slice(0, -2), file].join('/'), line }, symbol);
}

/** `Object.<anonymous>` and the like name nothing; `new Cart` is `Cart`; `Cart.add [as put]` is `Cart.add`. */
function scriptName(written: string): string | undefined {
  const name = written
    .trim()
    .replace(/^(?:async|new)\s+/, '')
    .replace(/^(?:async\*|\*)/, '')
    .replace(/\s\[as [^\]]{1,100}\]$/, '')
    .replace(/^(?:Object|Module|Function|Proxy|global|globalThis)\./, '')
    .replace(/[/<]+$/, '');
  return name === '' || /[<>\s()]/.test(name) ? undefined : name;
}

/** `crate::cart::Cart::add::h0123456789abcdef`, `<a::B as c::D>::e`. */
function rustName(written: string): string | undefined {
  const plain = written.replace(/::h[0-9a-f]{16}$/, '').replace(/::\{\{?closure[^}]{0,40}\}\}?/g, '');
  const end = plain.startsWith('<') ? plain.lastIndexOf('>::') : -1;
  const parts =
    end === -1
      ? plain.split('::')
      : [...(plain.slice(1, end).split(' as ', 1)[0] ?? '').split('::'), ...plain.slice(end + 3).split('::')];
  return joined(parts);
}

/** `example.com/shop/cart.(*Cart).Add.func1`. */
function goName(written: string): string | undefined {
  const name = written.slice(written.lastIndexOf('/') + 1);
  const dot = name.indexOf('.');
  if (dot === -1 || /\s/.test(name)) return undefined;
  return name
    .slice(dot + 1)
    .replace(/\(\*?([\w\][.]{1,200})\)/, '$1')
    .replace(/(?:\.func\d+|\.\d+|-fm)+$/, '');
}

/** Of a qualified name with arguments and generics, type and member: `Shop.Cart.Add(Int32 a)` is `Cart.Add`. */
function lastNames(written: string): string | undefined {
  const open = written.indexOf('(');
  const bare = (open > 0 ? written.slice(0, open) : written)
    .trim()
    .replace(/<(\w{1,100})>\$/, '$1')
    .replace(/<[^<>]{0,200}>/g, '');
  const name = bare.slice(bare.lastIndexOf(' ') + 1);
  return joined(name.split(/::|->|\.|#/));
}

function joined(parts: readonly string[]): string | undefined {
  const named = parts.filter((part) => /^[A-Za-z_$~][\w$~]*$/.test(part)).slice(-2);
  // Modules and namespaces of C++ and Rust are written small, types are not.
  const [owner, member] = named;
  if (member === undefined) return owner;
  return owner !== undefined && /^[A-Z]/.test(owner) ? `${owner}.${member}` : member;
}
