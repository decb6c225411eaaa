/** The codes of all refusals, a closed set. Any other error that is thrown is a bug. */
export const refusalCodes = [
  'bad_request',
  'invalid_json',
  'unsupported_media_type',
  'body_too_large',
  'validation_failed',
  'idempotency_key_reused',
  'criterion_too_deep',
  'criterion_too_large',
  'criterion_too_costly',
  'invalid_cursor',
  'cursor_ahead',
  'unauthorized',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'frozen',
  'not_withdrawable',
  'withdrawn',
  'request_in_progress',
  'precondition_failed',
  'rate_limited',
  'feed_unparsable',
  'fetch_refused',
  'fetch_failed',
  'service_unavailable',
] as const;

export type RefusalCode = (typeof refusalCodes)[number];

/** One thing wrong with an input; `pointer` is an RFC 6901 JSON Pointer as a URI fragment (`#/criterion/tier`). */
export type RefusalDetail = { readonly detail: string; readonly pointer: string };

/** The one error class: an expected failure whose message is shown to the caller and says what to do. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly errors: readonly RefusalDetail[];

  constructor(code: RefusalCode, detail: string, errors: readonly RefusalDetail[] = []) {
    super(detail);
    this.name = 'Refusal';
    this.code = code;
    this.errors = errors;
  }
}
