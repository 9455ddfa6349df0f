// The files of a job, packed: about 160 bytes and its name for an instance without findings. What a plan needs of every
// file can be asked without making the object.

import type { Finding } from '../part10/check/finding.ts';
import { HEADER_FORMS, type InstanceHeader } from '../part10/header/header.ts';
import { LazyList } from './list.ts';
import { CommonTexts, PackedNumbers, PackedTexts } from './packed.ts';
import { RepeatedInstances } from './repeated-instances.ts';
import { nameStart, type ScannedFile, type ScannedInstance, type SkippedFile } from './scanned-file.ts';

/** What tells whether a target takes an instance. */
export type InstanceKind = Pick<InstanceHeader, 'sopClassUID' | 'transferSyntaxUID'>;

/** How many instances, and how many bytes their data sets have. */
export interface Load {
  readonly files: number;
  readonly bytes: number;
}

/** Of an instance that is decompressed or inflated: by how much it is longer than its file. In bytes. */
export function growthOf({ decodedLength = 0, dataSetLength }: InstanceHeader): number {
  return Math.max(0, decodedLength - dataSetLength);
}

const NO_FINDINGS: readonly Finding[] = [];

/** Only grows, at its end. */
export class ScannedFiles extends LazyList<ScannedFile> {
  #length = 0;
  #bytes = 0;
  readonly #skipped = new Map<number, SkippedFile>();
  readonly #findings = new Map<number, readonly Finding[]>();
  readonly #leadsTo = new Map<number, string>();
  readonly #repeated = new RepeatedInstances((index) => this.sopInstanceUIDOf(index));
  readonly #kinds: InstanceKind[] = [];
  readonly #kindKeys = new CommonTexts();
  readonly #folders = new CommonTexts();
  readonly #texts = new PackedTexts();
  readonly #kind = new PackedNumbers(Uint32Array);
  readonly #folder = new PackedNumbers(Uint32Array);
  readonly #form = new PackedNumbers(Uint32Array);
  readonly #name = new PackedNumbers(Float64Array);
  readonly #sopInstance = new PackedNumbers(Float64Array);
  readonly #dataSetOffset = new PackedNumbers(Float64Array);
  readonly #dataSetLength = new PackedNumbers(Float64Array);
  /** 0: not known. */
  readonly #decodedLength = new PackedNumbers(Float64Array);
  readonly #growth = new Map<InstanceKind, number>();
  readonly #size = new PackedNumbers(Float64Array);
  readonly #mtimeMs = new PackedNumbers(Float64Array);
  readonly #ctimeMs = new PackedNumbers(Float64Array);
  readonly #ino = new PackedNumbers(Float64Array);
  readonly #dev = new PackedNumbers(Float64Array);

  static of(files: Iterable<ScannedFile>): ScannedFiles {
    const list = new ScannedFiles();
    for (const file of files) list.push(file);
    return list;
  }

  get length(): number {
    return this.#length;
  }

  get load(): Load {
    return { files: this.#length - this.#skipped.size, bytes: this.#bytes };
  }

  /** By how many bytes the instances of a kind grow if they are decompressed or inflated, together. */
  get growth(): ReadonlyMap<InstanceKind, number> {
    return this.#growth;
  }

  /** Files that hold nothing to send, by index. */
  get skipped(): ReadonlyMap<number, SkippedFile> {
    return this.#skipped;
  }

  /** For each instance whose SOP Instance UID another one has too, by index: the index of the first with that UID. */
  get repeated(): ReadonlyMap<number, number> {
    return this.#repeated.firsts;
  }

  /** Of an instance; the same object for all of its kind. */
  kindOf(index: number): InstanceKind {
    return this.#kinds[this.#kind.at(index)] as InstanceKind;
  }

  /** @param index of an instance */
  sopInstanceUIDOf(index: number): string {
    return this.#texts.at(this.#sopInstance.at(index));
  }

  findingsOf(index: number): readonly Finding[] {
    return this.#findings.get(index) ?? NO_FINDINGS;
  }

  /** Where the file is, if a link out of the selection was followed. */
  leadsTo(index: number): string | undefined {
    return this.#leadsTo.get(index);
  }

  push(file: ScannedFile): void {
    const index = this.#length;
    this.#length += 1;
    if (file.type === 'skipped') {
      this.#skipped.set(index, file);
      return;
    }
    const { path, header, identity, findings } = file;
    const nameAt = nameStart(path);
    this.#folder.set(index, this.#folders.numberOf(path.slice(0, nameAt)));
    this.#name.set(index, this.#texts.add(path.slice(nameAt)));
    this.#kind.set(index, this.#kindNumberOf(header));
    this.#sopInstance.set(index, this.#texts.add(header.sopInstanceUID));
    this.#dataSetOffset.set(index, header.dataSetOffset);
    this.#dataSetLength.set(index, header.dataSetLength);
    this.#decodedLength.set(index, header.decodedLength ?? 0);
    this.#form.set(index, HEADER_FORMS.indexOf(header.form));
    this.#size.set(index, identity.size);
    this.#mtimeMs.set(index, identity.mtimeMs);
    this.#ctimeMs.set(index, identity.ctimeMs);
    this.#ino.set(index, identity.ino);
    this.#dev.set(index, identity.dev);
    if (findings.length > 0) this.#findings.set(index, findings);
    if (file.leadsTo !== undefined) this.#leadsTo.set(index, file.leadsTo);
    this.#repeated.add(index, header.sopInstanceUID);
    this.#bytes += header.dataSetLength;
    const kind = this.kindOf(index);
    const growth = growthOf(header);
    if (growth > 0) this.#growth.set(kind, (this.#growth.get(kind) ?? 0) + growth);
  }

  #kindNumberOf({ sopClassUID, transferSyntaxUID }: InstanceHeader): number {
    const number = this.#kindKeys.numberOf(`${sopClassUID} ${transferSyntaxUID}`);
    this.#kinds[number] ??= { sopClassUID, transferSyntaxUID };
    return number;
  }

  protected make(index: number): ScannedFile {
    return this.#skipped.get(index) ?? this.instance(index);
  }

  /** @param index of an instance */
  instance(index: number): ScannedInstance {
    const { sopClassUID, transferSyntaxUID } = this.kindOf(index);
    const leadsTo = this.#leadsTo.get(index);
    const decodedLength = this.#decodedLength.at(index);
    return {
      type: 'instance',
      path: this.#folders.at(this.#folder.at(index)) + this.#texts.at(this.#name.at(index)),
      header: {
        sopClassUID,
        sopInstanceUID: this.sopInstanceUIDOf(index),
        transferSyntaxUID,
        dataSetOffset: this.#dataSetOffset.at(index),
        dataSetLength: this.#dataSetLength.at(index),
        form: HEADER_FORMS[this.#form.at(index)] as InstanceHeader['form'],
        ...(decodedLength === 0 ? {} : { decodedLength }),
      },
      identity: {
        size: this.#size.at(index),
        mtimeMs: this.#mtimeMs.at(index),
        ctimeMs: this.#ctimeMs.at(index),
        ino: this.#ino.at(index),
        dev: this.#dev.at(index),
      },
      findings: this.findingsOf(index),
      ...(leadsTo === undefined ? {} : { leadsTo }),
    };
  }
}
