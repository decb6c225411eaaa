// Bundles the compiled program. Loading one file instead of a thousand modules takes less than half of the time.
import { defineConfig } from 'rolldown';

const shared = {
  platform: 'node',
  // They load files of their own, beside their modules. npm's client is loaded only to read declarations of packages.
  external: [/^@electric-sql\/pglite/, '@resvg/resvg-js', 'npm-registry-fetch', '@npmcli/config'],
};
const output = {
  dir: 'dist/program',
  minify: { compress: false, mangle: false, codegen: { removeWhitespace: true, legalComments: 'none' } },
};

export default defineConfig([
  {
    ...shared,
    input: {
      cli: 'dist/src/bundle/cli.js',
      'make-code-cache': 'dist/src/bundle/make-code-cache.js',
      worker: 'dist/src/store/embedded/worker.js',
    },
    output: { ...output, format: 'esm', cleanDir: true },
  },
  {
    ...shared,
    // CommonJS, because V8's code cache of ES modules cannot be used from outside of Node.js.
    input: { program: 'dist/src/cli.js', 'make-image': 'dist/src/store/embedded/make-image.js' },
    output: { ...output, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
  },
]);
