// The line of the trace about an association that we reject: why, and whose request it was. PS3.8 9.3.4.

import { hasRoomForData } from '../protocol/dimse/fragment.ts';
import type { AAssociateRj, AAssociateRq } from '../protocol/ul/pdu.ts';
import { rejectReasonText, rejectSummary } from './code-text.ts';
import { aeTitle } from './names.ts';

type Request = Pick<AAssociateRq, 'callingAETitle' | 'calledAETitle'> & {
  readonly userInformation: { readonly maximumLength?: number };
};

/** 'STORESCU -> ORTHANC' */
export const titlesOf = ({ callingAETitle, calledAETitle }: Omit<Request, 'userInformation'>): string =>
  `${aeTitle(callingAETitle)} -> ${aeTitle(calledAETitle)}`;

/**
 * 'Rejecting Association STORESCU -> NOBODY: Called AE title not recognised (Result: …)'.
 * @param request undefined: it was not traced
 */
export function rejectingLine(rj: AAssociateRj, request: Request | undefined): string {
  const [codes = ''] = rejectSummary(rj);
  const whose = request === undefined ? '' : ` ${titlesOf(request)}`;
  return `Rejecting Association${whose}: ${reasonOf(rj, request?.userInformation.maximumLength)} (${codes})`;
}

function reasonOf({ source, reason }: AAssociateRj, maximumLength: number | undefined): string {
  // The standard has no code for it.
  if (source === 2 && reason === 1 && !hasRoomForData(maximumLength)) {
    return `its maximum length of ${maximumLength} bytes leaves no room for an answer (PS3.8 D.1)`;
  }
  return rejectReasonText(source, reason);
}
