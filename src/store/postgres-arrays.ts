/**
 * Lists of values as parameters and in results: how PostgreSQL writes a one-dimensional array as text. The driver would ask the
 * server for the types of its arrays on every new connection; if a connection is lost meanwhile, it rejects a promise that
 * nobody can handle, which ends the process. So it does not ask, and the types in use are declared here.
 */
type Element<T> = { readonly read: (text: string) => T; readonly write: (value: T) => string };

/** The driver's declaration of an array type, by the object identifiers that every server has. */
function arrayOf<T>(oids: readonly [number, ...number[]], { read, write }: Element<T>) {
  return {
    to: oids[0],
    from: [...oids],
    // Text is an array that the caller has written.
    serialize: (values: readonly (T | null)[] | string): string =>
      typeof values === 'string' ? values : writeArray(values, write),
    parse: (text: string): (T | null)[] => readArray(text, read),
  };
}

const numbers: Element<number> = { read: Number, write: String };

export function arrayTypes(instants: Element<number>) {
  return {
    textArray: arrayOf<string>([1009, 1015], { read: (text) => text, write: String }),
    booleanArray: arrayOf<boolean>([1000], { read: (text) => text === 't', write: (value) => (value ? 't' : 'f') }),
    int2Array: arrayOf([1005], numbers),
    int4Array: arrayOf([1007], numbers),
    float8Array: arrayOf([1022], numbers),
    instantArray: arrayOf([1185], instants),
  };
}

function writeArray<T>(values: readonly (T | null)[], write: (value: T) => string): string {
  const elements = values.map((value) =>
    value === null ? 'null' : `"${write(value).replace(/\\/g, '\\\\').replace(/"/g, '\\"')}"`,
  );
  return `{${elements.join(',')}}`;
}

/** An element is quoted, with a backslash before each quote and backslash, or bare, and then without a comma. */
const elements = /"((?:[^"\\]|\\.)*)"|([^,{}]+)/gs;

function readArray<T>(text: string, read: (text: string) => T): (T | null)[] {
  return [...text.slice(1, -1).matchAll(elements)].map(([, quoted, bare]) => {
    if (quoted !== undefined) return read(quoted.replace(/\\(.)/gs, '$1'));
    return bare === undefined || bare === 'NULL' ? null : read(bare);
  });
}
