// Explains the statuses of C-STORE. PS3.4 B.2.3 and PS3.7 Annex C define what a status is. Causes and actions come from
// experience with PACS, so they say 'may'.

import type { Finding } from '../part10/check/finding.ts';
import { storeStatus } from '../protocol/dimse/status.ts';
import { bareMeaning, tagsText } from './dimse-text.ts';
import { withoutNames } from './explain-preflight.ts';
import type { Explanation } from './explanation.ts';
import { ourOption, type Surface } from './our-options.ts';
import { quoted, sanitize } from './sanitize.ts';
import { hexWord } from './units.ts';

interface Advice {
  readonly cause: string;
  /** Without the full stop where an option follows. */
  readonly action: string;
  readonly option?: 'callingAETitle';
}

export interface StatusWords {
  readonly status: number;
  readonly errorComment?: string;
  readonly offendingElement?: readonly number[];
}

const ATTRIBUTES: Advice = {
  cause: 'The PACS does not accept an attribute of the file.',
  action: 'Correct the attributes that the PACS names, here or in its log, and send the file again.',
};

const BY_STATUS: Readonly<Record<number, Advice>> = {
  0x0001: {
    cause: 'The instance is stored; some attributes may be missing there.',
    action: 'Compare the stored instance if these attributes matter.',
  },
  0x0105: ATTRIBUTES,
  0x0106: ATTRIBUTES,
  0x0107: {
    cause: 'The instance is stored; some attributes may not be.',
    action: 'Compare the stored instance if these attributes matter.',
  },
  0x0110: {
    cause: 'Something failed inside the PACS.',
    action: 'Look into its log at this time, then send again.',
  },
  0x0111: {
    cause: 'The PACS already has an instance with this SOP Instance UID.',
    action: 'Do nothing if it is the same instance; otherwise give the file a SOP Instance UID of its own.',
  },
  0x0112: {
    cause: 'The PACS does not know the instance, or one to which the instance refers.',
    action: 'Look into its log at this time for what is missing.',
  },
  0x0115: ATTRIBUTES,
  0x0116: {
    cause: 'The instance is stored; a value is outside of what the PACS expects.',
    action: 'Compare the stored instance if the value matters.',
  },
  0x0117: {
    cause: 'The SOP Instance UID may be malformed, or not allowed there.',
    action: 'Check (0008,0018) of the file.',
  },
  0x0118: {
    cause: 'The PACS does not store this kind of object.',
    action: 'Ask its administrator to enable the SOP class of the file, (0008,0016).',
  },
  0x0119: {
    cause: 'The PACS knows this SOP Instance UID with another SOP class.',
    action: 'Check (0008,0016) and (0008,0018) of the file.',
  },
  0x0120: ATTRIBUTES,
  0x0121: ATTRIBUTES,
  0x0122: {
    cause: 'The PACS accepted the presentation context but does not store this kind of object.',
    action: 'Ask its administrator to enable the SOP class of the file, (0008,0016).',
  },
  0x0124: {
    cause: 'The calling AE title of this machine may not be allowed to store there.',
    action: 'Ask its administrator to allow it, or use one that is allowed',
    option: 'callingAETitle',
  },
  0x0210: {
    cause: 'The PACS takes a request with the same Message ID as still open.',
    action: 'Send again; if it happens again, look into the log of the PACS.',
  },
  0x0211: {
    cause: 'The peer does not know the C-STORE request.',
    action: 'Check the host and the port of the peer: it may not be a storage service.',
  },
  0x0212: ATTRIBUTES,
  0x0213: {
    cause: 'The PACS lacks disk space, memory or licences.',
    action: 'Ask its administrator, then send again.',
  },
  0xb000: {
    cause: 'The instance is stored; the PACS changed some attributes, such as the patient ID.',
    action: 'Compare the stored instance if these attributes matter.',
  },
  0xb006: {
    cause: 'The instance is stored; the PACS dropped some attributes, often private ones.',
    action: 'Compare the stored instance if these attributes matter.',
  },
  0xb007: {
    cause:
      'The instance is stored, though it may lack attributes that its SOP class requires, or its UIDs are not those of the request.',
    action: 'Check the file against its SOP class.',
  },
};

/** A status for each piece of advice. `name`: of the status, or of the range for which it stands. */
export const EXPLAINED_STATUSES: readonly { readonly status: number; readonly name: string }[] = [
  ...Object.keys(BY_STATUS)
    .map(Number)
    .map((status) => ({ status, name: `${hexWord(status)}H` })),
  { status: 0xa700, name: 'A7xxH' },
  { status: 0xa900, name: 'A9xxH' },
  { status: 0xb001, name: 'Other BxxxH' },
  { status: 0xc000, name: 'CxxxH' },
  { status: 0x9999, name: 'Any other status' },
];

function adviceOn(status: number): Advice {
  const exact = BY_STATUS[status];
  if (exact !== undefined) return exact;
  if (status >> 8 === 0xa7) {
    return { cause: 'The PACS disk may be full.', action: 'Ask its administrator to free space, then send again.' };
  }
  if (status >> 8 === 0xa9) {
    return {
      cause: 'The file may lack attributes that its SOP class requires, or its UIDs are not those of the request.',
      action: 'Check the file against its SOP class; the log of the PACS may name the attribute.',
    };
  }
  if (status >> 12 === 0xc) {
    return {
      cause: 'The PACS could not read the data set, or one of its rules refuses it.',
      action: 'Look into its log at this time; the last three digits of the status are its own.',
    };
  }
  if (storeStatus(status).category === 'warning') {
    return { cause: 'The instance is stored.', action: 'Look into the log of the PACS at this time for its remark.' };
  }
  return {
    cause: 'The standard has no such status for C-STORE, so it counts as a failure.',
    action: 'Look into the log of the PACS at this time.',
  };
}

/** Archives answer a file that they cannot file with whatever they have: Orthanc, as if its disk were full. */
function adviceOnMissing(status: number, findings: readonly Finding[]): Advice | undefined {
  const missing = findings.find(({ code }) => code === 'no study or series');
  if (missing?.code !== 'no study or series' || storeStatus(status).category !== 'failure') return undefined;
  const disk = status >> 8 === 0xa7 ? '; or the PACS disk is full' : '';
  return {
    cause: `The file has ${withoutNames(missing.missing)}, without which many archives store nothing${disk}.`,
    action: 'Add the attribute and send again; the log of the PACS may say more.',
  };
}

/** 'ORTHANC answered A700H Out of Resources ("Cannot write to file").', with cause and action. */
export function explainStatus(
  peer: string,
  { status, errorComment, offendingElement }: StatusWords,
  { findings = [], surface }: { readonly findings?: readonly Finding[]; readonly surface?: Surface } = {},
): Explanation {
  const { category, meaning } = storeStatus(status);
  const words = errorComment !== undefined && sanitize(errorComment) !== '' ? [quoted(errorComment)] : [];
  if (offendingElement !== undefined && offendingElement.length > 0) {
    words.push(`offending ${offendingElement.length === 1 ? 'element' : 'elements'} ${tagsText(offendingElement)}`);
  }
  const verb = category === 'warning' ? 'stored it with warning' : 'answered';
  const peersWords = words.length === 0 ? '' : ` (${words.join(', ')})`;
  const what = `${peer} ${verb} ${hexWord(status)}H ${bareMeaning(meaning)}${peersWords}.`;
  const { cause, action, option } = adviceOnMissing(status, findings) ?? adviceOn(status);
  const todo = option === undefined ? action : `${action} ${ourOption(option, surface)}.`;
  return { what, cause, action: todo, whose: 'peer' };
}
