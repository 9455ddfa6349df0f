// The little of dcmjs that is used here; it brings no types of its own.

declare module 'dcmjs' {
  export interface DictionaryEntry {
    /** Two letters, or dcmjs's own 'ox', 'xs', 'lt', 'up', 'na'. */
    readonly vr: string;
    /** 'RETIRED_' stands before the keywords of retired elements. */
    readonly name: string;
  }

  export interface DicomElement {
    readonly vr?: string;
    readonly Value?: readonly unknown[];
  }

  export const data: {
    readonly DicomMetaDictionary: {
      /** By eight hexadecimal digits; repeating groups are found, too. */
      readonly dictionary: Readonly<Record<string, DictionaryEntry | undefined>>;
      /** By keyword. Some entries have no tag of hexadecimal digits. */
      readonly nameMap: Readonly<Record<string, { readonly tag?: string }>>;
    };
    readonly DicomMessage: {
      readFile(buffer: ArrayBuffer): { readonly dict: Readonly<Record<string, DicomElement | undefined>> };
    };
  };

  export const log: { setLevel(level: 'silent'): void };
}
