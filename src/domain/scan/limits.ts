/** What one scan reads and reports at most. */
export type ScanLimits = {
  /** Larger files are skipped, in bytes. */
  readonly fileBytesMax: number;
  /** Files that are read. */
  readonly filesMax: number;
  /** Uses of ids that are reported: each id once per line. */
  readonly findingsMax: number;
  /** Directories inside each other. */
  readonly depthMax: number;
};

export const scanLimits: ScanLimits = {
  fileBytesMax: 1_048_576,
  filesMax: 100_000,
  findingsMax: 10_000,
  depthMax: 100,
};

/** The most days of `--fail-within`. */
export const failWithinDaysMax = 3650;
