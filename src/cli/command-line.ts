// Reads a command line: a table of options in, values out. DICOM tools spell options with one dash and several letters
// (`-aet`, `-pdu`), which parseArgs of node:util reads as clusters of one-letter options; hence a reader of our own.
//
// Options may stand anywhere between the positional arguments. `--opt value`, `--opt=value`, `-opt value` and
// `-opt=value` mean the same. After `--` everything is positional. Of a repeated option the last value counts.

/** One option. `value`: the name of its value in the help text; without it the option is a flag. */
export interface OptionDefinition {
  /** Short spelling first. */
  readonly spellings: readonly [string, ...string[]];
  readonly value?: string;
  readonly help: string;
}

export type OptionTable = Readonly<Record<string, OptionDefinition>>;

type ValueOf<Definition> = Definition extends { readonly value: string } ? string : true;

/** Options that were not given are absent. */
export type OptionValues<Table extends OptionTable> = { readonly [Name in keyof Table]?: ValueOf<Table[Name]> };

export interface ParsedArguments<Table extends OptionTable> {
  readonly options: OptionValues<Table>;
  readonly positionals: readonly string[];
}

/** The command line is wrong. `hint`: a second line with what is allowed and an example. Exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** "-ta '-5' is not a timeout", and below "Allowed: seconds from 0. Example: -ta 60". */
export function wrongValue(
  option: string,
  given: string,
  expected: string,
  allowed: string,
  example: string,
): UsageError {
  return new UsageError(`${option} '${given}' is not ${expected}`, `Allowed: ${allowed}. Example: ${example}`);
}

/**
 * Which of the options was given; undefined: none.
 * @throws UsageError where more than one was
 */
export function exclusive<Spelling extends string>(
  flags: Readonly<Record<Spelling, true | undefined>>,
): Spelling | undefined {
  const spellings = Object.keys(flags) as Spelling[];
  const given = spellings.filter((spelling) => flags[spelling]);
  const list = (items: readonly string[]): string => `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
  if (given.length > 1) {
    throw new UsageError(
      `${list(spellings)} exclude each other, but ${list(given)} were given`,
      `Allowed: one of them. Example: ${given[0]}`,
    );
  }
  return given[0];
}

/** @throws UsageError for an option that is not in the table, that lacks its value, or that takes none and got one */
export function parseOptions<Table extends OptionTable>(table: Table, argv: readonly string[]): ParsedArguments<Table> {
  const names = new Map<string, string>();
  for (const [name, definition] of Object.entries(table)) {
    for (const spelling of definition.spellings) names.set(spelling, name);
  }
  const options: Record<string, string | true> = {};
  const positionals: string[] = [];

  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    if (argument === '--') {
      positionals.push(...argv.slice(index + 1));
      break;
    }
    // '-5' is never an option, so that a wrong port is reported as a wrong port.
    if (!argument.startsWith('-') || argument === '-' || /^-\d/.test(argument)) {
      positionals.push(argument);
      continue;
    }
    const equals = argument.indexOf('=');
    const spelling = equals < 0 ? argument : argument.slice(0, equals);
    const name = names.get(spelling);
    const definition = name === undefined ? undefined : table[name];
    if (name === undefined || definition === undefined) {
      throw new UsageError(`unknown option ${spelling}`, similarTo(spelling, [...names.keys()]));
    }
    const attached = equals < 0 ? undefined : argument.slice(equals + 1);
    if (definition.value === undefined) {
      if (attached !== undefined) {
        throw new UsageError(`option ${spelling} takes no value, but '${attached}' was given`, `Example: ${spelling}`);
      }
      options[name] = true;
      continue;
    }
    const value = attached ?? argv[++index];
    // '-5' is a value, and may be refused as one. '-q' is an option: the value was forgotten.
    const isForgotten = value === undefined || (attached === undefined && (value === '--' || names.has(value)));
    if (isForgotten)
      throw new UsageError(
        `option ${spelling} needs a value`,
        `${spelling} ${definition.value}: ${definition.help.replaceAll('\n', ' ')}`,
      );
    options[name] = value;
  }
  return { options: options as OptionValues<Table>, positionals };
}

/** A heading in the help text, and the options below it. */
export type OptionGroup = readonly [title: string, table: OptionTable];

/** Options in groups, `  -aet, --calling-aet TITLE  what it does`, texts aligned. */
export function optionsHelp(groups: readonly OptionGroup[]): string {
  const left = ({ spellings, value }: OptionDefinition): string =>
    spellings.join(', ') + (value === undefined ? '' : ` ${value}`);
  const width = Math.max(...groups.flatMap(([, table]) => Object.values(table).map((option) => left(option).length)));
  const indent = `\n${' '.repeat(width + 4)}`;
  return groups
    .map(([title, table]) => {
      const lines = Object.values(table).map(
        (option) => `  ${left(option).padEnd(width)}  ${option.help.replaceAll('\n', indent)}`,
      );
      return [`${title}:`, ...lines].join('\n');
    })
    .join('\n\n');
}

function similarTo(spelling: string, known: readonly string[]): string | undefined {
  const bare = spelling.replace(/^-+/, '').toLowerCase();
  const near = known.filter((candidate) => {
    const other = candidate.replace(/^-+/, '');
    return other === bare || (bare.length >= 3 && (other.startsWith(bare) || isOneEditAway(bare, other)));
  });
  return near.length === 0 ? undefined : `Did you mean ${near.join(' or ')}?`;
}

/** One character inserted, removed or replaced, or two neighbours swapped. */
function isOneEditAway(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let front = 0;
  while (front < a.length && a[front] === b[front]) front++;
  const restA = a.slice(front);
  const restB = b.slice(front);
  if (restA.slice(1) === restB || restA === restB.slice(1) || restA.slice(1) === restB.slice(1)) return true;
  return restA[0] === restB[1] && restA[1] === restB[0] && restA.slice(2) === restB.slice(2);
}
