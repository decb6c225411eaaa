import axe from 'axe-core';
import { HtmlValidate } from 'html-validate';
import type { Page } from 'playwright-core';

/** What axe-core finds wrong with a page: rule, element and reason. `contrast` checks only what a colour scheme changes. */
export async function findAxeViolations(page: Page, rules: 'all' | 'contrast' = 'all'): Promise<string[]> {
  // Through the debugger, so that the page's policy, which allows no script, stays as it is.
  if (!(await page.evaluate<boolean>('typeof axe === "object"'))) await page.evaluate(axe.source);
  const only = rules === 'all' ? '' : `, runOnly: ['color-contrast', 'link-in-text-block']`;
  return await page.evaluate<
    string[]
  >(`axe.run(document, { resultTypes: ['violations']${only} }).then(({ violations }) =>
    violations.flatMap(({ id, nodes }) => nodes.map((node) => id + ' ' + node.target.join(' ') + ': ' + node.failureSummary)))`);
}

/** The elements that reach beyond the right edge of the window, if the page can be scrolled sideways. */
export async function findOverflow(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(`(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => element.outerHTML.slice(0, 120));
  })()`);
}

/** The stops of an input for a date besides its first: day, month, year and the button that opens the calendar. */
const datePartsMax = 3;

/**
 * Presses Tab until the focus has been everywhere. Returns the elements that can be operated but were not reached, and those
 * without a visible focus.
 */
export async function findUnreachable(page: Page): Promise<string[]> {
  const operable = await page.evaluate<number>(`(() => {
    window.toReach = [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex="0"]')]
      .filter((element) => element.checkVisibility() && element.type !== 'hidden');
    window.unseen = [];
    document.activeElement?.blur?.();
    document.addEventListener('focusin', ({ target }) => {
      window.toReach = window.toReach.filter((other) => other !== target);
      const { outlineStyle, outlineWidth } = getComputedStyle(target);
      const { width, height, bottom } = target.getBoundingClientRect();
      if (outlineStyle === 'none' || parseFloat(outlineWidth) < 2 || width * height === 0 || bottom < 0) window.unseen.push(target);
    });
    return window.toReach.length;
  })()`);
  // A date has a stop for each of its parts.
  const stops = operable + datePartsMax * (await page.locator('input[type="date"]').count());
  for (let presses = 0; presses <= stops; presses += 1) await page.keyboard.press('Tab');
  return await page.evaluate<string[]>(`[
    ...window.toReach.map((element) => 'not reached: ' + element.outerHTML.slice(0, 120)),
    ...window.unseen.map((element) => 'no visible focus: ' + element.outerHTML.slice(0, 120)),
  ]`);
}

const validator = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: {
    // The renderer writes void elements and boolean attributes in this way.
    'void-style': ['error', { style: 'selfclosing' }],
    'doctype-style': ['error', { style: 'lowercase' }],
    // A line of the page is not a line of its source.
    'no-trailing-whitespace': 'off',
    'attribute-boolean-style': ['error', { style: 'empty' }],
    // It counts a character that is escaped as several. The layout cuts titles.
    'long-title': 'off',
  },
});

/** What html-validate finds wrong with a document. */
export async function findInvalidHtml(html: string): Promise<string[]> {
  const { results } = await validator.validateString(html);
  return results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${line}:${column} ${ruleId}: ${message}`),
  );
}
