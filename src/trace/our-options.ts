// Our options as explanations name them: in the editor the setting (of a peer, where it has no prefix), in the terminal the
// option of the command line. It is the one place that knows where a text is read. A test checks that both exist.

import { EXPLICIT_VR_BE, IMPLICIT_VR_LE } from '../protocol/uids.ts';
import type { PreflightCode } from '../send/preflight-policy.ts';

/**
 * Where a text is read: it names only what people have there. Undefined: in both, as the documentation and reports that
 * go from one to the other.
 */
export type Surface = 'editor' | 'terminal';

const OPTIONS = {
  associations: ['associations', '--associations'],
  associationTimeout: ['timeouts.association', '-ta'],
  calledAETitle: ['calledAETitle', '-aec'],
  callingAETitle: ['callingAETitle', '-aet'],
  connectTimeout: ['timeouts.connect', '-tn'],
  conversion: ['conversion', '--conversion'],
  followLinks: ['sendToPacs.followLinks', '--follow-links'],
  preflight: ['preflight', '--preflight'],
  receiverFolder: ['sendToPacs.receiver.directory', '--out'],
  receiverMismatch: ['sendToPacs.receiver.mismatch', '--accept-mismatch'],
  receiverPort: ['sendToPacs.receiver.port', '--port'],
  requestBig: ['requestTransferSyntax', '-xb'],
  requestExplicit: ['requestTransferSyntax', '-xe'],
  requestImplicit: ['requestTransferSyntax', '-xi'],
  responseTimeout: ['timeouts.response', '-td'],
  writeTimeout: ['timeouts.writeStall', '-tn'],
} as const satisfies Readonly<Record<string, readonly [setting: string, option: string]>>;

type Name = keyof typeof OPTIONS;

/** '(setting calledAETitle of the peer)', '(option -aec)' or '(setting calledAETitle, option -aec)'. */
export function ourOption(name: Name, surface: Surface | undefined): string {
  const [setting, option] = OPTIONS[name];
  if (surface === 'terminal') return `(option ${option})`;
  if (surface === undefined) return `(setting ${setting}, option ${option})`;
  return `(setting ${setting}${setting.startsWith('sendToPacs.') ? '' : ' of the peer'})`;
}

/** 'allow conversion with --conversion any', to begin or continue a sentence. */
export function allowConversion(enough: 'lossless' | 'any', surface: Surface | undefined): string {
  if (surface === 'terminal') return `allow conversion with --conversion ${enough}`;
  return `set conversion to "${enough}" ${ourOption('conversion', surface)}`;
}

/** 'leave out -xi': what lets more than this one transfer syntax be proposed. */
export function unlimitProposal(transferSyntaxUID: string, surface: Surface | undefined): string {
  const name = requestOption(transferSyntaxUID);
  if (surface === 'terminal') return `leave out ${OPTIONS[name][1]}`;
  return `do not limit what is proposed ${ourOption(name, surface)}`;
}

/** The option by which nothing but this transfer syntax is proposed. */
function requestOption(transferSyntaxUID: string): Name {
  if (transferSyntaxUID === EXPLICIT_VR_BE) return 'requestBig';
  return transferSyntaxUID === IMPLICIT_VR_LE ? 'requestImplicit' : 'requestExplicit';
}

/** How a file is sent that is held back for this. */
export function sendHeldBack(code: PreflightCode, surface: Surface | undefined): string {
  if (surface === 'terminal') return `To send it as it is, give --preflight '${code}=send'.`;
  return `To send it as it is, choose "Send This One" in "Review Held-Back Files", or set "${code}" to send ${ourOption('preflight', surface)}.`;
}
