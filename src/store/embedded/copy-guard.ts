import { encodeMessage, encodeQuery, type Message, messageHeaderBytes } from './wire.ts';

/**
 * COPY ... FROM STDIN makes the embedded engine read its input to the end and exit permanently. The statement is
 * therefore replaced by one that raises an ordinary error, so that transactions and Sync behave as after any error.
 */
const refusal = encodeRefusal();

function encodeRefusal(): string {
  return `do $refused$ begin raise exception using errcode = 'feature_not_supported',
    message = 'COPY ... FROM STDIN is not available in the embedded database',
    hint = 'Insert the rows with insert ... select from unnest(...), or use a PostgreSQL server.'; end $refused$`;
}

/** The message itself, or one that fails with SQLSTATE 0A000 if it contains COPY ... FROM STDIN. */
export function refuseCopyFromStdin(message: Message): Message {
  if (message.type !== 'Q' && message.type !== 'P') return message;
  const body = message.bytes.subarray(messageHeaderBytes);
  if (message.type === 'Q') {
    if (!readsStdin(cString(body, 0).text)) return message;
    return { type: 'Q', bytes: encodeQuery(refusal) };
  }
  const name = cString(body, 0);
  const sql = cString(body, name.next);
  if (!readsStdin(sql.text)) return message;
  // A DO block takes no parameters, and neither did the COPY: the count of parameter types is zero.
  return { type: 'P', bytes: encodeMessage('P', Buffer.from(`${name.text}\0${refusal}\0\0\0`)) };
}

function cString(body: Buffer, from: number): { text: string; next: number } {
  const end = body.indexOf(0, from);
  const stop = end < 0 ? body.length : end;
  return { text: body.toString('utf8', from, stop), next: stop + 1 };
}

/** A cheap test before the exact one: most statements do not contain the two words. */
const candidate = /\bcopy\b[\s\S]*\bstdin\b/i;

/** Comments, literals, quoted names and dollar quotes, in which keywords do not count. */
const opaque =
  /--[^\n]*|\/\*[\s\S]*?\*\/|e'(?:[^'\\]|\\[\s\S]|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$(?:[a-z_]\w*)?\$)[\s\S]*?\1/gi;

const copyFromStdin = /^\s*copy\b[\s\S]*\bfrom\s+stdin\b/i;

/** Whether one of the statements in `sql` is COPY ... FROM STDIN. */
export function readsStdin(sql: string): boolean {
  if (!candidate.test(sql)) return false;
  const words = sql.replace(opaque, (text) => (/^(?:--|\/\*)/.test(text) ? ' ' : ' x '));
  return words.split(';').some((statement) => copyFromStdin.test(statement));
}
