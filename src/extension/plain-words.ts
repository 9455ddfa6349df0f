// Makes text from peers and settings harmless in the user interface. VS Code turns `[label](command:id)` in a notification
// into a link, and `$(name)` in lists and in the status bar into an icon. Text of others must make neither.

/** Reads the same, but VS Code finds no link and no icon in it. */
export function plainWords(text: string): string {
  return text.replace(/\](?=\()/g, '] ').replace(/\$(?=\()/g, '$ ');
}
