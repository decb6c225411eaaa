type Schema = { example?: unknown; examples?: unknown[] };
type Parameter = { readonly required?: boolean; readonly schema?: Schema };
type Document = { readonly paths?: Readonly<Record<string, Readonly<Record<string, { parameters?: unknown }>>>> };

/**
 * Moves `example` of optional parameters to `examples`. Swagger UI fills in the former when a request is tried out, and a
 * request with the examples of all filters finds nothing.
 */
export function hideOptionalExamples(document: object): void {
  // The generator builds the document, but types parameters as possibly being references, which it never makes them.
  const { paths = {} } = document as Document;
  for (const item of Object.values(paths)) {
    for (const { parameters = [] } of Object.values(item)) {
      for (const parameter of parameters as Parameter[]) if (parameter.required !== true) hideExample(parameter.schema);
    }
  }
}

function hideExample(schema: Schema | undefined): void {
  if (schema?.example === undefined) return;
  schema.examples ??= [schema.example];
  delete schema.example;
}
