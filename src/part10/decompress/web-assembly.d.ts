// The little of WebAssembly that the codecs need; Node has it, its types do not.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    private readonly isModule: true;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...numbers: number[]) => number | void>>);
    readonly exports: Record<string, unknown>;
  }
}
