import type { TestProject } from 'vitest/node';
import { prepareEmbeddedImage } from './embedded-image.ts';

/** Provides the prepared database that every embedded test database starts from. */
export default async function setup(project: TestProject): Promise<void> {
  project.provide('embedded', await prepareEmbeddedImage());
}
