// The architecture's invariants as a function from sources to violations. See ARCHITECTURE.md.

import { posix } from 'node:path';
import { type ImportFound, type ScannedSource, scanSource } from './import-scanner.ts';

/** Each room and the rooms that it may import, besides itself. */
export const rooms: Readonly<Record<string, readonly string[]>> = {
  text: [],
  protocol: [],
  messages: [],
  webview: ['messages'],
  part10: ['text', 'protocol'],
  net: ['text', 'protocol', 'part10'],
  send: ['text', 'protocol', 'part10', 'net'],
  trace: ['text', 'protocol'],
  report: ['text', 'protocol', 'trace'],
  cli: ['text', 'protocol', 'part10', 'net', 'send', 'trace', 'report'],
  extension: ['messages', 'text', 'protocol', 'part10', 'net', 'send', 'trace', 'report'],
};
/** Rooms whose types may be imported besides. */
const typesOnly: Readonly<Record<string, readonly string[]>> = {
  trace: ['part10', 'net', 'send'],
  report: ['part10', 'net', 'send'],
};

/** Rooms that run in a browser, or on both sides: neither Node nor packages. */
const bare: readonly string[] = ['messages', 'webview'];

/** Where a package or a Node module may be imported; everything else from Node is free for all rooms but protocol. */
const homes: Readonly<Record<string, (path: string) => boolean>> = {
  vscode: (path) => path.startsWith('src/extension/'),
  valibot: (path) => path.startsWith('src/extension/'),
  dcmjs: (path) => path === 'src/part10/dcmjs-adapter.ts',
  // Of the package nothing but the WebAssembly module.
  'dcmjs-codecs/build/dcmjs-native-codecs.wasm': (path) => path === 'src/part10/decompress/codecs-adapter.ts',
  'node:net': (path) => path === 'src/net/tcp.ts',
  'node:tls': (path) => path === 'src/net/tcp.ts',
  'node:child_process': () => false,
  'node:http': () => false,
  'node:https': () => false,
  'node:http2': () => false,
  'node:dgram': () => false,
  'node:module': () => false,
};

/** For the version that `--version` prints. */
const manifest = 'package.json';

const maxLines = 400;
const vagueFileName = /(^|-)(managers?|helpers?|utils?|common|misc|index)(-|\.)/;
const vagueName = /(Manager|Helper|Utils?)s?$/;

export type Rule =
  | 'direction'
  | 'package'
  | 'pure core'
  | 'unresolved'
  | 'cycle'
  | 're-export'
  | 'default export'
  | 'length'
  | 'name'
  | 'opening comment';

export interface Violation {
  readonly rule: Rule;
  readonly path: string;
  readonly detail: string;
}

/** Paths look like 'src/net/tcp.ts'. */
export type Sources = ReadonlyMap<string, string>;

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function importViolations(path: string, { specifier, kind }: ImportFound, sources: Sources): Violation[] {
  const room = roomOf(path);
  const violation = (rule: Rule, detail: string): Violation[] => [{ rule, path, detail }];
  if (specifier === undefined) return violation('unresolved', `${kind} import of something that is no literal`);
  if (kind === 're-export') return violation('re-export', `passes on '${specifier}'; import it where it is used`);
  if (!specifier.startsWith('.')) {
    if (room === 'protocol') return violation('pure core', `imports '${specifier}'`);
    if (bare.includes(room))
      return violation('package', `imports '${specifier}', but nothing of a page is from elsewhere`);
    const home = homes[specifier];
    if (home === undefined && !specifier.startsWith('node:')) {
      return violation(
        'package',
        `imports '${specifier}', which is no agreed dependency (Node's modules begin with node:)`,
      );
    }
    return home === undefined || home(path) ? [] : violation('package', `imports '${specifier}' outside its home`);
  }
  const target = posix.join(posix.dirname(path), specifier);
  if (target === manifest && room === 'cli') return [];
  if (!sources.has(target)) return violation('unresolved', `'${specifier}' is no file of src`);
  const targetRoom = roomOf(target);
  if (targetRoom === room || rooms[room]?.includes(targetRoom)) return [];
  if (kind === 'type' && typesOnly[room]?.includes(targetRoom)) return [];
  return violation(room === 'protocol' ? 'pure core' : 'direction', `${room} imports ${specifier} (${kind})`);
}

/** Cycles over every import, types included: two files that need each other's types are one thing. */
function cycleViolations(scanned: ReadonlyMap<string, ScannedSource>): Violation[] {
  const violations: Violation[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      const cycle = [...trail.slice(start), path];
      violations.push({ rule: 'cycle', path, detail: cycle.join(' → ') });
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const { specifier } of scanned.get(path)?.imports ?? []) {
      if (specifier?.startsWith('.')) visit(posix.join(posix.dirname(path), specifier));
    }
    trail.pop();
    done.add(path);
  };
  for (const path of scanned.keys()) visit(path);
  return violations;
}

function fileViolations(path: string, source: string, scanned: ScannedSource): Violation[] {
  const violations: Violation[] = [];
  const add = (rule: Rule, detail: string): void => void violations.push({ rule, path, detail });
  if (!(roomOf(path) in rooms) || path.split('/').length < 3) add('direction', 'is in no room');
  const lines = source.trimEnd().split('\n').length;
  if (lines > maxLines) add('length', `has ${lines} lines; at most ${maxLines}`);
  if (!/^(#!.*\n)?\/[/*]/.test(source)) add('opening comment', 'does not open with what it is about');
  if (scanned.hasDefaultExport) add('default export', 'has a default export');
  const name = posix.basename(path);
  if (!/^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/.test(name)) add('name', 'is not kebab-case');
  if (vagueFileName.test(name)) add('name', 'says nothing about its content');
  for (const vague of scanned.declared.filter((declared) => vagueName.test(declared))) add('name', `declares ${vague}`);
  return violations;
}

export function findViolations(sources: Sources): Violation[] {
  const scanned = new Map([...sources].map(([path, source]) => [path, scanSource(source)]));
  const perFile = [...scanned].flatMap(([path, scan]) => [
    ...fileViolations(path, sources.get(path) ?? '', scan),
    ...scan.imports.flatMap((found) => importViolations(path, found, sources)),
  ]);
  return [...perFile, ...cycleViolations(scanned)];
}
