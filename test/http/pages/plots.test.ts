import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dayMs } from '../../../src/domain/instant.ts';
import { intervalOf, type Score } from '../../../src/domain/scores/score.ts';
import { fullSpan, timeScale } from '../../../src/http/pages/plots/axis.tsx';
import { Bars } from '../../../src/http/pages/plots/bars.tsx';
import { CalibrationPlot } from '../../../src/http/pages/plots/calibration.tsx';
import { ForecastsPlot } from '../../../src/http/pages/plots/forecasts.tsx';
import { Timeline, type TimelineMark } from '../../../src/http/pages/plots/timeline.tsx';

const html = (element: { toString(): string } | null): string => String(element ?? '');
const start = Date.UTC(2025, 0, 1);
const mark = (day: number, label: string): TimelineMark => ({
  at: { from: start + day * dayMs, to: start + day * dayMs },
  label,
  shape: 'circle',
});

/** Positions of a plot as percentages. */
const positions = (svg: string): number[] =>
  [...svg.matchAll(/\s(?:x|x1|x2)="(-?[\d.]+)%"/g)].map(([, number]) => Number(number));

describe('a timeline', () => {
  const timeline = (marks: readonly TimelineMark[], name = 'openai') =>
    Timeline({ id: 't', title: 'Releases', description: 'All of them.', lanes: [{ name, marks }] });

  test('is an image with a title and a description, and labels every mark and lane', () => {
    const svg = html(timeline([mark(0, 'gpt-1'), mark(40, 'gpt-2')]));
    expect(svg).toContain('role="img"');
    expect(svg).toContain('<title id="t-title">Releases</title><desc id="t-desc">All of them.</desc>');
    expect(svg).toContain('aria-labelledby="t-title" aria-describedby="t-desc"');
    for (const text of ['openai', '<title>gpt-1</title>', '<title>gpt-2</title>']) expect(svg).toContain(text);
  });

  test('is nothing without marks', () => {
    expect(html(timeline([]))).toBe('');
  });

  test('escapes what was recorded, and has nothing inline', () => {
    const svg = html(timeline([mark(0, '<script>alert(1)</script>')], '"><img src=x onerror=alert(1)>'));
    expect(svg).not.toMatch(/<script|<img|\sstyle=|\son\w+="/);
  });

  test('keeps every mark within its width, in order of time', () => {
    const days = fc.array(fc.integer({ min: -20_000, max: 20_000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(days, (made) => {
        for (const at of positions(html(timeline(made.map((day) => mark(day, 'm')))))) {
          expect(at).toBeGreaterThanOrEqual(0);
          expect(at).toBeLessThanOrEqual(100);
        }
        const scale = timeScale({ from: start - 20_000 * dayMs, to: start + 20_000 * dayMs }, fullSpan);
        const sorted = [...made].sort((a, b) => a - b).map((day) => scale.at(start + day * dayMs));
        expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
      }),
    );
  });
});

describe('the ticks of a time axis', () => {
  const labels = (from: number, to: number) => timeScale({ from, to }, fullSpan).ticks.map(({ label }) => label);

  test.each([
    ['years', Date.UTC(2020, 0, 1), Date.UTC(2026, 0, 1), /^\d{4}$/],
    ['months', Date.UTC(2025, 0, 1), Date.UTC(2025, 11, 1), /^[A-Z][a-z]{2} 2025$/],
    ['days', Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 20), /^\d{1,2} Jan$/],
    ['a moment', Date.UTC(2025, 0, 1), Date.UTC(2025, 0, 1), /^\d{1,2} (Dec|Jan)(, \d\d:00)?$/],
  ])('are labelled as precisely as %s need', (_name, from, to, form) => {
    const found = labels(from, to);
    expect(found.length).toBeGreaterThanOrEqual(2);
    expect(found.length).toBeLessThanOrEqual(10);
    for (const label of found) expect(label).toMatch(form);
    expect(new Set(found).size).toBe(found.length);
  });
});

const bin = (n: number, observed: number | null, trials: number) => ({
  from: n / 10,
  to: (n + 1) / 10,
  forecasts: trials,
  predictions: trials,
  weight: trials,
  forecastMean: observed === null ? null : n / 10 + 0.05,
  observed,
  interval: observed === null ? null : intervalOf(observed * trials, trials),
});

const scoreOf = (bins: Score['calibration']): Score => ({
  predictions: 10,
  forecasts: 12,
  brier: 0.1,
  brierLast: 0.1,
  logScore: -0.3,
  baselineScore: 50,
  calibration: bins,
});

describe('a calibration', () => {
  test('shows each range with forecasts as a mark, an interval and a row of the table', () => {
    const bins = Array.from({ length: 10 }, (_, n) => bin(n, n === 2 ? 0.25 : n === 8 ? 1 : null, 4));
    const svg = html(CalibrationPlot({ score: scoreOf(bins) }));
    expect(svg.match(/class="interval"/g)).toHaveLength(2);
    expect(svg.match(/class="dot"/g)).toHaveLength(2);
    expect(svg).toContain('<title>Stated 25 %, came true 25 %, n = 4</title>');
    expect(svg).toContain('<th scope="row">80 % to 90 %</th>');
    // Wilson's interval of 1 of 4 and of 4 of 4.
    expect(svg).toContain('5 % to 70 %');
    expect(svg).toContain('51 % to 100 %');
  });

  test('is nothing where nothing is scored', () => {
    expect(html(CalibrationPlot({ score: scoreOf(Array.from({ length: 10 }, (_, n) => bin(n, null, 0))) }))).toBe('');
  });
});

describe('forecasts over time', () => {
  const said = (who: number, day: number, probability: number) => ({
    predictorId: `who_${who}`,
    name: `Person ${who}`,
    at: start + day * dayMs,
    probability,
  });

  test('hold until the next one of the same predictor, up to the end', () => {
    const forecasts = [said(1, 0, 0.25), said(2, 3, 1), said(1, 5, 0.75)];
    const svg = html(ForecastsPlot({ forecasts, until: start + 10 * dayMs }));
    const [first, second] = [...svg.matchAll(/class="steps" d="([^"]*)"/g)].map(([, path]) => path);
    expect([first, second]).toEqual(['M0,75L50,75L50,25L100,25L100,25', 'M30,0L100,0L100,0']);
    for (const series of ['series s0', 'series s1']) expect(svg).toContain(series);
  });

  test('distinguish at most six predictors, and say so', () => {
    const many = Array.from({ length: 9 }, (_, who) => said(who, who, 0.5));
    const svg = html(ForecastsPlot({ forecasts: many, until: start + 10 * dayMs }));
    expect(svg.match(/<path class="steps"/g)).toHaveLength(6);
    expect(svg).toContain('the table has all 9');
  });
});

test('bars are as long as their numbers, the longest first that of the most', () => {
  const svg = html(
    Bars({
      id: 'b',
      title: 'Lag',
      description: 'By length.',
      columns: ['Lag', 'Number'],
      bars: [
        { name: 'short', count: 10 },
        { name: 'long', count: 5 },
      ],
    }),
  );
  expect([...svg.matchAll(/<rect[^>]* width="([\d.]+)%"/g)].map(([, width]) => Number(width))).toEqual([88, 44]);
  expect(svg).toContain('<td class="number">10</td>');
});
