// Words of others in a place that takes some for more than words: the editor makes links of `[label](command:id)` in
// notifications and icons of `$(name)` in lists and in the status bar. A peer's comment or a folder's settings must be
// able to do neither.

/** The same to a reader; no link and no icon to the editor. */
export function plainWords(text: string): string {
  return text.replace(/\](?=\()/g, '] ').replace(/\$(?=\()/g, '$ ');
}
