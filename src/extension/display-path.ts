// How paths are shown and traced: relative to a folder that the person opened or selected. The folders above can name
// people and machines, and traces are attached to bug reports.

import path from 'node:path';
import { SHOWN_MAX, sanitize } from '../trace/sanitize.ts';

/** The names of the files of one send. */
export interface FileNames {
  /** In the trace, which others may read later. */
  readonly traced: (path: string) => string;
  /** In the results, which only the person reads. */
  readonly shown: (path: string) => string;
}

/**
 * Folders and files can be named after patients. With `hidden`, the trace calls the first of `files` 'file 1', and the
 * results show its path and that number.
 */
export function fileNames(
  show: (path: string) => string,
  files: Iterable<{ readonly path: string }>,
  hidden: boolean,
): FileNames {
  if (!hidden) return { traced: show, shown: show };
  const numbers = new Map<string, number>();
  for (const { path } of files) if (!numbers.has(path)) numbers.set(path, numbers.size + 1);
  const traced = (path: string): string => `file ${numbers.get(path) ?? '?'}`;
  return { traced, shown: (path) => `${show(path)} (${traced(path)})` };
}

/** A folder to which paths are shown relative. With a `label`, they begin with it. */
export interface DisplayRoot {
  /** Absolute. */
  readonly path: string;
  readonly label?: string;
}

/**
 * @param roots of the workspace; a path in none of them is shown relative to the folder that contains the selection
 * @param selection absolute paths that the person chose
 */
export function displayPathOf(roots: readonly DisplayRoot[], selection: readonly string[]): (path: string) => string {
  const folders = new Set(selection.map((selected) => path.dirname(selected)));
  const fromSelection = [...folders].map((folder) => ({ path: folder }));
  const longestFirst = (list: readonly DisplayRoot[]) => [...list].sort((a, b) => b.path.length - a.path.length);
  // Of the selection's folders the shortest one keeps most of the path.
  const candidates: readonly DisplayRoot[] = [...longestFirst(roots), ...longestFirst(fromSelection).reverse()];
  return (absolute) => {
    for (const root of candidates) {
      const relative = path.relative(root.path, absolute);
      if (relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
        continue;
      const shown = relative.split(path.sep).join('/');
      return root.label === undefined ? shown : `${labelOf(root.path, root.label)}/${shown}`;
    }
    return path.basename(absolute);
  };
}

/** A workspace file can give its folders any name. In a path it is one part, and not one that leads elsewhere. */
function labelOf(folder: string, label: string): string {
  const part = sanitize(label, SHOWN_MAX.peerName).replace(/[/\\]/g, '-');
  return /^\.*$/.test(part) ? path.basename(folder) : part;
}
