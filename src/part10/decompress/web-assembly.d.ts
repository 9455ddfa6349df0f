// The little of WebAssembly that the codecs need; Node has it, its types do not.

declare namespace WebAssembly {
  class Module {
    private readonly isModule: true;
  }
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, (...numbers: number[]) => number | void>>);
    readonly exports: Record<string, unknown>;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
