import type { IdentityTable } from '../identity/table.ts';
import { readPropertyValues, readShellValues, readYamlValues } from './bare-values.ts';
import { judgeLiteral, mayBeId } from './judge.ts';
import { type Literal, readCodeLiterals, readNotebookLiterals } from './literals.ts';
import { type Syntax, syntaxOf } from './syntax.ts';
import type { UsedId } from './used-id.ts';

/** A model id and where a file uses it. */
export type Finding = UsedId & { readonly path: string; readonly line: number };

/** The ids in a text, in the order of its lines; one finding per id and line. */
export function findIds(table: IdentityTable, syntax: Syntax, file: { path: string; text: string }): Finding[] {
  const { path, text } = file;
  const found = new Map<string, Finding>();
  for (const literal of readLiterals(syntax, text)) {
    const place = `${literal.line} ${literal.text}`;
    if (found.has(place)) continue;
    const used = judgeLiteral(table, literal);
    if (used !== null) found.set(place, { ...used, path, line: literal.line });
  }
  return [...found.values()].sort((a, b) => a.line - b.line);
}

function readLiterals(syntax: Syntax, text: string): Literal[] {
  switch (syntax.kind) {
    case 'code':
      return readCodeLiterals(text, syntax, mayBeId);
    case 'notebook': {
      const json = syntaxOf('x.json');
      return json?.kind === 'code' ? readNotebookLiterals(text, json) : [];
    }
    case 'yaml':
      return readYamlValues(text);
    case 'properties':
      return readPropertyValues(text);
    case 'shell':
      return readShellValues(text);
  }
}
