/** The web standard's `Request`, where the compiler knows it: our types need neither those of Node nor those of the DOM. */
export type WebRequest = typeof globalThis extends { readonly Request: { readonly prototype: infer Type } }
  ? Type
  : unknown;

/** The web standard's `Response`, where the compiler knows it. */
export type WebResponse = typeof globalThis extends { readonly Response: { readonly prototype: infer Type } }
  ? Type
  : unknown;
