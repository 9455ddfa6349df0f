// Our options as explanations name them: the setting of a peer in the editor, and the option of the command line. A test
// checks that both exist.

const OPTIONS = {
  associations: ['associations', '--associations'],
  associationTimeout: ['timeouts.association', '-ta'],
  calledAETitle: ['calledAETitle', '-aec'],
  callingAETitle: ['callingAETitle', '-aet'],
  connectTimeout: ['timeouts.connect', '-tn'],
  conversion: ['conversion', '--conversion'],
  preflight: ['preflight', '--preflight'],
  responseTimeout: ['timeouts.response', '-td'],
  writeTimeout: ['timeouts.writeStall', '-tn'],
} as const satisfies Readonly<Record<string, readonly [setting: string, option: string]>>;

/** '(setting calledAETitle, option -aec)' */
export function ourOption(name: keyof typeof OPTIONS): string {
  const [setting, option] = OPTIONS[name];
  return `(setting ${setting}, option ${option})`;
}
