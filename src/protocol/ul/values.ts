// AE titles and UIDs: what may be sent, and how what is received is read. PS3.8 9.3.2 (Table 9-11), Annex F; PS3.5 6.2 (AE), 9.
//
// What we send is held to the standard. What a peer sends is read as it is, without its padding: a title or a UID that is
// out of form is not a protocol error, it only never equals anything.

/** 1-16 characters of ISO 646 without control characters and backslash, not all of them spaces. */
export function isAETitle(text: string): boolean {
  return /^[ -[\]-~]{1,16}$/.test(text) && text.trim() !== '';
}

/** 1-64 digits and periods. Components with a leading zero exist in the field and go through. */
export function isUID(text: string): boolean {
  return /^[0-9.]{1,64}$/.test(text);
}

/** 1-16 printable characters of ISO 646. PS3.7 D.3.3.2.3. */
export function isImplementationVersionName(text: string): boolean {
  return /^[ -~]{1,16}$/.test(text);
}

/** Leading and trailing spaces of an AE title are not significant (PS3.8 Table 9-11); some peers pad with NULs. */
export function withoutAETitlePadding(text: string): string {
  return withoutTrailingPadding(text).replace(/^ +/, '');
}

/** UIDs and names are sent without padding (PS3.8 Annex F), yet peers pad them to an even length, with a NUL or a space. */
export function withoutTrailingPadding(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === '\0' || text[end - 1] === ' ')) end--;
  return text.slice(0, end);
}
