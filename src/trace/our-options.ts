// Our options as explanations name them: the setting in the editor (of a peer, where it has no prefix), and the option of the command line. A test
// checks that both exist.

import { EXPLICIT_VR_BE, IMPLICIT_VR_LE } from '../protocol/uids.ts';

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

/** '(setting calledAETitle, option -aec)' */
export function ourOption(name: keyof typeof OPTIONS): string {
  const [setting, option] = OPTIONS[name];
  return `(setting ${setting}, option ${option})`;
}

/** The option by which nothing but this transfer syntax is proposed. */
export function requestOption(transferSyntaxUID: string): string {
  if (transferSyntaxUID === EXPLICIT_VR_BE) return ourOption('requestBig');
  return ourOption(transferSyntaxUID === IMPLICIT_VR_LE ? 'requestImplicit' : 'requestExplicit');
}
