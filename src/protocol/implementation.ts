// How this program identifies itself. PS3.7 D.3.3.2; PS3.10 7.1 (0002,0012) and (0002,0013).

/** Derived from a random UUID (PS3.5 B.2). Never changes. */
export const IMPLEMENTATION_CLASS_UID = '2.25.114107219073616079623749826148865823425';

/** 1-16 characters; its digits are the version's. */
export const IMPLEMENTATION_VERSION_NAME = 'SEND_TO_PACS_020';
