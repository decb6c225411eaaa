/** Tells how far long work is. */
export type Progress = { readonly advance: (done: number, total: number) => void; readonly end: () => void };

const barColumns = 30;

/** A bar on standard error where that is a terminal; elsewhere nothing, so that output stays for machines. */
export function makeProgress(label: string, stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY) return { advance: () => {}, end: () => {} };
  return {
    advance: (done, total) => {
      const filled = total === 0 ? barColumns : Math.round((barColumns * done) / total);
      stream.write(`\r${label} [${'█'.repeat(filled)}${'·'.repeat(barColumns - filled)}] ${done}/${total}`);
    },
    end: () => void stream.write('\r\u001b[K'),
  };
}
