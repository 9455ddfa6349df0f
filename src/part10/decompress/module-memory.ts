// How much memory a WebAssembly module begins with and may grow to. The codecs' module begins with 256 MiB and may have 2 GiB.
// With less at the beginning it has to ask for each piece that it needs, and can be stopped. WebAssembly core, 5.5.8.

const MEMORY_SECTION = 5;
const HEADER_LENGTH = 8;
const PAGE = 65_536;

/**
 * `module` with other limits of its only memory, written in place: as many bytes as before.
 * @param least and `most`: in bytes
 * @throws RangeError where there is no such memory
 */
export function limitMemory(module: Uint8Array<ArrayBuffer>, least: number, most: number): Uint8Array<ArrayBuffer> {
  let at = HEADER_LENGTH;
  const number = (): { readonly value: number; readonly from: number } => {
    const from = at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = module[at] ?? 0;
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    return { value, from };
  };
  const write = (from: number, to: number, pages: number): void => {
    if (pages >= 2 ** (7 * (to - from))) throw new RangeError(`${pages} pages do not fit`);
    for (let place = from, rest = pages; place < to; place += 1, rest = Math.floor(rest / 128)) {
      module[place] = (rest % 128) | (place + 1 < to ? 0x80 : 0);
    }
  };
  while (at < module.length) {
    const section = module[at];
    at += 1;
    const { value: length } = number();
    const next = at + length;
    if (section === MEMORY_SECTION) {
      const { value: memories } = number();
      const { value: flags } = number();
      if (memories !== 1 || flags !== 1) break;
      const first = number().from;
      const second = number().from;
      write(first, second, Math.ceil(least / PAGE));
      write(second, at, Math.floor(most / PAGE));
      return module;
    }
    at = next;
  }
  throw new RangeError('a module without one memory that has a limit');
}
