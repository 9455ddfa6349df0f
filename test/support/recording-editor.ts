// The part of the editor's API that a send needs. It records every text that a person would see or that would be kept, and
// answers modal questions as the test says. The real editor runs in test/host, where tests cannot read what it shows.

import { readdirSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface Shown {
  readonly sink: 'notification' | 'modal' | 'progress' | 'status bar' | 'channel' | 'state' | 'context';
  readonly text: string;
}

/** An input box or a list that stands open, as a person sees and uses it. */
export interface OpenInput {
  readonly kind: 'box' | 'list';
  readonly title: string;
  readonly value: string;
  /** What is wrong with the value, in a box. */
  readonly problem: string | undefined;
  readonly labels: readonly string[];
  /** Types and presses Enter; in a list: picks the item with this label. */
  enter(text: string): void;
  back(): void;
  escape(): void;
}

class Uri {
  readonly scheme: string;
  readonly path: string;
  constructor(scheme: string, path: string) {
    this.scheme = scheme;
    this.path = path;
  }
  static file = (path: string): Uri => new Uri('file', path);
  static from = ({ scheme, path }: { scheme: string; path: string }): Uri => new Uri(scheme, path);
  static joinPath = (base: Uri, ...parts: string[]): Uri => new Uri(base.scheme, join(base.path, ...parts));
  get fsPath(): string {
    return this.path;
  }
  toString(): string {
    return `${this.scheme}:${this.path}`;
  }
}

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: () => ({ dispose: () => undefined }) };
  cancel(): void {
    this.token.isCancellationRequested = true;
  }
  dispose(): void {}
}

const disposable = { dispose: () => undefined };
class EventEmitter {
  readonly #listeners = new Set<(value: unknown) => void>();
  event = (listener: (value: unknown) => void) => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };
  fire(value: unknown): void {
    for (const listener of this.#listeners) listener(value);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

/** What a test reads of a row. */
export interface RecordedRow {
  readonly label: string;
  readonly id?: string;
  readonly description?: string;
  readonly tooltip?: string;
  readonly contextValue?: string;
  readonly collapsibleState: number;
  readonly iconPath?: { readonly id: string; readonly color?: { readonly id: string } };
  readonly accessibilityInformation?: { readonly label: string };
}

interface TreeProvider {
  getChildren(element?: string): Promise<string[]>;
  getTreeItem(element: string): Promise<RecordedRow>;
  readonly onDidChangeTreeData: (listener: (element: unknown) => void) => { dispose(): void };
}

export interface RecordedView {
  readonly provider: TreeProvider;
  visible: boolean;
  selection: readonly string[];
  badge: { readonly value: number; readonly tooltip: string } | undefined;
  readonly onDidChangeVisibility: () => { dispose(): void };
  dispose(): void;
}
const LEVELS = ['trace', 'debug', 'info', 'warn', 'error'] as const;
const INFO = 3;

export class RecordingEditor {
  readonly shown: Shown[] = [];
  /** Of the person, by key without the section; and of the folder. */
  user: Readonly<Record<string, unknown>> = {};
  workspace: Readonly<Record<string, unknown>> = {};
  /** Of a window with several folders: the settings of each, by its path. */
  folders: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {};
  /** The button that a modal question gets, where it has it. */
  consent: string | undefined;
  /** Chooses from a list that opens; without it the person chooses nothing. */
  pick: ((labels: readonly string[], title: string) => string | undefined | Promise<string | undefined>) | undefined;
  /** Gets every title that an open list or box is given. */
  titled: ((title: string) => void) | undefined;
  /** Answers input boxes and lists with buttons that open; without it they stay open. */
  answer: ((input: OpenInput) => void) | undefined;
  readonly commands = new Map<string, (...args: unknown[]) => unknown>();
  readonly views = new Map<string, RecordedView>();
  readonly #storage: string;

  constructor(storage: string) {
    this.#storage = storage;
  }

  readonly file = (path: string): unknown => Uri.file(path);

  textsOf(...sinks: readonly Shown['sink'][]): string[] {
    return this.shown.filter(({ sink }) => sinks.includes(sink)).map(({ text }) => text);
  }

  #folderOf(resource: Uri | undefined): string | undefined {
    const path = resource?.path ?? '';
    return Object.keys(this.folders).find((folder) => path === folder || path.startsWith(`${folder}/`));
  }

  /** Of `vscode.workspace`, with getters: tests change `folders`. */
  #folderApi(): object {
    const asFolder = (path: string): object => ({ uri: Uri.file(path), name: basename(path) });
    const folders = (): string[] => Object.keys(this.folders);
    return Object.defineProperties(
      {
        getWorkspaceFolder: (uri: Uri) => {
          const path = this.#folderOf(uri);
          return path === undefined ? undefined : asFolder(path);
        },
      },
      {
        workspaceFolders: {
          enumerable: true,
          get: () => (folders().length === 0 ? undefined : folders().map(asFolder)),
        },
        workspaceFile: {
          enumerable: true,
          get: () => (folders().length === 0 ? undefined : Uri.file('/a.code-workspace')),
        },
      },
    );
  }

  #note(sink: Shown['sink'], ...texts: readonly unknown[]): void {
    for (const text of texts) if (typeof text === 'string') this.shown.push({ sink, text });
  }

  #message = async (text: string, options: unknown, ...items: unknown[]): Promise<unknown> => {
    const modal = typeof options === 'object' && options !== null ? (options as { detail?: string }) : undefined;
    this.#note(modal === undefined ? 'notification' : 'modal', text, modal?.detail);
    return modal !== undefined && items.includes(this.consent) ? this.consent : undefined;
  };

  #list = async (items: readonly { label: string }[], { title = '' }: { title?: string }): Promise<unknown> => {
    const label = await this.pick?.(
      items.map((item) => item.label),
      title,
    );
    return items.find((item) => item.label === label);
  };

  /** With listeners, as `createInputBox` and `createQuickPick` return it. */
  #input(kind: OpenInput['kind']): object {
    const listeners = new Map<string, (value: unknown) => void>();
    const on = (event: string) => (listener: (value: unknown) => void) => {
      listeners.set(event, listener);
      return disposable;
    };
    const fire = (event: string, value?: unknown): void => listeners.get(event)?.(value);
    const rows = () => input.items.filter((item) => item.kind !== -1);
    let title = '';
    const titled = (text: string): void => this.titled?.(text);
    const input = {
      get title() {
        return title;
      },
      set title(text) {
        title = text;
        titled(text);
      },
      value: '',
      validationMessage: undefined as string | undefined,
      items: [] as readonly { label: string; kind?: number }[],
      selectedItems: [] as readonly { label: string }[],
      onDidChangeValue: on('change'),
      onDidAccept: on('accept'),
      onDidTriggerButton: on('button'),
      onDidTriggerItemButton: on('item button'),
      onDidHide: on('hide'),
      dispose: () => undefined,
      show: () => {
        this.#note('notification', input.title);
        const open: OpenInput = {
          kind,
          title: input.title,
          value: input.value,
          get problem() {
            return input.validationMessage;
          },
          labels: rows().map(({ label }) => label),
          enter: (text) => {
            if (kind === 'list') input.selectedItems = input.items.filter(({ label }) => label === text);
            else if (text !== input.value) {
              input.value = text;
              fire('change', text);
            }
            fire('accept');
          },
          back: () => fire('button'),
          escape: () => fire('hide'),
        };
        const choose = async (): Promise<void> => {
          if (kind !== 'list' || this.pick === undefined) {
            this.answer?.(open);
            return;
          }
          const label = await this.pick(open.labels, input.title);
          if (label === undefined) open.escape();
          else open.enter(label);
        };
        setImmediate(() => void choose());
      },
    };
    return input;
  }

  #channel(): object {
    const write = (level: number) => (text: string) => {
      if (level + 1 >= INFO) this.#note('channel', text);
    };
    return {
      logLevel: INFO,
      ...Object.fromEntries(LEVELS.map((name, level) => [name, write(level)])),
      onDidChangeLogLevel: () => disposable,
      show: () => undefined,
      dispose: () => undefined,
    };
  }

  #statusBarItem(): object {
    const note = (_target: object, key: string | symbol, value: unknown): boolean => {
      if (key === 'text' || key === 'tooltip') this.#note('status bar', value);
      return true;
    };
    return new Proxy({ show: () => undefined, dispose: () => undefined }, { set: note });
  }

  #memento(): object {
    const values = new Map<string, unknown>();
    return {
      keys: () => [...values.keys()],
      get: (key: string) => values.get(key),
      update: async (key: string, value: unknown) => {
        values.set(key, value);
        this.#note('state', `${key}=${JSON.stringify(value)}`);
      },
    };
  }

  context(): object {
    return {
      subscriptions: [],
      globalStorageUri: Uri.file(this.#storage),
      globalState: this.#memento(),
      workspaceState: this.#memento(),
    };
  }

  api(): Readonly<Record<string, unknown>> {
    return {
      Uri,
      CancellationTokenSource,
      EventEmitter,
      QuickInputButtons: { Back: {} },
      ThemeIcon: class {
        id: string;
        color: unknown;
        constructor(id: string, color?: unknown) {
          this.id = id;
          this.color = color;
        }
      },
      ThemeColor: class {
        id: string;
        constructor(id: string) {
          this.id = id;
        }
      },
      TreeItem: class {
        label: string;
        collapsibleState: number;
        constructor(label: string, collapsibleState = 0) {
          this.label = label;
          this.collapsibleState = collapsibleState;
        }
      },
      TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
      TabInputText: class {},
      TabInputCustom: class {},
      LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: INFO, Warning: 4, Error: 5 },
      StatusBarAlignment: { Left: 1, Right: 2 },
      ProgressLocation: { Notification: 15 },
      QuickPickItemKind: { Separator: -1, Default: 0 },
      ConfigurationTarget: { Global: 1, Workspace: 2 },
      env: {},
      extensions: { getExtension: () => undefined },
      languages: {
        registerCodeLensProvider: () => disposable,
        registerDocumentLinkProvider: () => disposable,
      },
      commands: {
        registerCommand: (id: string, command: (...args: unknown[]) => unknown) => {
          this.commands.set(id, command);
          return disposable;
        },
        executeCommand: async (id: string, ...args: unknown[]) => {
          if (id === 'setContext') this.#note('context', JSON.stringify(args));
          return this.commands.get(id)?.(...args);
        },
      },
      window: {
        registerWebviewPanelSerializer: () => disposable,
        createOutputChannel: () => this.#channel(),
        createTreeView: (id: string, { treeDataProvider }: { treeDataProvider: TreeProvider }) => {
          const view: RecordedView = {
            ...disposable,
            provider: treeDataProvider,
            visible: true,
            selection: [],
            badge: undefined,
            onDidChangeVisibility: () => disposable,
          };
          this.views.set(id, view);
          return view;
        },
        createStatusBarItem: () => this.#statusBarItem(),
        setStatusBarMessage: (text: string) => this.#note('status bar', text),
        showInformationMessage: this.#message,
        showWarningMessage: this.#message,
        showErrorMessage: this.#message,
        showQuickPick: this.#list,
        createInputBox: () => this.#input('box'),
        createQuickPick: () => this.#input('list'),
        withProgress: async (
          { title }: { title: string },
          work: (progress: object, token: object) => Promise<unknown>,
        ) => {
          this.#note('progress', title);
          const report = ({ message }: { message?: string }): void => this.#note('progress', message);
          return work({ report }, new CancellationTokenSource().token);
        },
      },
      workspace: Object.assign(this.#folderApi(), {
        isTrusted: true,
        fs: {
          readDirectory: async ({ path }: Uri) => readdirSync(path).map((name) => [name, 1]),
        },
        registerFileSystemProvider: () => disposable,
        getConfiguration: (_section: string, resource?: Uri) => ({
          inspect: (key: string) => ({
            globalValue: this.user[key],
            workspaceValue: this.workspace[key],
            workspaceFolderValue: this.folders[this.#folderOf(resource) ?? '']?.[key],
          }),
          get: (key: string, otherwise: unknown) => this.user[key] ?? otherwise,
          update: async (key: string, value: unknown, target: number) => {
            if (target === 1) this.user = { ...this.user, [key]: value };
            else this.workspace = { ...this.workspace, [key]: value };
          },
        }),
      }),
    };
  }

  /**
   * Has `import 'vscode'` mean this editor, and activates the extension in it. Once in a process.
   * @param path its entry point
   * @returns milliseconds for loading and activating it
   */
  async activate(path = join(import.meta.dirname, '../../src/extension/activate.ts')): Promise<number> {
    const slot = '__recordingEditor';
    const api = this.api();
    (globalThis as Record<string, unknown>)[slot] = api;
    const source = Object.keys(api)
      .map((name) => `export const ${name} = globalThis.${slot}.${name};`)
      .join('\n');
    registerHooks({
      resolve: (specifier, context, next) =>
        specifier === 'vscode' ? { url: 'editor:vscode', shortCircuit: true } : next(specifier, context),
      load: (url, context, next) =>
        url === 'editor:vscode' ? { format: 'module', source, shortCircuit: true } : next(url, context),
    });
    const startedMs = performance.now();
    const extension = (await import(pathToFileURL(path).href)) as { activate(context: object): void };
    extension.activate(this.context());
    return performance.now() - startedMs;
  }

  async run(command: string, ...args: unknown[]): Promise<unknown> {
    return this.commands.get(command)?.(...args);
  }
}
