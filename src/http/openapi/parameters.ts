type Schema = { description?: string; example?: unknown; examples?: unknown[] };
type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: Schema;
};
type Reference = { readonly $ref: string };
type PathItem = Readonly<Record<string, { parameters?: (Parameter | Reference)[] }>>;
type Document = {
  readonly paths?: Readonly<Record<string, PathItem>>;
  readonly webhooks?: Readonly<Record<string, PathItem>>;
  components?: { parameters?: Record<string, Parameter> };
};

/** The lists of parameters of a document, each with its path or the type of its message. */
function listsOf({ paths, webhooks }: Document): { path: string; parameters: (Parameter | Reference)[] }[] {
  return Object.entries({ ...paths, ...webhooks }).flatMap(([path, item]) =>
    Object.values(item).flatMap(({ parameters }) => (parameters === undefined ? [] : [{ path, parameters }])),
  );
}

/**
 * Moves `example` of optional parameters to `examples`. Swagger UI fills in the former when a request is tried out, and a
 * request with the examples of all filters finds nothing.
 */
export function hideOptionalExamples(document: object): void {
  for (const { parameters } of listsOf(document as Document)) {
    // The generator describes parameters in place: none is a reference yet.
    for (const parameter of parameters as Parameter[]) if (parameter.required !== true) hideExample(parameter.schema);
  }
}

/** Removes the description of the schema of a parameter where the parameter itself has the same. */
export function dropRepeatedDescriptions(document: object): void {
  for (const { parameters } of listsOf(document as Document)) {
    // None is a reference yet; see hideOptionalExamples.
    for (const { description, schema } of parameters as Parameter[])
      if (schema !== undefined && schema.description === description) delete schema.description;
  }
}

function hideExample(schema: Schema | undefined): void {
  if (schema?.example === undefined) return;
  schema.examples ??= [schema.example];
  delete schema.example;
}

/** Replaces every parameter that several operations have by a reference to a component. */
export function shareParameters(document: object): void {
  const target = document as Document; // The generator built it; see hideOptionalExamples.
  const lists = listsOf(target);
  const uses = new Map<string, number>();
  for (const { parameters } of lists) {
    for (const parameter of parameters) {
      const text = JSON.stringify(parameter);
      uses.set(text, (uses.get(text) ?? 0) + 1);
    }
  }
  const names = new Map<string, string>();
  const shared: Record<string, Parameter> = {};
  for (const { path, parameters } of lists) {
    for (const [index, parameter] of (parameters as Parameter[]).entries()) {
      const text = JSON.stringify(parameter);
      if ((uses.get(text) ?? 0) < 2) continue;
      const name = names.get(text) ?? freeName(shared, path, parameter);
      names.set(text, name);
      shared[name] = parameter;
      parameters[index] = { $ref: `#/components/parameters/${name}` };
    }
  }
  const sorted = Object.entries(shared).sort(([a], [b]) => (a < b ? -1 : 1));
  target.components = { ...target.components, parameters: Object.fromEntries(sorted) };
}

/** The parameter's name, after the resource if it is in the path or the name is taken; with a number if needed. */
function freeName(taken: Readonly<Record<string, unknown>>, path: string, parameter: Parameter): string {
  const own = pascalCase(parameter.name);
  const resource = pascalCase(path.split('/').find((part) => part !== '' && part !== 'v1') ?? '');
  const base = parameter.in === 'path' || Object.hasOwn(taken, own) ? `${resource}${own}` : own;
  if (!Object.hasOwn(taken, base)) return base;
  let number = 2;
  while (Object.hasOwn(taken, `${base}${number}`)) number += 1;
  return `${base}${number}`;
}

function pascalCase(text: string): string {
  return text.replaceAll(/(?:^|[^A-Za-z]+)([A-Za-z]|$)/g, (_found, letter: string) => letter.toUpperCase());
}
