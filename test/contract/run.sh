#!/usr/bin/env bash
# Tools that others wrote, held against the document of the built program: `npm run test:contract`.
# Installs them where they are not there yet, or not as the lock file says. The last line is `N passed, N failed`.
set -uo pipefail
cd "$(dirname "$0")/../.."

installed=test/contract/node_modules/.installed-lock

# Ends before the tests could count anything: one failure, with its reason.
give_up() {
  echo "$1" >&2
  echo '0 passed, 1 failed'
  exit 1
}

if ! cmp -s test/contract/package-lock.json "$installed"; then
  npm ci --prefix test/contract --ignore-scripts --no-audit --no-fund || give_up 'npm ci failed in test/contract'
  cp test/contract/package-lock.json "$installed"
fi
npm run --silent build || give_up 'the program could not be built'
exec npx vitest run --config test/contract/vitest.config.ts "$@"
