/** The most custom headers of one endpoint. */
export const customHeadersMax = 20;
export const headerNameCharsMax = 100;
export const headerValueCharsMax = 1000;

/** Headers that the sender sets, that belong to one connection, or that would change how the body is read. */
const reservedNames: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'expect',
  'host',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);

const reservedPrefixes = ['webhook-', 'svix-', 'sec-'];

/** Names whose values may be credentials: they are stored encrypted and never shown again. */
const sensitivePattern = /auth|cookie|token|secret|passw|key|credential|signature/;

/** Why a header cannot be sent, or null. Names are compared without regard to case. */
export function headerFault(name: string, value: string): string | null {
  const lower = name.toLowerCase();
  if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(lower))
    return `${JSON.stringify(name.slice(0, 40))} is not a valid header name`;
  if (name.length > headerNameCharsMax) return `a header name must have at most ${headerNameCharsMax} characters`;
  if (reservedNames.has(lower) || reservedPrefixes.some((prefix) => lower.startsWith(prefix)))
    return `${lower} cannot be set: the sender sets it`;
  if (value.length > headerValueCharsMax)
    return `the value of ${lower} must have at most ${headerValueCharsMax} characters`;
  if (!/^[\x20-\x7e]*$/.test(value) || value.trim() !== value || value === '')
    return `the value of ${lower} must be printable ASCII without leading or trailing spaces`;
  return null;
}

export function isSensitiveHeader(name: string): boolean {
  return sensitivePattern.test(name.toLowerCase());
}
