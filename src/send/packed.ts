// Numbers and texts packed into pages outside the engine's heap. A hundred thousand objects would take four times the
// memory, and the garbage collector would visit each of them again and again.

/** Entries, or bytes of text. */
const NUMBERS_PER_PAGE = 4_096;
const TEXT_PAGE = 65_536;
/** In front of each text: its length in bytes, doubled; odd = two bytes a character. */
const TEXT_HEADER = 4;
const NOT_LATIN_1 = /[^\0-\xff]/;

type Numbers = Float64Array | Uint32Array;

/** One number for each index; 0 where none was set. A Uint32Array needs half the memory of a Float64Array. */
export class PackedNumbers {
  readonly #page: () => Numbers;
  readonly #pages: Numbers[] = [];

  constructor(kind: new (length: number) => Numbers) {
    this.#page = () => new kind(NUMBERS_PER_PAGE);
  }

  at(index: number): number {
    return this.#pages[Math.floor(index / NUMBERS_PER_PAGE)]?.[index % NUMBERS_PER_PAGE] ?? 0;
  }

  set(index: number, value: number): void {
    const number = Math.floor(index / NUMBERS_PER_PAGE);
    while (this.#pages.length <= number) this.#pages.push(this.#page());
    (this.#pages[number] as Numbers)[index % NUMBERS_PER_PAGE] = value;
  }
}

/** Texts of any characters, also unpaired surrogates: names of files on Windows may have them. */
export class PackedTexts {
  readonly #pages: Buffer[] = [];
  #end = TEXT_PAGE;

  /** @returns where it is, for `at` */
  add(text: string): number {
    const isWide = NOT_LATIN_1.test(text);
    const length = isWide ? 2 * text.length : text.length;
    if (this.#end + TEXT_HEADER + length > TEXT_PAGE) {
      this.#pages.push(Buffer.alloc(Math.max(TEXT_PAGE, TEXT_HEADER + length)));
      this.#end = 0;
    }
    const place = (this.#pages.length - 1) * TEXT_PAGE + this.#end;
    const page = this.#pages.at(-1) as Buffer;
    page.writeUInt32LE(2 * length + (isWide ? 1 : 0), this.#end);
    page.write(text, this.#end + TEXT_HEADER, isWide ? 'utf16le' : 'latin1');
    this.#end += TEXT_HEADER + length;
    return place;
  }

  at(place: number): string {
    const page = this.#pages[Math.floor(place / TEXT_PAGE)];
    if (page === undefined) throw new RangeError(`there is no text at ${place}`);
    const start = (place % TEXT_PAGE) + TEXT_HEADER;
    const header = page.readUInt32LE(start - TEXT_HEADER);
    return page.toString(header % 2 === 1 ? 'utf16le' : 'latin1', start, start + Math.floor(header / 2));
  }
}

/** Texts that many entries share, such as folders and UIDs of SOP classes: each is kept once. */
export class CommonTexts {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#texts.length);
    return this.#texts.push(text) - 1;
  }

  at(number: number): string {
    return this.#texts[number] ?? '';
  }
}
