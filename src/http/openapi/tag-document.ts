import type { CodeSample } from './code-samples.ts';
import type { buildOpenApi } from './document.ts';

type Document = ReturnType<typeof buildOpenApi>;
type Components = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
type Items = Readonly<Record<string, object>>;

/** A tag as a part of a path: `Keys and audit` is `keys-and-audit`. */
export function tagSlug(name: string): string {
  return name.toLowerCase().replaceAll(' ', '-');
}

/** The code samples of operations by operationId. */
type Samples = ReadonlyMap<string, readonly CodeSample[]>;

/**
 * The part of a document about one tag: its operations with their code samples, its webhooks, and the components to which they
 * refer. Relative addresses are adjusted, because the part is served one directory below the whole document.
 */
export function documentOfTag(document: Document, name: string, samples: Samples): object {
  const paths = addSamples(operationsOfTag(document.paths, name), samples);
  const webhooks = operationsOfTag(document.webhooks, name);
  return {
    ...document,
    info: {
      ...document.info,
      title: `${document.info.title}: ${name}`,
      description: document.info.description?.replaceAll(/\]\((?!\w+:)/g, '](../'),
    },
    servers: document.servers?.map((server) => (server.url === '.' ? { ...server, url: '..' } : server)),
    externalDocs: moveDown(document.externalDocs),
    tags: document.tags
      ?.filter((tag) => tag.name === name)
      .map((tag) => ({ ...tag, externalDocs: moveDown(tag.externalDocs) })),
    paths,
    webhooks: Object.keys(webhooks).length === 0 ? undefined : webhooks,
    // The generator types each kind of component on its own; here only their names matter.
    components: usedComponents({ paths, webhooks }, document.components as Components),
  };
}

function moveDown(link: { readonly url: string; readonly description?: string } | undefined) {
  return link === undefined ? undefined : { ...link, url: `../${link.url}` };
}

function operationsOfTag(items: object | undefined, name: string): Items {
  const kept = Object.entries<object>({ ...items }).flatMap(([path, item]) => {
    const operations = Object.entries<{ readonly tags?: readonly string[] }>({ ...item }).filter(([, operation]) =>
      operation.tags?.includes(name),
    );
    return operations.length === 0 ? [] : [[path, Object.fromEntries(operations)] as const];
  });
  return Object.fromEntries(kept);
}

function addSamples(items: Items, samples: Samples): Items {
  return mapValues(items, (item) =>
    mapValues<object, object>({ ...item }, (operation) => {
      const own = 'operationId' in operation ? samples.get(String(operation.operationId)) : undefined;
      return own === undefined ? operation : { ...operation, 'x-codeSamples': own };
    }),
  );
}

function mapValues<Before, After>(record: Readonly<Record<string, Before>>, change: (value: Before) => After) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)] as const));
}

/** The components to which a part refers, directly or by another component, in the order of the document. */
function usedComponents(part: object, components: Components): Components {
  const used = new Set<string>();
  const collect = (node: object): void => {
    for (const [, kind = '', name = ''] of JSON.stringify(node).matchAll(/"#\/components\/(\w+)\/([^"/]+)"/g)) {
      const component = components[kind]?.[name];
      if (component === undefined || used.has(`${kind}/${name}`)) continue;
      used.add(`${kind}/${name}`);
      // The generator writes components as objects.
      collect(component as object);
    }
  };
  collect(part);
  const kinds = Object.entries(components).map(([kind, entries]) => {
    const kept = Object.entries(entries).filter(([name]) => kind === 'securitySchemes' || used.has(`${kind}/${name}`));
    return [kind, Object.fromEntries(kept)] as const;
  });
  return Object.fromEntries(kinds.filter(([, entries]) => Object.keys(entries).length > 0));
}
