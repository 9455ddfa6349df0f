// Finds the import specifiers and exported names of TypeScript source, types included, without a compiler.
//
// A tokenizer that knows comments, strings, templates and regular expressions well enough not to be fooled by an `import` or a
// quote inside one of them, and then a look at what follows each `import`, `export` and `require`.

export interface ImportFound {
  /** undefined: an import() or require() of something that is no string literal. */
  readonly specifier: string | undefined;
  /** 'type' is erased when the code runs. */
  readonly kind: 'value' | 'type' | 'dynamic' | 're-export';
}

export interface ScannedSource {
  readonly imports: readonly ImportFound[];
  readonly hasDefaultExport: boolean;
  /** Names that the file declares: classes, interfaces, types, functions, variables. */
  readonly declared: readonly string[];
}

interface Token {
  readonly type: 'word' | 'string' | 'punctuation';
  readonly text: string;
}

const wordsBeforeRegex = new Set('return typeof case in of delete void throw new else do await yield'.split(' '));

/** Whether a slash after this token begins a regular expression, and is no division. */
function regexMayFollow(previous: Token | undefined): boolean {
  if (previous === undefined) return true;
  if (previous.type === 'string') return false;
  if (previous.type === 'word') return wordsBeforeRegex.has(previous.text);
  return !/^[)\]}]$/.test(previous.text);
}

/** Index just behind the quoted text that begins at `start`. */
function endOfString(source: string, start: number): number {
  const quote = source[start];
  let at = start + 1;
  while (at < source.length && source[at] !== quote) at += source[at] === '\\' ? 2 : 1;
  return at + 1;
}

function endOfRegex(source: string, start: number): number {
  let at = start + 1;
  for (let inClass = false; at < source.length && (inClass || source[at] !== '/'); at++) {
    if (source[at] === '\\') at++;
    else if (source[at] === '[') inClass = true;
    else if (source[at] === ']') inClass = false;
  }
  return at + 1;
}

function tokenize(source: string): Token[] {
  const tokens: Token[] = [];
  /** For each open `${`, how many braces are open inside it. */
  const templates: number[] = [];
  let at = 0;

  /** Over the text of a template, from behind its backtick or behind the brace that closes a `${}`. */
  const skipTemplateText = (): void => {
    for (; at < source.length; at++) {
      if (source[at] === '\\') at++;
      else if (source[at] === '`') {
        at++;
        tokens.push({ type: 'string', text: '' });
        return;
      } else if (source.startsWith('${', at)) {
        at += 2;
        templates.push(0);
        tokens.push({ type: 'punctuation', text: '(' });
        return;
      }
    }
  };

  while (at < source.length) {
    const char = source[at] as string;
    const word = /^[\p{ID_Start}$_#][\p{ID_Continue}$]*/u.exec(source.slice(at, at + 200))?.[0];
    if (/\s/.test(char)) at++;
    else if (source.startsWith('//', at)) {
      const end = source.indexOf('\n', at);
      at = end === -1 ? source.length : end;
    } else if (source.startsWith('/*', at)) {
      const end = source.indexOf('*/', at + 2);
      at = end === -1 ? source.length : end + 2;
    } else if (char === "'" || char === '"') {
      const end = endOfString(source, at);
      tokens.push({ type: 'string', text: source.slice(at + 1, end - 1) });
      at = end;
    } else if (char === '`') {
      at++;
      skipTemplateText();
    } else if (char === '/' && regexMayFollow(tokens.at(-1))) {
      at = endOfRegex(source, at);
      tokens.push({ type: 'string', text: '' });
    } else if (word !== undefined) {
      tokens.push({ type: 'word', text: word });
      at += word.length;
    } else {
      const open = templates.at(-1);
      at++;
      if (char === '}' && open === 0) {
        templates.pop();
        skipTemplateText();
      } else {
        if (open !== undefined && char === '{') templates[templates.length - 1] = open + 1;
        if (open !== undefined && char === '}') templates[templates.length - 1] = open - 1;
        tokens.push({ type: 'punctuation', text: char });
      }
    }
  }
  return tokens;
}

/** The string behind the next `from`; undefined if the statement ends first. */
function stringAfterFrom(tokens: readonly Token[], start: number): string | undefined {
  for (let at = start; at < tokens.length; at++) {
    const token = tokens[at];
    const next = tokens[at + 1];
    if (token?.type === 'word' && token.text === 'from' && next?.type === 'string') return next.text;
    if (token?.type === 'string' || token?.text === ';') return undefined;
  }
  return undefined;
}

const declarers = new Set(['class', 'interface', 'type', 'function', 'const', 'let']);

export function scanSource(source: string): ScannedSource {
  const tokens = tokenize(source);
  const imports: ImportFound[] = [];
  const declared: string[] = [];
  let hasDefaultExport = false;
  for (const [index, { type, text }] of tokens.entries()) {
    const previous = tokens[index - 1]?.text;
    if (type !== 'word' || previous === '.') continue;
    const next = tokens[index + 1];
    const [meta, dot, resolve, open, resolved] = tokens.slice(index + 2, index + 7);
    if (
      text === 'import' &&
      `${next?.text}${meta?.text}${dot?.text}${resolve?.text}${open?.text}` === '.meta.resolve('
    ) {
      imports.push({ specifier: resolved?.type === 'string' ? resolved.text : undefined, kind: 'dynamic' });
    } else if ((text === 'import' || text === 'require') && next?.text === '(' && next.type === 'punctuation') {
      const argument = tokens[index + 2];
      const specifier = argument?.type === 'string' && argument.text !== '' ? argument.text : undefined;
      imports.push({ specifier, kind: previous === 'typeof' ? 'type' : 'dynamic' });
    } else if (text === 'import' && next?.text !== '.' && next !== undefined) {
      const isType = next.type === 'word' && next.text === 'type' && !/^(from|,)$/.test(tokens[index + 2]?.text ?? '');
      const specifier = next.type === 'string' ? next.text : stringAfterFrom(tokens, index + 1);
      imports.push({ specifier, kind: isType ? 'type' : 'value' });
    } else if (text === 'export' && next !== undefined) {
      const braces = next.text === 'type' ? tokens[index + 2] : next;
      if (next.text === 'default') hasDefaultExport = true;
      if (braces?.text !== '*' && braces?.text !== '{') continue;
      const specifier = stringAfterExportList(tokens, index);
      if (specifier !== undefined) imports.push({ specifier, kind: 're-export' });
      for (let at = index; tokens[at] !== undefined && tokens[at]?.text !== '}'; at++) {
        if (tokens[at]?.text === 'as' && tokens[at + 1]?.text === 'default') hasDefaultExport = true;
      }
    } else if (declarers.has(text) && next?.type === 'word') {
      declared.push(next.text);
    }
  }
  return { imports, hasDefaultExport, declared };
}

/** The source of `export * from` or `export { … } from`; undefined for a list of the file's own names. */
function stringAfterExportList(tokens: readonly Token[], start: number): string | undefined {
  let at = start;
  while (at < tokens.length && tokens[at]?.text !== '}' && tokens[at]?.text !== 'from') at++;
  const from = tokens[at]?.text === 'from' ? at : at + 1;
  const specifier = tokens[from + 1];
  return tokens[from]?.text === 'from' && specifier?.type === 'string' ? specifier.text : undefined;
}
