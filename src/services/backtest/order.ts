/**
 * `time`: in the order of publication. `feeds`: one feed after the other, as an operator importing archives would do
 * it. A number: in a random order from that seed, in which only the payloads of each feed keep their own order.
 */
export type ReplayOrder = 'time' | 'feeds' | number;

/** The payloads, given in the order of their times, in the order of a replay. Each feed's own order is kept. */
export function orderPayloads<Payload extends { readonly feed: string }>(
  byTime: readonly Payload[],
  order: ReplayOrder,
): readonly Payload[] {
  if (order === 'time') return byTime;
  const feeds = new Map<string, Payload[]>();
  for (const payload of byTime) feeds.set(payload.feed, [...(feeds.get(payload.feed) ?? []), payload]);
  const queues = [...feeds.values()];
  if (order === 'feeds') return queues.flat();
  const chance = makeChance(order);
  const drawn = queues.flatMap((queue, index) => queue.map(() => index));
  shuffle(drawn, chance);
  const taken = queues.map((queue) => queue.values());
  return drawn.flatMap((index) => taken[index]?.next().value ?? []);
}

/** Fisher-Yates shuffle, in place. */
function shuffle(values: number[], chance: () => number): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(chance() * (last + 1));
    [values[last], values[other]] = [values[other] ?? 0, values[last] ?? 0];
  }
}

/** Marsaglia's 32-bit xorshift generator: numbers in [0, 1), determined by the seed. */
function makeChance(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
