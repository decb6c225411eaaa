// The package brings no types. Declared here is the part that is used, as its 10.4 sources have it.
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

    /** Drops values that are not of their setting's type; throws on credentials bound to no registry. */
    validate(): boolean;

    get(key: string): unknown;

    /** The settings under the names that npm's own libraries take them by. */
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
