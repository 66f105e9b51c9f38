export function bundle(entry: string, root?: string, options?: { readonly native?: boolean }): Promise<string>;
