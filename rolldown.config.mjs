// Bundles the compiled program. Loading one file instead of a thousand modules takes less than half of the time.
import { defineConfig } from 'rolldown';

export default defineConfig({
  input: {
    cli: 'dist/src/cli.js',
    worker: 'dist/src/store/embedded/worker.js',
    'make-image': 'dist/src/store/embedded/make-image.js',
  },
  platform: 'node',
  // They load files of their own, beside their modules. npm's client is loaded only to read declarations of packages.
  external: [/^@electric-sql\/pglite/, '@resvg/resvg-js', 'npm-registry-fetch', '@npmcli/config'],
  output: {
    dir: 'dist/program',
    format: 'esm',
    cleanDir: true,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true, legalComments: 'none' } },
  },
});
