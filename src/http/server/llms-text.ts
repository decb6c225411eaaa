import { tagSlug } from '../openapi/tag-document.ts';
import { tags } from '../openapi/tags.ts';
import { type GuideGroup, guideGroups } from './guides.ts';

const introduction = `# Outturn

> Outturn records falsifiable predictions about AI models with machine-checkable criteria, polls release feeds, and resolves each prediction with evidence.

The API is JSON over HTTP under \`/v1\`. Reading needs no key unless the operator has disabled public reading. Errors are \`application/problem+json\` with a \`code\`. Most reads take \`as_of\`, which returns what was known at that moment.`;

/** The guides that most readers do not need: long tables and measurements. */
const optionalGroup = 'Evidence';

/** The guides and the documents of the API for language models (https://llmstxt.org), served at `/llms.txt`. */
export function renderLlmsText(): string {
  const groups = guideGroups.filter(({ title }) => title !== optionalGroup).map(renderGroup);
  const documents = [
    '- [OpenAPI document](openapi.json): every operation, schema and webhook message',
    ...tags.map(({ name, description }) => `- [OpenAPI: ${name}](openapi/${tagSlug(name)}.json): ${description}`),
  ];
  // The format gives this title a meaning: a reader with limited context can leave the section out.
  const optional = guideGroups
    .filter(({ title }) => title === optionalGroup)
    .map(({ guides }) => renderGroup({ title: 'Optional', guides }));
  return [introduction, ...groups, `## API\n\n${documents.join('\n')}`, ...optional].join('\n\n').concat('\n');
}

function renderGroup({ title, guides }: GuideGroup): string {
  const entries = guides.map(({ name, title: own, summary }) => `- [${own}](docs/guides/${name}.md): ${summary}`);
  return `## ${title}\n\n${entries.join('\n')}`;
}
