// Entry point of the extension: registers the commands and the results documents. Their code is loaded when one is first
// called (scripts/extension-parts.ts), so an extension that nobody uses costs little. Exports no API to other extensions.

import * as vscode from 'vscode';
import { bugText } from '../trace/bug-text.ts';
import { isPartMissing, tellPartMissing } from './missing-part.ts';
import { openPeersView } from './peers-view.ts';
import { RESULTS_SCHEME } from './results.ts';
import { Session } from './session.ts';

type Command = (session: Session, ...args: unknown[]) => unknown;

const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  'sendToPacs.send': async () => (await import('./commands/send.ts')).send,
  'sendToPacs.sendTo': async () => (await import('./commands/send-to.ts')).sendTo,
  'sendToPacs.resume': async () => (await import('./commands/resume.ts')).resume,
  'sendToPacs.retry': async () => (await import('./commands/retry.ts')).retry,
  'sendToPacs.sendHeldBack': async () => (await import('./commands/send-held-back.ts')).sendHeldBack,
  'sendToPacs.verifyConnection': async () => (await import('./commands/verify-connection.ts')).verifyConnection,
  'sendToPacs.startReceiver': async () => (await import('./commands/start-receiver.ts')).startReceiver,
  'sendToPacs.stopReceiver': async () => (await import('./commands/stop-receiver.ts')).stopReceiver,
  'sendToPacs.showTrace': async () => (await import('./commands/show-trace.ts')).showTrace,
  'sendToPacs.showResults': async () => (await import('./commands/show-results.ts')).showResults,
  'sendToPacs.showResultsDocument': async () =>
    (await import('./commands/show-results-document.ts')).showResultsDocument,
  'sendToPacs.showPastResults': async () => (await import('./commands/show-past-results.ts')).showPastResults,
  'sendToPacs.exportResults': async () => (await import('./commands/export-results.ts')).exportResults,
  'sendToPacs.addPeer': async () => (await import('./commands/add-peer.ts')).addPeer,
  'sendToPacs.showRunningSends': async () => (await import('./commands/show-running-sends.ts')).showRunningSends,
  'sendToPacs.cancelSend': async () => (await import('./commands/cancel-send.ts')).cancelSend,
  'sendToPacs.resumeSend': async () => (await import('./commands/resume-send.ts')).resumeSend,
  'sendToPacs.retrySend': async () => (await import('./commands/retry-send.ts')).retrySend,
  'sendToPacs.showSendResults': async () => (await import('./commands/show-send-results.ts')).showSendResults,
  'sendToPacs.reviewSend': async () => (await import('./commands/review-send.ts')).reviewSend,
  'sendToPacs.sendAgain': async () => (await import('./commands/send-again.ts')).sendAgain,
  'sendToPacs.exportSendResults': async () => (await import('./commands/export-send-results.ts')).exportSendResults,
  'sendToPacs.removeSend': async () => (await import('./commands/remove-send.ts')).removeSend,
  'sendToPacs.sendToPeer': async () => (await import('./commands/send-to-peer.ts')).sendToPeer,
  'sendToPacs.editPeer': async () => (await import('./commands/edit-peer.ts')).editPeer,
  'sendToPacs.duplicatePeer': async () => (await import('./commands/duplicate-peer.ts')).duplicatePeer,
  'sendToPacs.openPeerSettings': async () => (await import('./commands/open-peer-settings.ts')).openPeerSettings,
  'sendToPacs.setDefaultPeer': async () => (await import('./commands/set-default-peer.ts')).setDefaultPeer,
  'sendToPacs.clearDefaultPeer': async () => (await import('./commands/clear-default-peer.ts')).clearDefaultPeer,
  'sendToPacs.removePeer': async () => (await import('./commands/remove-peer.ts')).removePeer,
  'sendToPacs.copyAsStorescu': async () => (await import('./commands/copy-as-storescu.ts')).copyAsStorescu,
  'sendToPacs.copyAsEchoscu': async () => (await import('./commands/copy-as-echoscu.ts')).copyAsEchoscu,
  'sendToPacs.copyAsSendToPacs': async () => (await import('./commands/copy-as-send-to-pacs.ts')).copyAsSendToPacs,
  'sendToPacs.importPeers': async () => (await import('./commands/import-peers.ts')).importPeers,
  'sendToPacs.exportPeers': async () => (await import('./commands/export-peers.ts')).exportPeers,
  'sendToPacs.openReceivedFolder': async () => (await import('./commands/open-received-folder.ts')).openReceivedFolder,
};

const RESULTS: vscode.DocumentFilter = { scheme: RESULTS_SCHEME };

let session: Session | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const startedMs = performance.now();
  const opened = new Session(context);
  session = opened;
  for (const [id, load] of Object.entries(COMMANDS)) {
    context.subscriptions.push(
      vscode.commands.registerCommand(id, async (...args: unknown[]) => {
        try {
          const command = await load();
          return await command(opened, ...args);
        } catch (thrown) {
          opened.channel.note('error', `${id} ended with an error. ${bugText(thrown)}`);
          if (!isPartMissing(thrown)) throw thrown;
          void tellPartMissing();
          return undefined;
        }
      }),
    );
  }
  context.subscriptions.push(
    vscode.workspace.registerFileSystemProvider(RESULTS_SCHEME, opened.results, { isReadonly: true }),
    vscode.window.registerWebviewPanelSerializer('sendToPacs.results', {
      deserializeWebviewPanel: async (panel, state: unknown) =>
        (await import('./results-panel.ts')).restoreResultsPanel(opened, panel, state),
    }),
    vscode.languages.registerCodeLensProvider(RESULTS, {
      provideCodeLenses: async (document) => (await import('./results-document.ts')).commandsOf(opened, document),
    }),
    vscode.languages.registerDocumentLinkProvider(RESULTS, {
      provideDocumentLinks: async (document) => (await import('./results-document.ts')).linksOf(opened, document),
    }),
    ...openPeersView(opened),
  );
  // A test reads it, and so can a profile of the extension host.
  performance.measure('Send to PACS: activate', { start: startedMs });
}

export async function deactivate(): Promise<void> {
  const closing = session;
  session = undefined;
  await closing?.shutDown();
}
