/** Shows how much of a long operation is done. */
export type Progress = { readonly advance: (done: number, total: number) => void; readonly end: () => void };

const barColumns = 30;

/** A progress bar on standard error, if that is a terminal. */
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
