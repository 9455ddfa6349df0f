// Run in a process of its own: activates the extension at <path> with its storage in <folder>, calls <command> if it is not
// empty, and prints as JSON how long the activation took and what a person would have seen.

import { RecordingEditor } from './recording-editor.ts';

const [path = '', folder = '', command = ''] = process.argv.slice(2);
const editor = new RecordingEditor(folder);
const ms = await editor.activate(path);
if (command !== '') await editor.run(command);
console.log(JSON.stringify({ ms, shown: editor.textsOf('notification', 'modal').join('\n') }));
