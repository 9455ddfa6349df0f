// UIDs and names: what we may send, and how we read what peers send. PS3.8 Annex F; PS3.5 9.1; PS3.7 D.3.3.2.
//
// What we send is held to the standard. What a peer sends is read as it is, without its padding: a UID that breaks the rule is
// no protocol error, it only never equals one of ours.

export const UID_LENGTH_MAX = 64;
export const IMPLEMENTATION_VERSION_NAME_LENGTH_MAX = 16;

/** 1-64 digits and periods. Components with a leading zero are common in the field and are let through. */
export function isUID(text: string): boolean {
  return text.length <= UID_LENGTH_MAX && /^[0-9.]+$/.test(text);
}

/** 1-16 printable characters of ISO 646. PS3.7 D.3.3.2.3. */
export function isImplementationVersionName(text: string): boolean {
  return text.length <= IMPLEMENTATION_VERSION_NAME_LENGTH_MAX && /^[ -~]+$/.test(text);
}

/** The standard sends UIDs and names without padding (PS3.8 Annex F), but peers pad them with a NUL or a space to an even length. */
export function withoutTrailingPadding(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1] === ' ')) end--;
  return text.slice(0, end);
}
