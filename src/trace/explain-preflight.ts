// Explains findings of the pre-flight check. The same words explain why a file was held back and, as a note, what was found
// in a file that was sent.

import type { Finding, UnknownVR } from '../part10/check/finding.ts';
import type { NamedAttribute } from '../part10/header/header.ts';
import type { UIDOrLength } from '../protocol/harmless.ts';
import type { PreflightFinding } from '../send/preflight-policy.ts';
import { type Explanation, unexplained, type Words } from './explanation.ts';
import { nameAndUid, uidInWords } from './names.ts';
import { type Surface, sendHeldBack } from './our-options.ts';
import { SHOWN_MAX, sanitize } from './sanitize.ts';
import { formatCount, plural } from './units.ts';

/** 'no StudyInstanceUID (0020,000D) and no SeriesInstanceUID (0020,000E)' */
export function withoutNames(missing: readonly NamedAttribute[]): string {
  return missing.map(({ tag, keyword }) => `no ${sanitize(keyword)} ${sanitize(tag)}`).join(' and ');
}

const AGAIN = 'Get the file again from where it came from.';

/** Offsets are copied into hex editors and scripts: no separators. */
const byte = ({ offset, isInflated }: Pick<Finding, 'offset' | 'isInflated'>): string =>
  `byte ${offset}${isInflated === true ? ' of the inflated data set' : ''}`;
const at = (finding: Pick<Finding, 'offset' | 'isInflated'>): string => `at ${byte(finding)}`;

/** Of several findings of one kind, the first is told: ', and 3 others like it'. */
const othersLike = (count: number): string => (count === 1 ? '' : `, and ${plural(count - 1, 'other')} like it`);

type Of<C extends PreflightFinding['code']> = Extract<PreflightFinding, { code: C }>;

function truncated(finding: Of<'truncated'>): Words {
  const { part, tag, missing } = finding;
  const name = sanitize(tag ?? '');
  const lack = missing === undefined ? '' : `: ${plural(missing, 'byte')} ${missing === 1 ? 'is' : 'are'} missing`;
  const what = {
    header: `The file is truncated: it ends within the element ${at(finding)}.`,
    value: `The file is truncated within ${name}, which begins ${at(finding)}${lack}.`,
    fragment: `The file is truncated within a fragment of the pixel data, which begins ${at(finding)}${lack}.`,
    'pixel data': `The file is truncated ${at(finding)}: the compressed pixel data has no end.`,
    'deflate stream': `The file is truncated ${at(finding)}: its deflated data set has no final block (PS3.5 A.5).`,
    sequence: `The file is truncated ${at(finding)}: the sequence ${name} has no end.`,
    delimiter: `The image is whole, but the delimiter that closes its compressed pixel data is missing ${at(finding)}, where the file ends.`,
  }[part];
  if (part === 'delimiter') {
    return {
      what,
      cause:
        'Defective software wrote it, or the last 8 bytes were lost. A PACS that parses what it receives aborts there; one that keeps the bytes stores it.',
      action: 'Have the file written anew by a program that closes it (PS3.5 A.4).',
    };
  }
  return { what, cause: 'It was probably copied or written only in part.', action: AGAIN };
}

const UID_FAULTS: Readonly<Record<Of<'ill-formed UID'>['fault'], string>> = {
  'leading zero': 'a component begins with a zero',
  'empty component': 'a component is empty',
  'too long': 'it has more than 64 characters',
  characters: 'a UID has only digits and dots',
  'space padding': 'it is padded with a space instead of a zero byte',
};

function illFormed(finding: Of<'ill-formed UID'>): Words {
  const { tag, keyword, value, fault, count } = finding;
  const why = UID_FAULTS[fault];
  return {
    what: `${sanitize(keyword)} ${sanitize(tag)} ${at(finding)} is not a well-formed UID (${why}): ${uidInWords(value)}${othersLike(count)}.`,
    cause: 'The software that wrote it breaks PS3.5 9.1.',
    action: 'Tell its manufacturer: a peer that checks UIDs may refuse the file.',
  };
}

function strayMeta({ place, count, ...where }: Of<'stray meta elements'>): Words {
  if (place === 'before the data set') {
    return {
      what: `${plural(count, 'element')} of group 0002 ${count === 1 ? 'follows' : 'follow'} the File Meta Information ${at(where)}, before the data set.`,
      cause: `Defective software wrote the file; ${count === 1 ? 'it is' : 'they are'} neither used nor sent.`,
    };
  }
  return {
    what: `${count === 1 ? 'An element' : `${formatCount(count)} elements`} of group 0002, which belongs to the File Meta Information, ${count === 1 ? 'is' : 'are'} inside the data set ${at(where)}.`,
    cause: `Defective software wrote the file, or copied another file into it. It is part of the data set, so it is sent; its values are not used.`,
    action: 'Look whether the data set is the one that you want to send.',
  };
}

const syntaxInWords = (uid: UIDOrLength): string => (typeof uid === 'string' ? nameAndUid(uid) : uidInWords(uid));

const UNKNOWN_VRS: Readonly<Record<UnknownVR, string>> = {
  capitals: 'two capitals that are no VR',
  'lower case': 'a VR in lower case',
  hyphens: 'two hyphens',
  'question marks': 'two question marks',
  blanks: 'two blanks',
  'zero bytes': 'two zero bytes',
  'lt, ox or px': 'two letters that are no VR',
  'up or xs': 'two letters that are no VR',
  'other characters': 'two characters that are no VR',
  'other bytes': 'two bytes that are no characters',
};

function unknownVR(finding: Of<'unknown VR'>): Words {
  const { tag, kind, count } = finding;
  const bits = kind === 'capitals' || kind === 'lt, ox or px' ? 32 : 16;
  const keptAs = kind === 'lt, ox or px' ? 'OW or OB' : kind === 'up or xs' ? 'UL or US' : 'UN';
  return {
    what: `The element ${sanitize(tag)} ${at(finding)} has ${UNKNOWN_VRS[kind]} where its VR should be (PS3.5 7.1.2)${othersLike(count)}.`,
    cause: `${kind === 'capitals' ? 'It may be a VR of a later edition' : 'Defective software wrote the file'}; DCMTK and PACS built on it read a length of ${bits} bits there and keep the value as ${keptAs}.`,
    ...(kind === 'capitals'
      ? {}
      : { action: 'Tell the manufacturer of that software: other receivers may fail on it.' }),
  };
}

function againstSyntax(finding: Of<'pixel data against transfer syntax'>): Words {
  const { tag, transferSyntaxUID, pixels, count } = finding;
  const form = pixels === 'native' ? 'native, not encapsulated' : 'encapsulated, not native';
  return {
    what: `The pixel data ${sanitize(tag)} ${at(finding)} is ${form}: ${syntaxInWords(transferSyntaxUID)} does not allow it (PS3.5 A.4)${othersLike(count)}.`,
    cause:
      'The File Meta Information names a wrong transfer syntax, or defective software wrote the file; a PACS refuses it or aborts.',
    action: AGAIN,
  };
}

function explainFinding(finding: Finding): Words {
  switch (finding.code) {
    case 'truncated':
      return truncated(finding);
    case 'broken structure':
      return {
        what: `The data set cannot be read from ${byte(finding)} on: ${sanitize(finding.detail, SHOWN_MAX.detail)}.`,
        cause: 'The file is damaged, or defective software wrote it; a PACS that reads it aborts there.',
        action: AGAIN,
      };
    case 'deep nesting':
      return {
        what: `More than ${formatCount(finding.depth)} sequences are nested ${at(finding)}.`,
        cause: 'No real object has so many; receivers abort or crash on them.',
        action: 'Find out where the file comes from before you send it.',
      };
    case 'trailing bytes':
      return {
        what: `The pixel data is followed ${at(finding)} by ${plural(finding.length, 'byte')} that are no element.`,
        cause: 'Another program appended them, or a length before them is wrong.',
        action: 'Cut the file off there if the image is right, or get it again from where it came from.',
      };
    case 'zero padding':
      return {
        what: `The file is padded with ${plural(finding.length, 'zero byte')} ${at(finding)}.`,
        cause: 'The medium or the program fills whole blocks; peers ignore the padding.',
      };
    case 'deflate trailer':
      return {
        what: `The deflated data set ends ${at(finding)}, and ${plural(finding.length, 'byte')} that are no part of it ${finding.length === 1 ? 'follows' : 'follow'} (PS3.5 A.5).`,
        cause: 'Another program appended them; peers that inflate the data set ignore them.',
      };
    case 'odd length':
      return {
        what: `The data set is ${plural(finding.length, 'byte')} long from byte ${finding.offset} on, but the length of a data set is even (PS3.5 7.1.1).`,
        cause: 'The file is truncated or was written by defective software; a PACS that checks aborts the association.',
        action: AGAIN,
      };
    case 'odd value': {
      const { tag, length, count } = finding;
      const others = count === 1 ? '' : `, and ${plural(count - 1, 'other value')} of odd length`;
      return {
        what: `The value of ${sanitize(tag)} ${at(finding)} has an odd length of ${plural(length, 'byte')} (PS3.5 7.1.1)${others}.`,
        cause: 'Defective software wrote the file; most peers accept it.',
        action: 'Tell the manufacturer of that software.',
      };
    }
    case 'meta disagrees': {
      const { keyword, meta, dataSet } = finding;
      return {
        what: `The File Meta Information ${at(finding)} says ${keyword} ${uidInWords(meta)}, the data set ${uidInWords(dataSet)}.`,
        cause: 'The file was edited without its header; the peer receives the UID of the data set.',
        action: 'Check that it is the instance that you want to send.',
      };
    }
    case 'stray meta elements':
      return strayMeta(finding);
    case 'unknown VR':
      return unknownVR(finding);
    case 'VR against dictionary': {
      const { tag, count } = finding;
      return {
        what: `The element ${sanitize(tag)} ${at(finding)} is not SQ in the file, but its attribute is a sequence (PS3.6)${othersLike(count)}.`,
        cause: 'Defective software wrote the file. A PACS that keeps it in Implicit VR cannot read it any more.',
        action: 'Tell the manufacturer of that software.',
      };
    }
    case 'wrong encoding':
      return {
        what: `The File Meta Information says ${syntaxInWords(finding.transferSyntaxUID)}, but the data set is in ${sanitize(finding.actual)}, ${at(finding)}.`,
        cause:
          'The file was converted without its header, or defective software wrote it; a PACS that reads it aborts, at once or after half a minute.',
        action: AGAIN,
      };
    case 'pixel data against transfer syntax':
      return againstSyntax(finding);
    case 'missing attribute':
      return {
        what: `The data set has no ${sanitize(finding.keyword)} ${sanitize(finding.tag)}; only the File Meta Information has one, which is not sent.`,
        cause: 'Defective software wrote the file, or it is no instance: archives refuse it.',
        action: 'Get the file again from where it came from, or add the attribute.',
      };
    case 'no study or series':
      return {
        what: `The data set has ${withoutNames(finding.missing)}.`,
        cause: 'An archive files instances by study and series; many refuse one that belongs to none.',
        action: 'Add the attribute if the peer refuses the file.',
      };
    case 'ill-formed UID':
      return illFormed(finding);
    case 'no pixel data':
      return {
        what: `It is an image without pixel data: the data set ends ${at(finding)}.`,
        cause: 'Only the header was saved, or the file was cut off before the pixel data.',
        action: 'Check that the image is in the file.',
      };
    case 'not checked':
      return {
        what: `The file was not checked from ${byte(finding)} on.`,
        cause:
          'Its transfer syntax is not known, it has more parts than are checked, or it inflates to more than is checked.',
      };
    default:
      return unexplained(finding);
  }
}

/** What happened, without offsets and lengths, for several files with this finding; undefined: it is told without them. */
export function findingInCommon(finding: PreflightFinding): string | undefined {
  switch (finding.code) {
    case 'truncated':
      return finding.part === 'delimiter'
        ? 'The image is whole, but the delimiter that closes its compressed pixel data is missing.'
        : 'The file is truncated.';
    case 'broken structure':
      return 'The data set cannot be read to its end.';
    case 'deep nesting':
      return `More than ${formatCount(finding.depth)} sequences are nested.`;
    case 'trailing bytes':
      return 'The pixel data is followed by bytes that are no element.';
    case 'zero padding':
      return 'The file is padded with zero bytes.';
    case 'deflate trailer':
      return 'The deflated data set is followed by bytes that are no part of it.';
    case 'odd length':
      return 'The length of the data set is odd, but it must be even (PS3.5 7.1.1).';
    case 'odd value':
      return `The value of ${sanitize(finding.tag)} has an odd length (PS3.5 7.1.1).`;
    case 'meta disagrees':
      return `The File Meta Information and the data set do not have the same ${finding.keyword}.`;
    case 'stray meta elements':
      return finding.place === 'before the data set'
        ? 'Elements of group 0002 follow the File Meta Information, before the data set; they are not sent.'
        : 'Elements of group 0002, which belongs to the File Meta Information, are inside the data set.';
    case 'VR against dictionary':
      return 'Elements are not SQ in the file, but their attributes are sequences.';
    case 'unknown VR':
      return `Elements have ${UNKNOWN_VRS[finding.kind]} where their VR should be.`;
    case 'wrong encoding':
      return `The File Meta Information says ${syntaxInWords(finding.transferSyntaxUID)}, but the data set is in ${sanitize(finding.actual)}.`;
    case 'pixel data against transfer syntax':
      return `The pixel data is ${finding.pixels}, which ${syntaxInWords(finding.transferSyntaxUID)} does not allow.`;
    case 'missing attribute':
    case 'no study or series':
      return undefined;
    case 'ill-formed UID':
      return `${sanitize(finding.keyword)} ${sanitize(finding.tag)} is not a well-formed UID (${UID_FAULTS[finding.fault]}).`;
    case 'no pixel data':
      return 'It is an image without pixel data.';
    case 'not checked':
      return 'The file was not checked to its end.';
    case 'duplicate instance':
    case 'conflicting instance':
      return undefined;
    default:
      return unexplained(finding);
  }
}

/**
 * @param displayPath how the path of another file is shown; without it no other file is named, so that all files with the
 *   same finding have the same text
 */
export function explainPreflight(finding: PreflightFinding, displayPath?: (path: string) => string): Explanation {
  const whose = finding.code === 'conflicting instance' ? 'person' : 'local';
  return { ...wordsOf(finding, displayPath), whose };
}

function wordsOf(finding: PreflightFinding, displayPath?: (path: string) => string): Words {
  switch (finding.code) {
    case 'duplicate instance':
    case 'conflicting instance': {
      const isStored = finding.code === 'conflicting instance' && finding.isStored === true;
      const unnamed = isStored ? 'another file' : 'another file of this send';
      const first = displayPath === undefined ? unnamed : sanitize(displayPath(finding.firstPath), SHOWN_MAX.path);
      if (finding.code === 'duplicate instance') {
        return { what: `The same instance with the same bytes is in ${first}, and is sent from there.` };
      }
      return {
        what: `The file has the SOP Instance UID of ${first}${isStored ? ', which was stored before,' : ''} but another data set.`,
        cause: 'A PACS keeps one instance for each UID: it would refuse the second one, or replace the first.',
        action: 'Decide which of the two is right.',
      };
    }
    default:
      return explainFinding(finding);
  }
}

/** The same for a file that was held back, with the way to send it nevertheless. */
export function explainHeldBack(
  finding: PreflightFinding,
  { displayPath, surface }: { readonly displayPath?: (path: string) => string; readonly surface?: Surface },
): Explanation {
  const explanation = explainPreflight(finding, displayPath);
  // A duplicate needs no decision: the same bytes are sent from the other file.
  if (finding.code === 'duplicate instance') return explanation;
  const anyway = sendHeldBack(finding.code, surface);
  const { action } = explanation;
  return { ...explanation, action: action === undefined ? anyway : `${action} ${anyway}` };
}
