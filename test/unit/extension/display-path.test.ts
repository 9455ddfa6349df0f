import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { displayPathOf, fileNames } from '../../../src/extension/display-path.ts';

describe('displayPathOf', () => {
  it('is relative to the workspace', () => {
    const show = displayPathOf([{ path: '/home/CANARY/ws' }], ['/home/CANARY/ws/study']);
    assert.equal(show('/home/CANARY/ws/study/IM1'), 'study/IM1');
  });
  it('names the folder if there are several; the innermost one wins', () => {
    const show = displayPathOf(
      [
        { path: '/w', label: 'w' },
        { path: '/w/in', label: 'in' },
      ],
      ['/w/in/IM1'],
    );
    assert.equal(show('/w/in/IM1'), 'in/IM1');
    assert.equal(show('/w/IM2'), 'w/IM2');
  });
  it('outside the workspace begins with what was selected', () => {
    const show = displayPathOf([{ path: '/w' }], ['/media/CANARY/study', '/other/IM9']);
    assert.equal(show('/media/CANARY/study/a/IM1'), 'study/a/IM1');
    assert.equal(show('/other/IM9'), 'IM9');
  });
  it('shows the last part of a path outside all of them, never the folders above', () => {
    const show = displayPathOf([{ path: '/w' }], ['/w/link']);
    assert.equal(show('/elsewhere/CANARY/IM1'), 'IM1');
    assert.equal(show('/wx/CANARY/IM1'), 'IM1');
  });
});

describe('fileNames', () => {
  const show = (path: string): string => path.slice(1);
  it('are the paths, in the trace and in the results', () => {
    const { traced, shown } = fileNames(show, [{ path: '/a' }, { path: '/b' }], false);
    assert.deepEqual([traced('/b'), shown('/b')], ['b', 'b']);
  });
  it('are numbers in the trace if paths are hidden; the results show path and number', () => {
    const { traced, shown } = fileNames(
      show,
      ['/a', '/b', '/a', '/c'].map((path) => ({ path })),
      true,
    );
    assert.deepEqual(['/a', '/b', '/c', '/elsewhere'].map(traced), ['file 1', 'file 2', 'file 3', 'file ?']);
    assert.equal(shown('/c'), 'c (file 3)');
  });
});
