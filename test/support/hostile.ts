/** Texts that somebody might record to run code in a page, to leave its element, or to break its layout. */

const override = '\u202e';
const isolate = '\u2066';

/** As long as a statement may be, without a place to break. */
const longWord = 'W'.repeat(900);

export const hostileStatements: Readonly<Record<string, string>> = {
  markup: '</bdi></h1><script>alert(1)</script><img src=x onerror="alert(2)"> "\' & <b>bold</b>',
  template: '$\u007balert(1)} {{7*7}} <!-- --> ]]> <![CDATA[ &lt;script&gt; &#x3c;b&#x3e;',
  bidi: `GPT-6 ${override}evah lliw IAnepO${isolate} first (abc) 123`,
  'right-to-left': 'لن تصدر OpenAI نموذج GPT-6 قبل نهاية عام 2027، كما قالت.',
  'long-word': `GPT-6 ${longWord} end`,
  control: 'A\u0007bell\u001b[31m and \u2028 separators \ufffe',
};

export const hostileName = '<script>alert(3)</script>‮"\' onmouseover="alert(4)';

/** Titles may be long. */
export const hostileTitle = `"><svg onload=alert(5)> ${'T'.repeat(150)}`;
