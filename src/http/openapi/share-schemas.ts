import { isDeepStrictEqual } from 'node:util';
import { idBounds, instantBounds, sequenceBounds } from './bounds.ts';

/** The parts of a JSON Schema that matter for sharing. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  format?: string;
  maxLength?: number;
  pattern?: string;
  description?: string;
  example?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
};
type Schemas = Record<string, Schema>;

/** A place in the document that contains a schema: its owner can replace it. */
type Site = {
  readonly component: string;
  readonly property: string;
  readonly schema: Schema;
  readonly replace: (by: Schema) => void;
};

/** Texts that most objects have. `completeSchemas` gives them these bounds. */
const leaves: Schemas = {
  Id: { ...idBounds, type: 'string', description: 'An id.' },
  Count: { ...sequenceBounds, type: 'integer', description: 'A whole number.' },
  Instant: {
    ...instantBounds,
    type: 'string',
    format: 'date-time',
    description: 'An RFC 3339 date-time in UTC.',
    example: '2025-08-08T00:00:00Z',
  },
};
const leafTexts = new Set(Object.values(leaves).map((schema) => JSON.stringify(coreOf(schema))));

/** What a reference costs, in characters: a schema is shared only if that makes the document smaller. */
const referenceChars = 50;

/**
 * States each schema of the components once: a schema with all properties of another one refers to it (`allOf`), and a schema that
 * repeats a component, or that several places have, becomes a reference. A place keeps its own description beside the reference.
 */
export function shareSchemas(document: object): void {
  const { components }: { components?: { schemas?: Schemas } } = document;
  const schemas = components?.schemas ?? {};
  for (const [name, schema] of Object.entries(leaves)) schemas[name] = { ...schema };
  shareParents(schemas);
  while (shareLargest(schemas));
}

/** Shorter schemas are not shared. */
const sharedCharsMin = 40;

/** Makes each component extend the largest other component all of whose properties it has. */
function shareParents(schemas: Schemas): void {
  for (const [name, schema] of Object.entries(schemas)) {
    const parents = Object.entries(schemas).filter(([parent, { properties }]) => {
      return (
        parent !== name &&
        chars(properties) >= parentCharsMin &&
        isParent([parent, schemas[parent] ?? {}], [name, schema])
      );
    });
    const [largest] = parents.sort(([, a], [, b]) => chars(b.properties) - chars(a.properties));
    if (largest !== undefined) extendParent(schema, ...largest);
  }
}

/** A parent with shorter properties is not extended, because a composed schema is harder to read. */
const parentCharsMin = 2400;

function isParent([parentName, parent]: [string, Schema], [name, schema]: [string, Schema]): boolean {
  const { properties = {}, required = [], additionalProperties } = parent;
  const own = schema.properties ?? {};
  // A strict parent would reject what the other one adds.
  if (additionalProperties !== undefined || schema.additionalProperties !== undefined) return false;
  const added = Object.keys(own).length - Object.keys(properties).length;
  // With the same properties, the one with the longer name extends the other: `CreatedX` extends `X`.
  const isLonger = name.length > parentName.length;
  return (
    (added > 0 || (added === 0 && isLonger)) &&
    required.every((name) => schema.required?.includes(name)) &&
    Object.entries(properties).every(([name, property]) => {
      const same = own[name];
      if (same === undefined || isNullable(property) !== isNullable(same)) return false;
      return isDeepStrictEqual(coreOf(property), coreOf(same));
    })
  );
}

function extendParent(schema: Schema, name: string, { properties = {}, required = [] }: Schema): void {
  const added = Object.entries(schema.properties ?? {}).filter(([own, property]) => {
    const inherited = properties[own];
    return inherited === undefined || inherited.description !== property.description;
  });
  const needed = (schema.required ?? []).filter((own) => !required.includes(own));
  const own = { properties: Object.fromEntries(added), ...(needed.length === 0 ? {} : { required: needed }) };
  schema.allOf = [
    { $ref: `#/components/schemas/${name}` },
    ...(added.length === 0 ? [] : [{ type: 'object', ...own }]),
  ];
  delete schema.type;
  delete schema.properties;
  delete schema.required;
}

/** Schemas that equal others by chance: they describe unrelated things, so they are not shared. */
const keptInPlace = new Set(['Tag.predictions']);

/** Shares the largest schema that several places have. Returns whether there was one. */
function shareLargest(schemas: Schemas): boolean {
  const groups = new Map<string, Site[]>();
  const named = new Map(Object.entries(schemas).map(([name, schema]) => [JSON.stringify(coreOf(schema)), name]));
  for (const site of sitesOf(schemas)) {
    const text = JSON.stringify(coreOf(site.schema));
    const component = schemas[named.get(text) ?? ''];
    // A component that can be null cannot stand for a schema that cannot.
    if (component !== undefined && isNullable(component) && !isNullable(site.schema)) continue;
    if (text.length > sharedCharsMin) groups.set(text, [...(groups.get(text) ?? []), site]);
  }
  const [largest] = [...groups]
    .filter(([, sites]) => !sites.some(({ component, property }) => keptInPlace.has(`${component}.${property}`)))
    .filter(([text, sites]) => saving(text, sites, named.has(text)) > 0)
    .sort(([a], [b]) => b.length - a.length);
  if (largest === undefined) return false;
  const [text, sites] = largest;
  const name = named.get(text) ?? addComponent(schemas, text, sites);
  for (const { schema, replace } of sites) replace(referenceTo(name, schema, schemas[name]));
  return true;
}

/** What a union with null counts as, in characters, because it is harder to read than a type that can be null. */
const unionChars = 300;

/** How many characters shorter the document becomes. */
function saving(text: string, sites: readonly Site[], isNamed: boolean): number {
  const costs = sites.map(({ schema }) => referenceChars + (isNullable(schema) ? unionChars : 0));
  const cost = costs.reduce((sum, each) => sum + each, 0) + (isNamed ? 0 : text.length + referenceChars);
  return text.length * sites.length - cost;
}

function addComponent(schemas: Schemas, text: string, sites: readonly Site[]): string {
  const name = freeName(schemas, sites);
  const description = sites.find(({ schema }) => schema.description !== undefined)?.schema.description;
  // `text` is the JSON of a schema.
  const core = JSON.parse(text) as Schema;
  schemas[name] = { ...core, ...(description === undefined ? {} : { description }) };
  return name;
}

/** The name of a component: that of the first place, unless there is a better one. */
function freeName(taken: Schemas, [first]: readonly Site[]): string {
  const place = `${first?.component ?? ''}${pascalCase(first?.property ?? '')}`;
  let name = chosenNames[place] ?? place;
  while (Object.hasOwn(taken, name)) name += 'Value';
  return name;
}

const chosenNames: Readonly<Record<string, string>> = {
  ExplanationPrediction: 'PredictionReference',
  FeedOptions: 'FeedOptions',
  HistoryEntryPredictor: 'PredictorReference',
  IdentityAdditionReportBefore: 'PredictionVerdict',
  MessageNewPredictionLinks: 'PredictionLinks',
  ModelReleasedMessageLinks: 'ModelLinks',
  ModelSuspendedMessageData: 'SuspensionData',
  PredictionResolution: 'CurrentResolution',
  PredictionResolvedMessageData: 'ResolutionData',
  ReviewSupporting: 'ReviewEvidence',
  ScorecardPlainClaims: 'ClaimCounts',
  StageFactSaidBy: 'FactSource',
  WebhookEndpointEventTypes: 'EventType',
};

function referenceTo(name: string, schema: Schema, component: Schema | undefined): Schema {
  const $ref = `#/components/schemas/${name}`;
  const needsNull = isNullable(schema) && component !== undefined && !isNullable(component);
  const target: Schema = needsNull ? { oneOf: [{ $ref }, { type: 'null' }] } : { $ref };
  const { description, example } = schema;
  const isSame = !needsNull && description === component?.description;
  return {
    ...target,
    ...(description === undefined || isSame ? {} : { description }),
    ...(example === undefined || component?.example !== undefined ? {} : { example }),
  };
}

/** A schema without the parts that belong to one place: its description, its example, and whether it can be null. */
function coreOf(schema: Schema): Schema {
  const { description: _description, example: _example, ...core } = schema;
  if (!isNullable(schema)) return sortKeys(core);
  const types = [schema.type].flat().filter((type) => type !== undefined && type !== 'null');
  const [type = 'object'] = types;
  const values = schema.enum?.filter((value) => value !== null);
  return sortKeys({ ...core, type, ...(values === undefined ? {} : { enum: values }) });
}

export function sortKeys(schema: Schema): Schema {
  return Object.fromEntries(Object.entries(schema).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether the schema is of one type or null. */
function isNullable({ type, properties, enum: values }: Schema): boolean {
  const isNamed = properties !== undefined || values !== undefined;
  return isNamed && Array.isArray(type) && type.length === 2 && type.includes('null');
}

/** Schemas below the components: objects, enumerations, and the small ones that have a name. */
function sitesOf(schemas: Schemas): Site[] {
  return Object.entries(schemas).flatMap(([component, schema]) => sitesBelow(schema, component, ''));
}

function sitesBelow(schema: Schema, component: string, property: string): Site[] {
  const below = (inner: Schema, name: string, replace: Site['replace']): Site[] => [
    ...(isShareable(inner) ? [{ component, property: name, schema: inner, replace }] : []),
    ...sitesBelow(inner, component, name),
  ];
  const { properties = {}, items, additionalProperties } = schema;
  const inProperties = Object.entries(properties).flatMap(([name, inner]) =>
    below(inner, name, (by) => {
      properties[name] = by;
    }),
  );
  const inItems =
    items === undefined
      ? []
      : below(items, property, (by) => {
          schema.items = by;
        });
  const inOthers =
    typeof additionalProperties === 'object'
      ? below(additionalProperties, property, (by) => {
          schema.additionalProperties = by;
        })
      : [];
  const inOptions = [schema.oneOf, schema.anyOf, schema.allOf].flatMap((options) =>
    (options ?? []).flatMap((option, index) =>
      below(option, property, (by) => {
        if (options !== undefined) options[index] = by;
      }),
    ),
  );
  return [...inProperties, ...inItems, ...inOthers, ...inOptions];
}

function isShareable(schema: Schema): boolean {
  const { $ref, properties, enum: values } = schema;
  if ($ref !== undefined) return false;
  return properties !== undefined || values !== undefined || leafTexts.has(JSON.stringify(coreOf(schema)));
}

function chars(value: unknown): number {
  return JSON.stringify(value ?? '').length;
}

export function pascalCase(text: string): string {
  return text.replaceAll(/(?:^|[^A-Za-z]+)([A-Za-z]|$)/g, (_found, letter: string) => letter.toUpperCase());
}
