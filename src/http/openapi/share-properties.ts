import { pascalCase, type Schema, sortKeys } from './share-schemas.ts';

/** A property of a schema: the schema that has it can replace it. */
type Site = { readonly name: string; readonly property: Schema; readonly replace: (by: Schema) => void };

/**
 * How many characters the document must become shorter. Redocly's score counts every shared schema as a dependency between
 * operations: a higher limit makes the document longer and its score higher.
 */
const savedCharsMin = 1;

/** The characters of a reference to a component, without the name of the component. */
const referenceChars = '{"$ref":"#/components/schemas/"}'.length;

/**
 * Makes a component of each property that several schemas have in the same words: with the same type, bounds and description.
 * Its name is that of the property. It is shared only if the document becomes smaller.
 */
export function shareProperties(document: object): void {
  const { components }: { components?: { schemas?: Record<string, Schema> } } = document;
  const schemas = components?.schemas ?? {};
  const groups = new Map<string, Site[]>();
  for (const site of Object.values(schemas).flatMap(listProperties)) {
    const text = JSON.stringify(sortKeys(site.property));
    groups.set(text, [...(groups.get(text) ?? []), site]);
  }
  for (const [text, [first, ...others]] of groups) {
    // A component for a property that refers to others would be one more step to follow, or one more cycle.
    if (first === undefined || others.length === 0 || text.includes('"$ref"')) continue;
    const name = freeName(schemas, first.name);
    const reference = { $ref: `#/components/schemas/${name}` };
    const saved = text.length * others.length - (referenceChars + name.length) * (others.length + 2);
    if (saved < savedCharsMin) continue;
    schemas[name] = first.property;
    for (const { replace } of [first, ...others]) replace(reference);
  }
}

/** The described properties below a schema that are not references. */
function listProperties(schema: Schema): Site[] {
  const { properties = {}, items, additionalProperties, oneOf = [], anyOf = [], allOf = [] } = schema;
  const own = Object.entries(properties).map(([name, property]) => {
    const replace = (by: Schema): void => {
      properties[name] = by;
    };
    return { name, property, replace };
  });
  const inner = [
    ...Object.values(properties),
    ...(items === undefined ? [] : [items]),
    ...(typeof additionalProperties === 'object' ? [additionalProperties] : []),
    ...oneOf,
    ...anyOf,
    ...allOf,
  ];
  return [
    ...own.filter(({ property: { $ref, description } }) => $ref === undefined && description !== undefined),
    ...inner.flatMap(listProperties),
  ];
}

/** A name for a component: that of the property, with a number if it is taken. */
function freeName(taken: Readonly<Record<string, unknown>>, property: string): string {
  const base = pascalCase(property);
  if (!Object.hasOwn(taken, base)) return base;
  let number = 2;
  while (Object.hasOwn(taken, `${base}${number}`)) number += 1;
  return `${base}${number}`;
}
