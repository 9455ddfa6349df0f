// Paths as they may be shown and traced: relative to what the person opened or selected. What lies above can hold names
// of people and machines, and traces end in bug reports.

import path from 'node:path';

/** How the files of one send are called where others may read it later, and where the person reads it now. */
export interface FileNames {
  /** For the trace, which is kept on disk. */
  readonly traced: (path: string) => string;
  /** For the results, which are not. */
  readonly shown: (path: string) => string;
}

/**
 * Names of folders and files may be names of patients. With `hidden`, the trace calls the first of `files` 'file 1', and
 * the results say which that is.
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

/** A folder under which paths are shown relative, behind `label` where it has one. */
export interface DisplayRoot {
  /** Absolute. */
  readonly path: string;
  readonly label?: string;
}

/**
 * @param roots of the workspace; a path outside of all is shown behind the last folder of the selection that holds it
 * @param selection absolute paths that the person chose
 */
export function displayPathOf(roots: readonly DisplayRoot[], selection: readonly string[]): (path: string) => string {
  const folders = new Set(selection.map((selected) => path.dirname(selected)));
  const fromSelection = [...folders].map((folder) => ({ path: folder }));
  const longestFirst = (list: readonly DisplayRoot[]) => [...list].sort((a, b) => b.path.length - a.path.length);
  // Of the selection's folders the shortest shows most of what the person chose.
  const candidates: readonly DisplayRoot[] = [...longestFirst(roots), ...longestFirst(fromSelection).reverse()];
  return (absolute) => {
    for (const root of candidates) {
      const relative = path.relative(root.path, absolute);
      if (relative === '' || relative === '..' || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative))
        continue;
      const shown = relative.split(path.sep).join('/');
      return root.label === undefined ? shown : `${root.label}/${shown}`;
    }
    return path.basename(absolute);
  };
}
