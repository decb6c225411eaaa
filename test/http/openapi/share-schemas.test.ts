import { expect, test } from 'vitest';
import { shareSchemas } from '../../../src/http/openapi/share-schemas.ts';
import type { Json } from '../../support/http-client.ts';

const filler = 'A description that is long enough. '.repeat(20);
const place = {
  type: 'object',
  properties: Object.fromEntries(['city', 'street', 'floor'].map((name) => [name, { type: 'string', title: filler }])),
};
const orNull = { ...place, type: ['object', 'null'] };

function share(schemas: Json): Json {
  const document = structuredClone({ components: { schemas } });
  shareSchemas(document);
  return document.components.schemas;
}

test('a schema that two places have becomes a component, and each place keeps its description', () => {
  const home = { ...place, description: 'Where somebody lives.' };
  const office = { ...place, description: 'Where somebody works.' };
  const schemas = share({ Person: { type: 'object', properties: { home, office } } });
  expect(schemas.PersonHome).toMatchObject({ type: 'object', description: 'Where somebody lives.' });
  expect(schemas.Person.properties).toEqual({
    home: { $ref: '#/components/schemas/PersonHome' },
    office: { $ref: '#/components/schemas/PersonHome', description: 'Where somebody works.' },
  });
});

test('a place that can be null refers to the component or null', () => {
  const schemas = share({ Place: place, Person: { type: 'object', properties: { home: orNull, office: place } } });
  expect(schemas.Person.properties).toEqual({
    home: { oneOf: [{ $ref: '#/components/schemas/Place' }, { type: 'null' }] },
    office: { $ref: '#/components/schemas/Place' },
  });
});

test('a component that can be null does not stand for a schema that cannot', () => {
  const schemas = share({ Place: orNull, Person: { type: 'object', properties: { home: orNull, office: place } } });
  expect(schemas.Person.properties.home).toEqual({ $ref: '#/components/schemas/Place' });
  expect(schemas.Person.properties.office.properties).toEqual(place.properties);
});

test('a schema with all properties of another one refers to it and states only what it adds', () => {
  const names = Array.from({ length: 5 }, (_, index) => `field${index}`);
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string', pattern: filler + name }]));
  const base = { type: 'object', properties, required: names };
  const key = { type: 'string' };
  const extended = { type: 'object', properties: { ...properties, key }, required: [...names, 'key'] };
  const schemas = share({ Base: base, Extended: extended, Strict: { ...extended, additionalProperties: false } });
  expect(schemas.Extended).toEqual({
    allOf: [{ $ref: '#/components/schemas/Base' }, { type: 'object', properties: { key }, required: ['key'] }],
  });
  expect(schemas.Strict.properties).toHaveProperty('field0');
});
