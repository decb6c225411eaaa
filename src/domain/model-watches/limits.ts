/** The most ids in one watch. */
export const watchedIdsMax = 5000;

/** Begins the id of every watch. A name must not begin with it, because a watch is found by either. */
export const watchIdPrefix = 'wat_';

/** Names fit into a path and a label of a metric. */
export const watchNamePattern = /^(?!wat_)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;

export const watchNameRule = `must be 1 to 100 letters, digits, dots, hyphens and underscores, and must not begin with ${watchIdPrefix}`;
