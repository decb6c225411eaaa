/** Log lines for a person at a terminal. Elsewhere the lines stay JSON. */

const levelNames: ReadonlyMap<unknown, string> = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARN'],
  [50, 'ERROR'],
  [60, 'FATAL'],
]);

/** Fields that are the same in every line of a process, or that the line starts with. */
const fieldsLeftOut: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'pid', 'hostname']);

/** Characters that a terminal could interpret as commands. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced
const controlCharacters = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g;

/** One JSON line of the log as `12:00:05.123 WARN  message  field=value`, in UTC. Other text is returned unchanged. */
export function renderLogLine(line: string): string {
  const record = parseRecord(line);
  if (record === null) return line;
  const time = typeof record.time === 'string' ? record.time.slice(11, 23) : '';
  const level = (levelNames.get(record.level) ?? String(record.level)).padEnd(5);
  const fields = Object.entries(record)
    .filter(([name]) => !fieldsLeftOut.has(name))
    .map(([name, value]) => `${name}=${renderValue(value)}`);
  const text = `${time} ${level} ${String(record.msg ?? '')}${fields.length === 0 ? '' : `  ${fields.join(' ')}`}`;
  return `${text.replace(controlCharacters, '?')}\n`;
}

function parseRecord(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const parsed: unknown = JSON.parse(line);
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : null;
  } catch {
    return null;
  }
}

/** Texts without spaces stay bare. A stack keeps its lines. */
function renderValue(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^\S+$/.test(value) || value.includes('\n') ? value : JSON.stringify(value);
}
