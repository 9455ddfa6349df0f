// Limits: what others (peers, files, folders, settings) can make us use of memory, time, disk and screen. They are in one
// file so that a reader can add them up; `npm run docs` writes docs/limits.md from it. It stands in this room because every
// other room may import it; it holds numbers and nothing else.
//
// A line `// # …` begins a group. Each comment says why the limit is what it is, and ends with the unit: "In bytes."

// # Peers, on any association

/** Ten times a very long A-ASSOCIATE PDU: 128 contexts with 20 transfer syntaxes each are 100 KiB. In bytes. */
export const ASSOCIATE_LENGTH_MAX = 1024 * 1024;

/**
 * In an A-ASSOCIATE PDU. The standard sets no limit. 128 contexts with every known transfer syntax are about 5,000 items;
 * a PDU of empty items would block the event loop for long. In items.
 */
export const ITEMS_PER_PDU_MAX = 32_768;

/**
 * The standard sets no limit; real senders put one or two into a PDU. A PDU of empty PDVs would block the event loop for
 * seconds. In PDVs.
 */
export const PDVS_PER_PDU_MAX = 10_000;

/** The longest P-DATA-TF that is accepted where "no limit" was announced: it is held in memory. In bytes. */
export const RECEIVED_PDU_LENGTH_CAP = 16 * 1024 * 1024;

/** Shorter PDUs do not count against `LONG_PDUS_LENGTH_MAX`: those of 32 associations take little. In bytes. */
export const LONG_PDU_MIN = 256 * 1024;

/**
 * PDUs of `LONG_PDU_MIN` and more that are arriving, of all associations of the process together. The next one is not read
 * before there is room for it. In bytes.
 */
export const LONG_PDUS_LENGTH_MAX = RECEIVED_PDU_LENGTH_CAP;

/**
 * How far a P-DATA-TF may exceed the announced length: some peers count headers wrongly and are a few bytes too long. In
 * bytes.
 */
export const RECEIVED_PDU_LENGTH_SLACK = 1024;

/** The longest P-DATA-TF that is sent, even to a peer that takes longer ones: it is held in memory. In bytes. */
export const SENT_PDU_LENGTH_CAP = 131_072;

/**
 * A longer PDU is recorded as cut, and nothing behind it: a record of the traffic does not hold such PDUs in memory.
 * Unless a peer was allowed more, the association is aborted because of it. In bytes.
 */
export const TAPPED_PDU_LENGTH_MAX = RECEIVED_PDU_LENGTH_CAP + 2 ** 20;

/**
 * What one part of the reading may cost, which is about 2 ms at the most detailed trace level. A PDU and a message count as
 * much as the PDVs that take as long. In PDVs.
 */
export const READ_PART_COST_MAX = 512;

/** How long arriving bytes are read in one turn of the event loop, those of all associations together. In milliseconds. */
export const READ_TURN_MS = 8;

/** Of a message. It is held in memory until it is whole; real command sets have a few hundred bytes. In bytes. */
export const COMMAND_SET_MAX = 65_536;

/** Of a response. It is held in memory until it is whole, or dropped where the response has none. In bytes. */
export const ANSWER_DATA_SET_MAX = 16 * 2 ** 20;

/** While more requests of the peer than this are unanswered, nothing more is read from it. In requests. */
export const UNANSWERED_MAX = 64;

/**
 * Requests of ours without an answer at a time. More gain nothing, and the answers to all of them may be one burst. In
 * requests.
 */
export const WINDOW_MAX = 64;

/** PS3.8 9.1.5 leaves ARTIM to us. How long an acceptor waits for the A-ASSOCIATE-RQ. In milliseconds. */
export const ARTIM_REQUEST_MS = 30_000;

/** How long either side waits, after its last PDU, for the other one to close the connection. In milliseconds. */
export const ARTIM_CLOSE_MS = 2_000;

/** How long the end of a connection is awaited: longer than ARTIM, which closes it first. In milliseconds. */
export const CLOSE_MAX_MS = 3_000;

/** The same for a peer that has already let a deadline pass. In milliseconds. */
export const SILENT_CLOSE_MAX_MS = 500;

/**
 * How long a peer may take part in an orderly end after a person has cancelled: once in the release, and once more until the
 * connection is closed. In milliseconds.
 */
export const CANCELLED_RELEASE_MS = 300;

/**
 * How long a name server may delay the question that shows a peer's addresses. Connecting reports the same failure. In
 * milliseconds.
 */
export const LOOKUP_MAX_MS = 3_000;

/** In the question whether data may go to a peer; a host name can have a hundred. In addresses. */
export const ADDRESSES_MAX = 4;

/** Of a name in that question, so that it fits into a line of a dialog. In characters. */
export const CONSENT_NAME_MAX = 32;

/** On one letter of a name; more would reach into the lines above and below. No language needs as many. In marks. */
export const PILED_MARKS_MAX = 4;

/** In this time lines of the trace that a peer can repeat are shown up to the two limits that follow. In milliseconds. */
export const REPEATS_WINDOW_MS = 1_000;

/** Of a kind, in that time. What follows is counted: it tells a reader nothing new. In events. */
export const REPEATED_LINES_MAX = 20;

/** Of all kinds, in that time, and one event more: a terminal and a disk keep up with it. In characters. */
export const REPEATED_TEXT_MAX = 262_144;

// # Whatever sends to the built-in receiver

/**
 * A flood of connections must not exhaust the machine. A further association takes the place of the one that is longest
 * idle or slow, or is rejected as transient. In associations.
 */
export const RECEIVER_ASSOCIATIONS_MAX = 32;

/**
 * That have not sent a whole A-ASSOCIATE-RQ. Of more, the oldest of the machine that has the most is closed. In connections.
 */
export const UNASKED_MAX = 64;

/** That were rejected, aborted or released, and that the peer has to close. Of more, the oldest is closed. In connections. */
export const CLOSING_MAX = 32;

/**
 * While all places are taken, only an association that has neither stored an instance nor sent `USEFUL_LENGTH` for so long may
 * lose its place: between two files a sender opens the next one. In milliseconds.
 */
export const PLACE_KEPT_MS = 5_000;

/** A sender that needs longer than `PLACE_KEPT_MS` for so much has about 100 kbit/s. In bytes. */
export const USEFUL_LENGTH = 65_536;

/**
 * A message must go on in each stretch of this length, from its first byte to its last. A network that loses packets pauses
 * for some seconds, and hardly for a minute. In milliseconds.
 */
export const MESSAGE_STRETCH_MS = 60_000;

/**
 * What must arrive in each stretch of a message that is not complete: 1 KiB/s, less than the slowest modem. There is no limit
 * for a whole message, so 1 GB may take days. In bytes.
 */
export const MESSAGE_STRETCH_LENGTH = 61_440;

/** How often the trace says that requestors were ended for one reason. What happens meanwhile is counted. In milliseconds. */
export const TOLD_AGAIN_MS = 10_000;

/** The maximum length received that the receiver announces. A PDU is held in memory. In bytes. */
export const RECEIVED_PDU_LENGTH = 131_072;

/** No modality makes a longer instance, and one without end must not fill the disk. In bytes. */
export const RECEIVED_INSTANCE_LENGTH_MAX = 16 * 2 ** 30;

/**
 * While an instance that waits for the disk holds more memory than this, nothing more of it is read from the network. In
 * bytes.
 */
export const UNWRITTEN_LENGTH_MAX = 4 * 1024 * 1024;

/** The same, of all associations of a receiver together: each has an equal part. In bytes. */
export const ALL_UNWRITTEN_LENGTH_MAX = 16 * 1024 * 1024;

/** A requestor that sends nothing for so long is gone, and its place is free again. In milliseconds. */
export const RECEIVER_IDLE_MS = 300_000;

/** How long a requestor may delay the stop of the receiver after the A-ABORT: a person waits for it. In milliseconds. */
export const RECEIVER_STOP_MS = 500;

// # Files

/** A header that has not told its UIDs by then is none. It is held in memory. In bytes. */
export const HEADER_LIMIT = 1_048_576;

/**
 * How far into a data set the receiver looks for the UIDs that the request has named. Until they are found, what has come is
 * held in memory. In bytes.
 */
export const RECEIVED_HEADER_LIMIT = 65_536;

/** A deflated data set is inflated no further than this to read its header: little can become a lot. In bytes. */
export const INFLATE_LIMIT = 65_536;

/** In a header. Deeper than in any real data set; DCMTK draws its line there, too. In sequences inside each other. */
export const HEADER_NESTING_MAX = 64;

/**
 * In a data set that is checked or re-encoded. Deeper than in any real object; each costs a level for itself and one for
 * its item. In sequences inside each other.
 */
export const NESTING_MAX = 1_000;

/** Of a patient's or a study's name, read to be shown in a line. In bytes. */
export const SHOWN_VALUE_MAX = 1024;

/**
 * Of a file, read by the pre-flight check. Enough for the headers of any real file: about a gigabyte of fragments of ten
 * kilobytes each. In reads.
 */
export const PIECES_MAX = 100_000;

/**
 * Of what a deflated data set inflates to, checked whatever the size of the file: a hundredth of a second. Beyond it,
 * INFLATED_CHECK_RATIO bounds the check. In bytes.
 */
export const INFLATED_CHECK_MIN = 64 * 2 ** 20;

/**
 * How much more a large deflated data set may inflate to than it has itself, to be checked to its end. Images deflate to a
 * half; what deflates to a thousandth holds nothing. In bytes for each byte.
 */
export const INFLATED_CHECK_RATIO = 32;

/**
 * Of a data set in Implicit VR, looked up in the data dictionary because their values have no length. No program writes so
 * many. In attributes.
 */
export const LENGTHLESS_TAGS_MAX = 100;

/** Longer padding at the end of a file is not looked through to its end. In bytes. */
export const PADDING_MAX = 1_048_576;

/** How long the decoding of a frame may take: a damaged frame may keep its thread busy for ever. In milliseconds. */
export const FRAME_TIMEOUT_MS = 60_000;

/**
 * For decoding, of all sends of a process together: threads, codecs, frames before and after. With what a process takes
 * without any decoder it stays below 300 MiB. A mammogram of 28 million pixels of 16 bits fits in any codec. A larger frame is
 * decompressed where it fits. In bytes.
 */
export const DECODER_MEMORY = 190 * 1024 * 1024;

/**
 * Of DECODER_MEMORY, what several frames may have together. A frame that needs more waits until it is alone: with files of all
 * kinds a process stays near 200 MiB. In bytes.
 */
export const DECODERS_SHARED_MEMORY = 80 * 1024 * 1024;

/** Group 0028 of an image that is decompressed; real ones have a few tables of at most 128 KiB. In bytes. */
export const IMAGE_GROUP_MAX = 16 * 1024 * 1024;

/** In group 0028; the standard has fewer than 200. In elements. */
export const IMAGE_ELEMENTS_MAX = 4_096;

/** How long a system call on a file may take by default: a file system that hangs never answers. In milliseconds. */
export const FILE_TIMEOUT_MS = 30_000;

/**
 * Calls that have not returned in time. Each occupies a thread of Node's pool, which has four; with more of them, everything
 * else would hang. In calls.
 */
export const HANGING_CALLS_MAX = 2;

/** While so many file threads of the process hang, none that hangs is replaced. In threads. */
export const HANGING_THREADS_MAX = 16;

/** Of a path in a dialog about held-back files. In characters. */
export const HELD_BACK_NAME_MAX = 300;

/** In the dialog about held-back files: a longer list is nothing to decide by. In files. */
export const HELD_BACK_LISTED_MAX = 1_000;

// # Settings

/** In one settings file; the rest is not used, which is said. In peers. */
export const PEERS_MAX = 200;

/** Of the name of a peer. In lists a longer one is cut before what tells it from another. In characters. */
export const PEER_NAME_MAX = 64;

/** Of a settings file or a file of peers: objects and lists in each other. In levels. */
export const JSON_DEPTH_MAX = 32;

/** Of a file of peers to import. Orthanc's whole configuration has a tenth. In bytes. */
export const PEER_LIST_LENGTH_MAX = 1_048_576;

/** Kept of verified peers: the newest, in all windows together. Peers come and go. In peers. */
export const VERIFICATIONS_MAX = 1_000;

/** Of a value of a setting, quoted in a message about it. In characters. */
export const SETTING_SHOWN_MAX = 40;

/** Of one peer, in the message about it. In problems. */
export const SETTING_ISSUES_MAX = 5;

/** The largest `maxPduLength` of a peer: a PDU is held in memory. In bytes. */
export const MAX_PDU_LENGTH_MAX = 1_048_576;

/** The longest timeout of a peer: a day. In seconds. */
export const TIMEOUT_MAX_S = 86_400;

/** To one peer at a time. In associations. */
export const ASSOCIATIONS_MAX = 8;

// # What is traced, shown and reported

/** Of a PDU or command set, kept for the trace. In bytes. */
export const TRACE_BYTES_MAX = 512;

/** Of one message in the trace: PDUs of one length, one after the other, are a run. In runs. */
export const PDU_LENGTHS_SHOWN_MAX = 8;

/** Of a hex dump. In bytes. */
export const HEX_BYTES_MAX = 512;

/** Of one PDU in the trace: an A-ASSOCIATE PDU of a megabyte could make hundreds of thousands. In lines. */
export const BLOCK_LINES_MAX = 4_000;

/** Of whose state the trace knows: the end of an association may never be traced. In associations. */
export const TRACED_ASSOCIATIONS_MAX = 256;

/** Of a response, shown in the trace. In elements. */
export const OFFENDING_ELEMENTS_MAX = 16;

/** For the output channel. When more waits, it is written at once. In characters. */
export const LOG_WAITING_MAX = 4_000_000;

/** On the command line, written and not yet read. Lines that do not fit are left out, and counted. In bytes. */
export const OUTPUT_UNREAD_MAX = 16_777_216;

/** For a line that waits for room in what is not yet read, in one turn: Ctrl-C and peers wait as well. In milliseconds. */
export const OUTPUT_TURN_WAIT_MS = 250;

/** At its exit, the command line waits so long for a reader that reads nothing. In milliseconds. */
export const READER_WAIT_MS = 2_000;

/** The same after Ctrl-C, however much is read in it: a person waits for the end. In milliseconds. */
export const INTERRUPTED_READER_WAIT_MS = 200;

/** Of a table in a Markdown report that names no files: associations, folders, conversions. In rows. */
export const REPORT_ROWS_MAX = 2_000;

/** Of one problem, in results and reports. The list of files has them all. In paths. */
export const PROBLEM_PATHS_MAX = 20;

/** In a report: a peer that words each answer differently would make one for every file. In problems. */
export const PROBLEMS_MAX = 1_000;

/** Of an unexpected error: enough for a message and a deep stack. In characters. */
export const BUG_TEXT_MAX = 8_000;

// # What is kept on disk and in memory after a send

/** Results of past sends, which hold paths and UIDs. In milliseconds. */
export const KEPT_AGE_MAX_MS = 30 * 24 * 3_600_000;

/** Results of past sends: the newest. In sends. */
export const KEPT_FILES_MAX = 200;

/** Results of past sends together; those of the last send are kept even if they are larger. In bytes. */
export const KEPT_BYTES_MAX = 128 * 1024 * 1024;

/**
 * What a killed process left half written is removed at once. If nobody can tell whether the process still runs, because it
 * is on another machine, the file is removed when it has not grown for so long: longer than clocks differ. In milliseconds.
 */
export const LEFTOVER_AGE_MAX_MS = 24 * 3_600_000;

/** Of a send, kept with its results. In associations. */
export const KEPT_ASSOCIATIONS_MAX = 1_000;

/** Of a past send, kept in memory. In problems. */
export const KEPT_PROBLEMS_MAX = 50;

/**
 * Of a file that we read again: results or journal. The longest line that we write names all that a person selected. In
 * characters.
 */
export const KEPT_LINE_LENGTH_MAX = 1 << 24;

/** Without a running process: the newest. In journals. */
export const JOURNALS_KEPT = 20;

/** Journals without a running process hold paths. In milliseconds. */
export const JOURNAL_AGE_MAX_MS = 30 * 24 * 3_600_000;

/** Of a journal without a readable header: a younger one may just have been begun elsewhere. In milliseconds. */
export const HEADLESS_AGE_MAX_MS = 24 * 3_600_000;

/** Of a journal. In bytes. */
export const JOURNAL_HEADER_LENGTH_MAX = 16_384;

/** Remembered for one peer so that they are not sent twice, before the oldest are forgotten. In instances. */
export const GENERATION_MAX = 100_000;

/** Whose stored instances are remembered. In peers. */
export const DESTINATIONS_MAX = 16;

/** Of which it is known what happened on the wire, with 40 bytes a file in memory. In sends. */
export const WIRE_LOGS_MAX = 5;
