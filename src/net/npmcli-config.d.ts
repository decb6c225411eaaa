// The package has no types of its own. This declares the part that is used, after its 10.4 sources.
declare module '@npmcli/config' {
  import type { Options } from 'npm-registry-fetch';

  export default class Config {
    constructor(options: {
      readonly definitions: Readonly<Record<string, unknown>>;
      readonly shorthands: Readonly<Record<string, unknown>>;
      readonly flatten: (
        values: Readonly<Record<string, unknown>>,
        flat?: Record<string, unknown>,
      ) => Record<string, unknown>;
      readonly nerfDarts: readonly string[];
      readonly npmPath: string;
      readonly argv: readonly string[];
      readonly env: NodeJS.ProcessEnv;
      readonly cwd: string;
    });

    load(): Promise<void>;

    /** Drops values of the wrong type; throws on credentials that are not bound to a registry. */
    validate(): boolean;

    get(key: string): unknown;

    /** The settings under the names that npm's own libraries use. */
    readonly flat: Options & { readonly replaceRegistryHost?: string };
  }
}

declare module '@npmcli/config/lib/definitions/index.js' {
  type Definitions = Readonly<Record<string, unknown>> & { readonly registry: { readonly default: string } };

  const parts: {
    readonly definitions: Definitions;
    readonly shorthands: Readonly<Record<string, unknown>>;
    readonly flatten: (
      values: Readonly<Record<string, unknown>>,
      flat?: Record<string, unknown>,
    ) => Record<string, unknown>;
    readonly nerfDarts: readonly string[];
  };

  export default parts;
}
