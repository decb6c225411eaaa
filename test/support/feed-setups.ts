import { hours } from './tiny-worlds.ts';

/** How a few feeds are read: hours counted from 2025-08-01T00:00Z, a lag in hours, and whether it is the vendor's own. */
export type FeedSetup = { readonly reads: readonly number[]; readonly lag: number; readonly firstParty?: boolean };
export type FeedSetups = { readonly name: string; readonly feeds: readonly FeedSetup[] };

/** Feeds that start early are read from this hour on, which is before every window opens. */
export const early = hours(-3);

function every(from: number, to: number, step = 12): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, nth) => from + nth * step);
}

function without(reads: readonly number[], from: number, to: number): number[] {
  return reads.filter((read) => read <= from || read >= to);
}

/**
 * The ways in which feeds are read, up to the hour `last`: promptly, with a lag, with a gap, started late, stopped
 * early, or with one of them the vendor's own.
 */
export function feedSetups(last: number): FeedSetups[] {
  return [
    {
      name: 'two prompt feeds',
      feeds: [
        { reads: every(early, last), lag: 0 },
        { reads: every(early + 3, last), lag: 0 },
      ],
    },
    {
      name: 'two feeds that lag a day',
      feeds: [
        { reads: every(early, last), lag: 24 },
        { reads: every(early + 3, last), lag: 24 },
      ],
    },
    {
      name: 'a gap of polls',
      feeds: [
        { reads: without(every(early, last), hours(3), hours(5)), lag: 24 },
        { reads: without(every(early + 3, last), hours(4, 3), hours(6, 3)), lag: 0 },
      ],
    },
    {
      name: 'one feed that begins late',
      feeds: [
        { reads: every(hours(4), last), lag: 0 },
        { reads: every(early + 3, last), lag: 24 },
      ],
    },
    {
      name: 'both feeds begin late',
      feeds: [
        { reads: every(hours(5), last), lag: 0 },
        { reads: every(hours(6), last), lag: 0 },
      ],
    },
    {
      name: 'both feeds begin late, and a third fell silent before',
      feeds: [
        { reads: every(hours(5), last), lag: 0 },
        { reads: every(hours(6), last), lag: 0 },
        { reads: every(early, hours(1), 24), lag: 0 },
      ],
    },
    {
      name: 'one feed that stops early',
      feeds: [
        { reads: every(early, last), lag: 0 },
        { reads: every(early + 3, hours(7)), lag: 0 },
      ],
    },
    {
      name: 'three feeds',
      feeds: [
        { reads: every(early, last, 24), lag: 24 },
        { reads: every(early + 3, last, 24), lag: 0 },
        { reads: every(early + 7, last, 24), lag: 0 },
      ],
    },
    {
      name: 'the vendor itself and another',
      feeds: [
        { reads: every(early, last, 24), lag: 24 },
        { reads: every(early + 3, last, 24), lag: 0, firstParty: true },
      ],
    },
  ];
}
