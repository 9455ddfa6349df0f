// An instance that the built-in receiver has stored.

export interface ReceivedInstance {
  /** Absolute path of the Part 10 file. */
  readonly path: string;
  readonly sopClassUID: string;
  readonly sopInstanceUID: string;
  readonly transferSyntaxUID: string;
  readonly callingAETitle: string;
  /** Of the data set. */
  readonly bytes: number;
  /** It took the place of one that was received before under the same SOP Instance UID. */
  readonly isReplaced: boolean;
}
