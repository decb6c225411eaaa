import { type Literal, readCodeLiterals } from './literals.ts';
import { pythonSyntax } from './syntax.ts';

/** Values without quotes of YAML, properties, environment files, shell scripts and Dockerfiles, line by line. */

type Found = { readonly text: string; readonly key: string | null; readonly isField?: boolean };

/** The scalars of YAML: values, elements of lists, keys, and the values in scripts that it contains. */
export function readYamlValues(text: string): Literal[] {
  const keys: { readonly indent: number; readonly key: string }[] = [];
  return readLines(text, (line) => {
    const [, indentText = '', dashes = '', rest = ''] = /^(\s*)((?:-\s+)*)(.*)$/.exec(line) ?? [];
    const indent = indentText.length + dashes.length;
    // The elements of a list may stand below their key without an indent.
    const limit = dashes === '' ? indentText.length : indentText.length + 1;
    while ((keys.at(-1)?.indent ?? -1) >= limit) keys.pop();
    const parent = keys.at(-1)?.key ?? null;
    const [, quoted, plain, value = ''] = /^(?:(["'][^"']+["'])|([^\s"'#{[][^#"']*?)):(?:\s+(.*))?$/.exec(rest) ?? [];
    const key = quoted?.slice(1, -1) ?? plain;
    if (key === undefined) return dashes === '' ? readCommand(rest, parent) : readValue(rest, parent);
    keys.push({ indent, key });
    return [{ text: key, key: parent, isField: true }, ...readValue(value, key)];
  });
}

/** `NAME=value` and `name: value`. A value may be a list that is separated by commas. */
export function readPropertyValues(text: string): Literal[] {
  return readLines(text, (line) => {
    const [, key, value] = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key === undefined || value === undefined) return [];
    return withoutQuotes(value)
      .split(',')
      .map((part) => ({ text: withoutQuotes(part.trim()), key }));
  });
}

/** Assignments, options and quoted words of shell scripts and Dockerfiles. */
export function readShellValues(text: string): Literal[] {
  return readLines(text, (line) => readCommand(line, null));
}

function readLines(text: string, read: (line: string) => readonly Found[]): Literal[] {
  return text.split('\n').flatMap((line, index) => {
    const code = withoutComment(line.replace(/\r$/, ''));
    if (code.trim() === '') return [];
    return read(code).map(({ isField = false, ...found }) => ({ ...found, line: index + 1, isField, isPart: false }));
  });
}

/** A `#` begins a comment at the start of the line or after a space. */
function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '$1');
}

function withoutQuotes(text: string): string {
  const trimmed = text.trim();
  return /^(["']).*\1$/.test(trimmed) && trimmed.length > 1 ? trimmed.slice(1, -1) : trimmed;
}

/** A scalar, a list in brackets, or a text with quoted words in it. */
function readValue(text: string, key: string | null): Found[] {
  const value = text.trim().replace(/^[&!][\w.!-]+\s+/, '');
  if (value === '') return [];
  if (/^\[.*\]$/.test(value)) {
    const elements = value.slice(1, -1).split(',');
    return elements.map((element) => ({ text: withoutQuotes(element), key }));
  }
  const whole = withoutQuotes(value);
  return whole === value && /["'={]/.test(value) ? readCommand(value, key) : [{ text: whole, key }];
}

const assignment = /(?:^|[\s{,])([A-Za-z_][\w.-]*)[=:]([^\s"',;{}]+)/g;
const option = /(?:^|\s)(--?[A-Za-z][\w-]*)(?:=|\s+)([^\s"'-][^\s"']*)/g;
const dockerVariable = /^\s*(?:ENV|ARG)\s+(\w+)\s+(\S+)\s*$/;
const ollama = /\bollama\s+(?:pull|run)\s+(\S+)/g;

function readCommand(line: string, key: string | null): Found[] {
  const [, variable, setting] = dockerVariable.exec(line) ?? [];
  const quoted = readCodeLiterals(line, pythonSyntax).map((literal) => ({
    text: literal.text,
    key: literal.key ?? optionBefore(line, literal.text) ?? key,
  }));
  return [
    ...(variable === undefined || setting === undefined ? [] : [{ text: setting, key: variable }]),
    ...quoted,
    ...[...line.matchAll(assignment)].map(([, name = '', text = '']) => ({ text, key: name })),
    ...[...line.matchAll(option)].map(([, name = '', text = '']) => ({ text, key: name })),
    ...[...line.matchAll(ollama)].map(([, text = '']) => ({ text, key: 'ollama model' })),
  ];
}

/** `--model` of `--model "gpt-4o"`. */
function optionBefore(line: string, text: string): string | null {
  const before = line.slice(0, Math.max(0, line.indexOf(text) - 1));
  return /(--?[A-Za-z][\w-]*)\s+$/.exec(before)?.[1] ?? null;
}
