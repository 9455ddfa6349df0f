import type { OutcomeCounts } from '../../src/send/outcome.ts';

/** No file yet, of any outcome; a test adds those that it expects. */
export const NO_OUTCOMES: OutcomeCounts = {
  stored: 0,
  'stored with warning': 0,
  failed: 0,
  'held back': 0,
  skipped: 0,
  cancelled: 0,
  unknown: 0,
};
