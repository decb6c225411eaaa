import { problemKinds } from '../../src/http/operation/errors.ts';
import type { Answer, Json } from './http-client.ts';

const texts = ['type', 'title', 'detail', 'code', 'request_id'] as const;

/**
 * How an error response deviates from the problem documents (RFC 9457) that this service promises; empty if it
 * conforms.
 */
export function findProblemBreaches({ status, headers, json }: Answer): string[] {
  if (headers['content-type'] !== 'application/problem+json') return [`is of type ${headers['content-type']}`];
  if (typeof json !== 'object' || json === null) return ['has no object as its body'];
  const breaches = texts
    .filter((name) => typeof json[name] !== 'string' || json[name] === '')
    .map((name) => `has no ${name}`);
  const kind = Object.entries(problemKinds).find(([code]) => code === json.code)?.[1];
  if (kind === undefined) return [...breaches, `has the code ${json.code}, which there is not`];
  if (json.status !== status || kind.status !== status)
    breaches.push(`says ${json.status}, is ${status}, and its code belongs to ${kind.status}`);
  if (json.type !== `/docs/problems#${json.code}`) breaches.push(`has the type ${json.type}`);
  if (json.title !== kind.title) breaches.push(`has the title ${json.title}`);
  if (json.request_id !== headers['x-request-id']) breaches.push('names another request than its header field');
  if (json.errors !== undefined && !isListOfFaults(json.errors)) breaches.push('has errors without detail and pointer');
  return breaches;
}

function isListOfFaults(errors: Json): boolean {
  return (
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every(({ detail, pointer }) => typeof detail === 'string' && typeof pointer === 'string')
  );
}
