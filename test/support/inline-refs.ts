import type { Json } from './http-client.ts';

/** Follows a reference to a component. */
export function deref(document: Json, value: Json): Json {
  const match = /^#\/components\/(\w+)\/(.+)$/.exec(value?.$ref ?? '');
  return match === null ? value : document.components[match[1] ?? ''][match[2] ?? ''];
}

/** The parameters of an operation, whether they are components or not. */
export function parametersOf(document: Json, operation: Json): Json[] {
  return (operation.parameters ?? []).map((parameter: Json) => deref(document, parameter));
}
