// Types of the part of WebAssembly that the codecs use. Node's own types lack them.

declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    private readonly isModule: true;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...numbers: number[]) => number | void>>);
    readonly exports: Record<string, unknown>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
